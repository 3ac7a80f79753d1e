"""What an encoder cannot read gets no vector, and what stands for it is alike to itself alone."""

import numpy as np
import pytest

from models.encoder import HashingEncoder
from models.encoders import open_encoder
from models.readable import TAGS_LENGTH, name_vectors, vector_of_tags
from models.sentence_encoder import DeviceNotFoundError, SentenceTransformerEncoder, present
from models.universal_encoder import UNIVERSAL, UniversalEncoder
from models.word_pieces import WordPieces

UNSEEN = {
    "th": "อาหารไทยรสจัดจ้าน",
    "km": "ម្ហូបខ្មែរឆ្ងាញ់",
    "my": "မြန်မာအစားအစာ",
    "te": "తెలుగు వంటకాలు",
    "ml": "കേരള ഭക്ഷണം",
    "gu": "ગુજરાતી ભોજન",
    "si": "සිංහල ආහාර",
}
"""Scripts of which the packaged encoder has no letter."""


class Latin(HashingEncoder):
    """Reads ASCII only."""

    def encode(self, texts):
        return super().encode([text if text.isascii() else "" for text in texts])


def test_a_name_that_cannot_be_read_is_alike_to_itself_alone() -> None:
    names = ["soup", "ต้มยำ", "ผัดไทย"]
    vectors = name_vectors(names, Latin(384))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(vectors, name_vectors(names, Latin(384)))
    assert abs(vectors @ vectors.T - np.eye(3)).max() < 0.2
    np.testing.assert_array_equal(vectors[0], Latin(384).encode(["soup"])[0])


def test_tags_make_a_shorter_vector_than_a_text() -> None:
    tags = name_vectors(["soup", "ต้มยำ"], Latin(64))
    assert np.linalg.norm(vector_of_tags(tags)) == pytest.approx(TAGS_LENGTH)
    assert not vector_of_tags(tags[:0]).any()


def test_a_text_without_a_word_has_no_vector() -> None:
    assert not HashingEncoder().encode(["", " ", "!?"]).any()
    assert HashingEncoder().reading(["", "a"]).unread.tolist() == [1, 0]


@pytest.mark.real_model
class TestThePackagedEncoder:
    def test_scripts_that_its_vocabulary_lacks_have_no_vector(self) -> None:
        encoder = SentenceTransformerEncoder()
        assert encoder.reading(list(UNSEEN.values())).unread.tolist() == [1] * len(UNSEEN)
        assert not encoder.encode(list(UNSEEN.values())).any()

    def test_what_has_no_word_is_alike_to_nothing(self) -> None:
        assert not SentenceTransformerEncoder().encode(["", "  ", "…!", "🙂🙂"]).any()

    def test_what_it_reads_is_encoded_as_before_whatever_stands_beside_it(self) -> None:
        encoder = SentenceTransformerEncoder()
        given = encoder.model.encode(["a warm soup", "crème brûlée"], convert_to_numpy=True)
        vectors = encoder.encode(["a warm soup", UNSEEN["th"], "crème brûlée"])
        np.testing.assert_allclose(vectors[[0, 2]], given, atol=1e-6)
        assert not vectors[1].any()

    def test_a_mixed_text_counts_its_letters(self) -> None:
        reading = SentenceTransformerEncoder().reading(["recipe: ต้มยำ", "a recipe for a hot ต้มยำ"])
        assert reading.unread.tolist() == pytest.approx([4 / 10, 4 / 18])

    def test_the_share_from_which_a_text_is_unread_is_a_setting(self) -> None:
        strict, lenient = (SentenceTransformerEncoder(unread_from=share) for share in (0.2, 0.9))
        assert not strict.encode(["recipe: ต้มยำ"]).any()
        assert lenient.encode(["recipe: ต้มยำ"]).any()
        assert strict.fingerprint != lenient.fingerprint

    def test_longer_texts_than_it_reads_are_told(self) -> None:
        assert SentenceTransformerEncoder().reading(["soup " * 254, "soup " * 255]).cut.tolist() == [False, True]


@pytest.mark.real_model
class TestTheMultilingualEncoder:
    def test_one_meaning_in_two_languages_is_nearer_than_two_meanings_in_one(self) -> None:
        vectors = UniversalEncoder().encode(
            ["How to bake bread", "Wie man Brot backt", "วิธีอบขนมปัง", "Wie man Ski fährt"]
        )
        bread, brot, thai, ski = vectors
        assert min(bread @ brot, bread @ thai) > 0.5 > max(brot @ ski, bread @ ski)

    def test_what_it_cannot_read_has_no_vector(self) -> None:
        encoder = UniversalEncoder()
        vectors = encoder.encode([UNSEEN["te"], "", UNSEEN["th"], "bread"])
        assert vectors.any(axis=1).tolist() == [False, False, True, True]
        assert encoder.reading([UNSEEN["te"], UNSEEN["th"]]).unread.tolist() == [1, 0]

    def test_it_is_chosen_by_its_name(self) -> None:
        encoder = open_encoder(UNIVERSAL)
        assert encoder.dimension == encoder.encode(["bread"]).shape[1] == 512
        with pytest.raises(DeviceNotFoundError, match="CPU only"):
            open_encoder(UNIVERSAL, "cuda")


def test_a_device_that_is_not_there_is_told() -> None:
    assert present("cpu") == "cpu"
    with pytest.raises(DeviceNotFoundError, match=r"no device 'xpu:7' here that PyTorch .* can use, only cpu"):
        present("xpu:7")


def test_a_folder_without_a_tokenizer_file_cannot_be_asked(tmp_path) -> None:
    assert WordPieces.of(tmp_path) is None
