"""A catalogue in part of which the encoder cannot read: told by language, compared by nothing but tags."""

import numpy as np
import pytest

from indexer.build import BuildInput
from indexer.encoder_account import told
from indexer.snapshot import LanguageReading
from indexer.topics import UNREAD, nearest_cluster
from models.encoder import HashingEncoder, Reading
from models.topic_heads import Phrases, TopicHeads


class Latin(HashingEncoder):
    """Reads ASCII only, and 12 words of it."""

    def encode(self, texts):
        return super().encode([text if text.isascii() else "" for text in texts])

    def reading(self, texts):
        unread = [sum(not letter.isascii() for letter in text) / max(len(text), 1) for text in texts]
        cut = [len(text.split()) > 12 for text in texts]
        return Reading(np.array(unread, dtype=np.float32), np.array(cut))


class Silent(HashingEncoder):
    """Cannot tell what it reads."""

    def reading(self, texts):
        return None


@pytest.fixture
def mixed(some_items, an_item):
    """Twenty-four items to be read, and six in Thai: three with a Thai tag, one with an English one, two without."""
    thai = {"title": "อาหารไทย", "text": "รสจัดจ้าน", "language": "th"}
    tags = [["แกง"], ["แกง"], ["แกง"], ["gardening"], [], []]
    return (*some_items(24), *(an_item(24 + number, **thai, tags=own) for number, own in enumerate(tags)))


@pytest.fixture
def snapshot(workshop, mixed):
    workshop.encoder = Latin(256)
    workshop.build(BuildInput(mixed))
    return workshop.current()


def test_the_build_the_manifest_and_whoever_watches_tell_it_by_language(workshop, mixed) -> None:
    workshop.encoder = Latin(64)
    manifest, _ = workshop.build(BuildInput(mixed))
    assert manifest.reading["th"].model_dump() | {"unread_share": 0} == {
        "items": 6, "unread_items": 6, "unread_share": 0, "cut_share": 0
    }  # fmt: skip
    assert manifest.reading["th"].unread_share > 0.8
    assert manifest.reading["en"] == LanguageReading(items=24, unread_items=0, unread_share=0, cut_share=0)
    assert any("by language: th " in said for said in workshop.said)
    assert any("6 of 30 items are unread" in said for said in workshop.said)


def test_a_catalogue_that_is_read_to_its_end_is_no_news(workshop, some_items) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(12)))
    assert manifest.reading["en"].unread_items == 0
    assert not [said for said in workshop.said if "read" in said]


def test_texts_that_are_cut_are_told(workshop, some_items, an_item) -> None:
    workshop.encoder = Latin(64)
    manifest, _ = workshop.build(BuildInput((*some_items(9), an_item(9, text="soil " * 40))))
    assert manifest.reading["en"].cut_share == pytest.approx(0.1)
    assert any("10% of the texts are longer" in said for said in workshop.said)


def test_an_encoder_that_cannot_tell_says_nothing(workshop, some_items) -> None:
    workshop.encoder = Silent(32)
    manifest, _ = workshop.build(BuildInput(some_items(12)))
    assert manifest.reading == {}
    assert told(manifest.reading) == []


def test_unread_items_are_alike_by_their_tags_alone_and_less_than_texts_are(snapshot) -> None:
    content = snapshot.vectors.content
    likeness = content @ content.T
    same_tag, no_tag = slice(24, 27), slice(28, 30)
    np.testing.assert_allclose(likeness[same_tag, same_tag], 0.25, atol=1e-6)
    assert not content[no_tag].any()
    assert abs(likeness[same_tag, :24]).max() < 0.2
    gardening = [row for row in range(24) if row % 4 == 1]
    assert likeness[27, gardening].min() > likeness[27, [row for row in range(24) if row % 4 != 1]].max()
    assert likeness[27].max() < np.sort(likeness[1, :24])[-2]


def test_tags_that_can_be_read_do_not_make_a_text_read(workshop, some_items, an_item) -> None:
    workshop.encoder = LetterByLetter(256)
    hidden = {"title": "อาหาร", "text": "รสจัด", "language": "th", "tags": ["gardening", "vegetables", "watering"]}
    manifest, _ = workshop.build(BuildInput((*some_items(24), an_item(24, **hidden))))
    assert manifest.reading["th"].unread_items == 1
    assert np.linalg.norm(workshop.current().vectors.content[24]) == pytest.approx(0.5)


class LetterByLetter(Latin):
    """Reads a text of which it knows more than half."""

    def encode(self, texts):
        return HashingEncoder.encode(self, [text if self.reading([text]).unread[0] < 0.5 else "" for text in texts])


def test_what_nothing_is_known_of_is_in_a_last_topic_without_a_name(snapshot) -> None:
    vocabulary, topics = snapshot.vocabulary, snapshot.items.topics
    assert (vocabulary.topic_names[-1], vocabulary.topic_slugs[-1]) == ("", UNREAD)
    assert topics[28:].tolist() == [len(vocabulary.topic_names) - 1] * 2
    assert topics[:28].max() < len(vocabulary.topic_names) - 1
    assert len(set(topics[24:27].tolist())) == 1


def test_a_catalogue_of_which_nothing_can_be_read_is_published(workshop, an_item) -> None:
    workshop.encoder = Latin(32)
    items = tuple(an_item(number, title="ข่าว", text=f"ข่าวที่ {number}", tags=[]) for number in range(12))
    manifest, _ = workshop.build(BuildInput(items))
    assert manifest.topics == 1
    assert not workshop.current().vectors.content.any()


def test_the_topic_of_nothing_is_the_nearest_of_nothing_only() -> None:
    centroids = np.array([[1, 0], [0, 0]], dtype=np.float32)
    content = np.array([[-1, 0], [0, 0], [1, 0]], dtype=np.float32)
    assert nearest_cluster(content, centroids).tolist() == [0, 1, 0]


def test_the_classifier_has_no_verdict_on_what_was_not_read() -> None:
    one, content = np.zeros(1, np.float32), np.array([[1, 0], [0, 0]], dtype=np.float32)
    phrases = Phrases(content[[0, 0]], np.array([0, -1], dtype=np.int32), 1.0)
    parts = {"slopes": one, "weights": np.zeros((1, 2), np.float32), "brevity": one, "rarity": one}
    heads = TopicHeads(("politics",), phrases, bias=one + 9, thresholds=one + np.float32(0.5), **parts)
    assert heads.probabilities(content, np.array([500, 500]))[:, 0].tolist() == [pytest.approx(1, abs=1e-3), 0]
    assert heads.touched(content, np.array([500, 500])).tolist() == [[True], [False]]
