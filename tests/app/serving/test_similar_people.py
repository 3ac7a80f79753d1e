"""People like a person: only where the charter says so, by what both took, and nobody who opted out."""

from datetime import timedelta

import pytest

from app.errors import UndeclaredUseError
from app.policy.charter.charter import PACKAGED
from app.requests.items import SimilarPeopleRequest
from indexer.documents import EventDocument

ALLOWED = '\n[similar_people]\nwhy = "To find neighbours."\n'


@pytest.fixture
def house(tmp_path, open_household, an_item):
    charter = tmp_path / "charter.toml"
    charter.write_text(PACKAGED.read_text() + ALLOWED)
    with open_household(tmp_path, charter=charter) as home:
        home.publish([an_item(number) for number in range(30)] + [an_item(30, sensitive_topics=["health"])])
        yield home


def take(home, user, *items, kind="like"):
    at = home.settings.as_of - timedelta(days=1)
    rows = [
        EventDocument(event_id=f"{kind}-{item}", user_id=user, item_id=f"i{item:03}", type=kind, occurred_at=at)
        for item in items
    ]
    assert set(home.ingest(*rows)) == {"accepted"}


def like(home, user, limit=20):
    answer = home.service.similar_people(SimilarPeopleRequest(user_id=user, limit=limit))
    return {each["user_id"]: (each["likeness"], each["shared"]) for each in answer["people"]}


def test_without_a_word_of_the_charter_it_is_refused(home):
    with pytest.raises(UndeclaredUseError, match="similar_people"):
        home.service.similar_people(SimilarPeopleRequest(user_id="ann"))


def test_those_who_took_the_same_come_first_and_rare_items_weigh_more(house):
    take(house, "ann", 1, 2, 3, 4)
    take(house, "twin", 1, 2, 3, 4)
    take(house, "kin", 1, 2, 3, 9, 10)
    take(house, "far", 1, 2)
    found = like(house, "ann")
    assert list(found) == ["twin", "kin"]
    assert found["twin"] == (1.0, 4)
    assert 0 < found["kin"][0] < 1
    assert found["kin"][1] == 3
    assert list(like(house, "ann", limit=1)) == ["twin"]


def test_dislikes_and_repeats_make_nobody_alike(house):
    take(house, "ann", 1, 2, 3)
    take(house, "foe", 1, 2, 3, kind="dislike")
    take(house, "fan", 1, 2)
    take(house, "fan", 1, 2, kind="save")
    assert like(house, "ann") == {}


def test_sensitive_items_make_nobody_alike(house):
    for user in ("ann", "bea"):
        house.patch(user, allowed_sensitive_topics=["health"])
        take(house, user, 1, 2, 30)
    assert like(house, "ann") == {}


def test_who_opted_out_neither_finds_nor_is_found(house):
    for user in ("ann", "bea", "cy"):
        take(house, user, 1, 2, 3)
    house.switch("bea", enabled=False)
    assert list(like(house, "ann")) == ["cy"]
    assert like(house, "bea") == {}
    house.erase("cy")
    assert like(house, "ann") == {}
