"""Items and words that the encoder cannot read, as they are served: by tags, behaviour and popularity."""

import numpy as np
import pytest

from models.encoder import HashingEncoder, Reading


def thai(number: int) -> dict[str, str]:
    """Fields of an item in Thai; no two say the same."""
    return {"title": f"อาหารไทยจานที่ {number}", "text": f"รสจัดจ้านถึงใจ {number}", "language": "th"}


class Latin(HashingEncoder):
    """Reads ASCII only."""

    def reading(self, texts):
        unread = [sum(not each.isascii() for each in text) / max(len(text), 1) for text in texts]
        return Reading(np.array(unread, dtype=np.float32), np.zeros(len(texts), dtype=np.bool_))

    def encode(self, texts):
        return super().encode([text if text.isascii() else "" for text in texts])


@pytest.fixture
def thai_home(tmp_path, open_household, an_item):
    """Sixty items that can be read; Thai ones without tags, with the tag of soups, and with that of trips."""
    with open_household(tmp_path, encoder=Latin(128)) as home:
        tags = [[], ["แกง"], ["เที่ยว"]]
        unread = [an_item(60 + number, **thai(number), tags=tags[number % 3]) for number in range(18)]
        home.publish([*(an_item(number) for number in range(60)), *unread])
        yield home


def found(answer) -> list[str]:
    return [item["item_id"] for item in answer["items"]]


def test_readiness_tells_them(thai_home) -> None:
    readiness = thai_home.service.readiness()
    assert readiness["unread_items"] == 18
    assert readiness["reading"]["th"]["unread_items"] == 18
    assert readiness["reading"]["en"]["unread_items"] == 0


def test_items_without_a_readable_word_are_similar_to_nothing(thai_home) -> None:
    assert found(thai_home.similar(item_id="i060", limit=10)) == []
    assert thai_home.similar(text="ข่าวด่วนวันนี้", limit=10)["reason"] == (
        "nothing in the catalogue is near this text; the encoder cannot read it, so that only its words were looked for"
    )
    assert found(thai_home.similar(text="ข่าวด่วนวันนี้", limit=10)) == []
    unread = {f"i{number:03}" for number in range(60, 78)}
    assert not unread & set(found(thai_home.similar(item_id="i000", limit=50)))


def test_items_with_the_same_unreadable_tag_are_similar_by_that_tag(thai_home) -> None:
    answer = thai_home.similar(item_id="i061", limit=5)
    assert set(found(answer)) == {"i064", "i067", "i070", "i073", "i076"}
    assert all("แกง" in item["label"] for item in answer["items"])


def test_who_likes_what_cannot_be_read_is_served_by_its_tags(thai_home, an_event) -> None:
    thai_home.ingest(an_event(1, "ada", "i061"), an_event(2, "ada", "i064"))
    slate = thai_home.recommend("ada", limit=8)
    mine = [item for item in slate.items if not item.exploration]
    assert {"i067", "i070", "i073", "i076"} <= {item.item_id for item in mine}
    assert all("unread" not in item.label and "“”" not in item.label for item in slate.items)


@pytest.fixture
def english_home(tmp_path, open_household, an_item):
    """Sixty items that can be read."""
    with open_household(tmp_path, encoder=Latin(128)) as home:
        home.publish([an_item(number) for number in range(60)])
        yield home


def test_an_item_that_comes_over_http_is_treated_like_one_that_was_built(english_home, an_item) -> None:
    home = english_home
    home.put(*(an_item(90 + number, **thai(number), tags=tags) for number, tags in enumerate((["แกง"], ["แกง"], []))))
    nearest, second = home.similar(item_id="i090", limit=2)["items"]
    assert nearest["item_id"] == "i091"
    assert nearest["score"] > 2 * second["score"]
    assert found(home.similar(item_id="i092", limit=3)) == []
    catalogue = home.service.snapshot_swap.current.catalogue
    assert catalogue.topics.at(catalogue.row("i092")) == catalogue.unread_topic
    assert catalogue.topic_names[catalogue.unread_topic] == ""


def test_a_goal_that_cannot_be_read_states_nothing_and_a_tag_does(thai_home) -> None:
    thai_home.patch("ben", goals=["อยากกินแกงอร่อย"])
    assert not thai_home.recommend("ben").personalized
    told = {"value": "อยากกินแกงอร่อย", "message": "the encoder cannot read this: it states nothing"}
    assert thai_home.service.person.warnings("ben") == [{"field": "goals.0", **told}]
    thai_home.patch("ben", goals=["soup and bread", "อยากกินแกงอร่อย"])
    assert thai_home.service.person.warnings("ben") == [{"field": "goals.1", **told}]
    thai_home.patch("ben", goals=["soup and bread"])
    assert thai_home.service.person.warnings("ben") == []
    thai_home.patch("ben", preferences={"tags": ["แกง"]})
    slate = thai_home.recommend("ben", limit=6)
    assert slate.personalized
    assert {"i061", "i064", "i067"} <= {item.item_id for item in slate.items}


def test_a_tag_that_is_stated_before_any_item_bears_it_meets_the_item_that_does(english_home, an_item) -> None:
    english_home.patch("cho", preferences={"tags": ["แกง"]})
    english_home.put(an_item(90, **thai(90), tags=["แกง"]))
    assert english_home.recommend("cho", limit=3).items[0].item_id == "i090"


def test_a_slate_of_a_catalogue_of_which_nothing_can_be_read(tmp_path, open_household, an_item, an_event) -> None:
    with open_household(tmp_path, encoder=Latin(32)) as home:
        home.publish([an_item(number, **thai(number), tags=[]) for number in range(30)])
        home.ingest(an_event(1, "ada", "i001"), an_event(2, "ben", "i002"), an_event(3, "cho", "i002"))
        slate = home.recommend("dee", limit=5)
        assert len(slate.items) == 5
        assert slate.items[0].item_id == "i002"
