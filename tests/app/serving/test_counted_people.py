"""Lists of segments, of what is taken together, and people behind names: nothing is told of a few."""

from datetime import timedelta

import pytest

from app.errors import CountChangedError, InvalidPayloadError, ItemNotFoundError
from app.policy.charter.charter import PACKAGED
from app.requests.items import ListRequest, NamesRequest, TogetherRequest
from indexer.documents import EventDocument

DECLARED = '\n[attributes]\ncountry = { why = "x" }\nshoe = { why = "x" }\n[segments]\ncountry = { why = "x" }\n'


@pytest.fixture
def house(tmp_path, open_household, an_item):
    charter = tmp_path / "charter.toml"
    charter.write_text(PACKAGED.read_text() + DECLARED)
    with open_household(tmp_path, charter=charter) as home:
        home.publish([an_item(number) for number in range(90)])
        yield home


def likes(home, item, people, days=1.0, kind="like"):
    """Each of some people likes an item."""
    at = home.settings.as_of - timedelta(days=days)
    rows = [
        EventDocument(event_id=f"{kind}-{item}-{user}-{days}", user_id=user, item_id=item, type=kind, occurred_at=at)
        for user in people
    ]
    assert set(home.ingest(*rows)) == {"accepted"}


def crowd(home, prefix, count, **attributes):
    people = [f"{prefix}{n}" for n in range(count)]
    if attributes:
        for user in people:
            home.patch(user, attributes=attributes)
    return people


def listed(answer):
    return {item["item_id"]: item.get("people") for item in answer["items"]}


def trending(home, **asked):
    return home.loop.run_until_complete(home.service.lists.trending(ListRequest(**asked)))


class TestASegment:
    def test_its_people_alone_are_counted(self, house):
        german, french = crowd(house, "g", 12, country="de"), crowd(house, "f", 14, country="fr")
        likes(house, "i001", german), likes(house, "i002", french), likes(house, "i003", [*german, *french])
        popular = house.service.lists.popular(ListRequest(segment="country", value="de"))
        assert listed(popular) == {"i001": 12, "i003": 12}
        assert listed(trending(house, segment="country", value="fr")) == {"i002": 14, "i003": 14}
        assert "10 people of this segment" in popular["reason"]

    def test_of_too_few_nothing_is_told(self, house):
        few = crowd(house, "g", 9, country="de")
        likes(house, "i001", [*few, *crowd(house, "f", 5, country="fr")])
        for answer in (
            house.service.lists.popular(ListRequest(segment="country", value="de")),
            trending(house, segment="country", value="de"),
        ):
            assert answer["items"] == []

    def test_whoever_is_switched_off_counts_no_longer(self, house):
        people = crowd(house, "g", 10, country="de")
        likes(house, "i001", people)
        house.switch("g0", enabled=False)
        assert house.service.lists.popular(ListRequest(segment="country", value="de"))["items"] == []

    def test_only_what_the_charter_lets_figures_be_told_apart_by_is_one(self, house):
        with pytest.raises(InvalidPayloadError, match="segment"):
            house.service.lists.popular(ListRequest(segment="shoe", value="44"))
        with pytest.raises(InvalidPayloadError, match="segment"):
            trending(house, segment="shoe", value="44")


class TestTakenTogether:
    def test_by_people_who_took_both_and_not_by_what_everybody_takes(self, house):
        both = crowd(house, "b", 12)
        for item in ("i001", "i002", "i003"):
            likes(house, item, both)
        likes(house, "i003", crowd(house, "o", 60))  # what everybody takes
        likes(house, "i004", both[:9])  # by too few
        likes(house, "i001", both, days=2.0)  # once more each: people count, and not events
        answer = house.service.lists.together(TogetherRequest(item_id="i001"))
        assert listed(answer) == {"i002": 12, "i003": 12}
        assert [item["item_id"] for item in answer["items"]] == ["i002", "i003"]
        assert [item["score"] for item in answer["items"]] == [1.0, round(12 / (12 * 72) ** 0.5, 3)]
        assert (answer["people"], answer["items"][0]["share"]) == (12, 1.0)

    def test_neither_dislikes_nor_who_opted_out_nor_what_is_sensitive(self, house, an_item):
        house.publish([*(an_item(number) for number in range(90)), an_item(90, sensitive_topics=["health"])])
        people = crowd(house, "b", 11)
        for item in ("i001", "i002", "i090"):
            likes(house, item, people)
        likes(house, "i003", people, kind="dislike")
        assert listed(house.service.lists.together(TogetherRequest(item_id="i001"))) == {"i002": 11}
        with pytest.raises(ItemNotFoundError):
            house.service.lists.together(TogetherRequest(item_id="i090"))
        house.switch("b0", enabled=False)
        house.switch("b1", enabled=False)
        house.service.lists._held._held.clear()  # noqa: SLF001 - what was counted stands for a minute
        answer = house.service.lists.together(TogetherRequest(item_id="i001"))
        assert (answer["items"], "people" in answer) == ([], False)

    def test_what_nobody_took_goes_with_nothing(self, house):
        answer = house.service.lists.together(TogetherRequest(item_id="i005"))
        assert (answer["items"], answer["reason"]) == (
            [],
            "nothing in the catalogue was taken with it by 10 people",
        )


def test_tags_and_topics_tell_how_many_people_unless_they_are_few(house):
    likes(house, "i000", crowd(house, "a", 8))
    likes(house, "i006", crowd(house, "b", 8))  # of the same theme as i000
    likes(house, "i001", crowd(house, "c", 3))
    tags = {each["tag"]: each["people"] for each in house.service.lists.tags(NamesRequest())["tags"]}
    assert (tags["rust"], tags["gardening"], tags["chess"]) == (16, None, None)
    topics = house.service.lists.topics(NamesRequest())["topics"]
    assert 16 in [each["people"] for each in topics]


class TestDeletionByFilter:
    def delete(self, home, text, confirm=None):
        return home.loop.run_until_complete(home.service.delete_filtered(text, confirm))

    def test_it_counts_first_and_deletes_what_was_confirmed(self, house):
        told = self.delete(house, 'provider = "p1"')
        assert told["counts"] == {"deleted": 0, "unknown": 0, "matching": 23}
        assert len(told["examples"]) == 3
        assert len(house.service.lists.asked_for("item_id is present")[0]) == 90
        done = self.delete(house, 'provider = "p1"', 23)
        assert done["counts"] == {"deleted": 23, "unknown": 0, "matching": 23}
        assert len(house.service.lists.asked_for("item_id is present")[0]) == 67

    def test_another_number_by_now_deletes_nothing(self, house, an_item):
        house.put(an_item(91, provider="p1"))
        with pytest.raises(CountChangedError, match="24 items"):
            self.delete(house, 'provider = "p1"', 23)
        assert len(house.service.lists.asked_for('provider = "p1"')[0]) == 24

    def test_what_cannot_be_read_is_refused(self, house):
        with pytest.raises(InvalidPayloadError):
            self.delete(house, "provider is")
