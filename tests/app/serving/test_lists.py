"""What is popular, what rises, and what there is."""

import asyncio
import math
from datetime import timedelta

import pytest

from app.errors import CursorError, CursorExpiredError, InvalidPayloadError
from app.requests.items import ItemsRequest, ListRequest, NamesRequest
from indexer.build import Builder, BuildInput
from indexer.documents import EventDocument


@pytest.fixture
def events(home):
    """Takes events in: (person, item, days ago) each, likes unless another type is given."""
    numbers = iter(range(10_000))

    def take(*rows, kind="like"):
        given = [
            EventDocument(
                event_id=f"list-{next(numbers)}", user_id=user, item_id=item, type=kind,
                occurred_at=home.settings.as_of - timedelta(days=days),
            )
            for user, item, days in rows
        ]  # fmt: skip
        assert set(home.ingest(*given)) <= {"accepted"}

    return take


def popular(home, **asked):
    return home.service.lists.popular(ListRequest(**asked))


def trending(home, **asked):
    return home.loop.run_until_complete(home.service.lists.trending(ListRequest(**asked)))


def ids(answer):
    return [item["item_id"] for item in answer["items"]]


def crowd(item, people, days, prefix="p"):
    return [(f"{prefix}{n}", item, days) for n in range(people)]


def test_popular_counts_people_as_they_fade(home, events):
    events(*crowd("i001", 4, 0), *crowd("i002", 6, 30), *[("p0", "i003", day) for day in range(9)])
    answer = popular(home, limit=3)
    assert ids(answer) == ["i001", "i002", "i003"]
    assert [item["score"] for item in answer["items"]] == [4.0, 3.0, 1.0]  # the half-life is 30 days
    assert "reason" not in answer


def test_trending_is_against_the_items_own_past(home, events):
    past = [(f"q{n}", "i001", 10 + n % 10) for n in range(28)]  # two expected in two days
    events(*past, *crowd("i001", 3, 1), *crowd("i002", 4, 1), *crowd("i003", 2, 1), *crowd("i004", 6, 9))
    answer = trending(home, limit=5)
    assert ids(answer) == ["i002", "i001"]  # i003 has too few, i004 is over
    assert [item["score"] for item in answer["items"]] == [
        round(4 / math.sqrt(3), 6),
        round((3 - 2) / math.sqrt(2 + 3), 6),
    ]
    assert [item["people"] for item in answer["items"]] == [4, 3]
    assert answer["reason"].startswith("nothing else in the catalogue rises")


def test_one_who_says_it_often_is_one(home, events):
    events(*[("loud", "i005", hour / 24) for hour in range(40)], *crowd("i006", 3, 1))
    assert ids(trending(home)) == ["i006"]
    assert ids(popular(home, limit=1)) == ["i006"]


def test_what_was_dismissed_by_many_is_no_rise(home, events):
    events(*crowd("i007", 8, 1), kind="dismiss")
    assert ids(trending(home)) == []


def test_a_count_stands_for_a_minute_and_is_made_once(home, events, monkeypatch):
    events(*crowd("i001", 4, 1))
    lists, counted = home.service.lists, []
    count = lists._trending._count  # noqa: SLF001

    async def noted(*arguments):
        counted.append(arguments)
        return await count(*arguments)

    monkeypatch.setattr(lists._trending, "_count", noted)  # noqa: SLF001

    async def several():
        return await asyncio.gather(*(lists.trending(ListRequest()) for _ in range(5)))

    assert len({str(each) for each in home.loop.run_until_complete(several())}) == 1
    events(*crowd("i002", 9, 1, "r"))
    assert ids(trending(home)) == ["i001"]
    assert len(counted) == 1


def test_a_persons_choices_hold_and_filters_and_exclusions(home, events):
    events(*crowd("i001", 4, 1), *crowd("i002", 3, 1), *crowd("i007", 5, 1))
    home.patch("ada", muted={"tags": home_tags(home, "i007")})
    for listed in (popular, trending):
        assert "i007" in ids(listed(home))
        mine = listed(home, user_id="ada")
        assert "i007" not in ids(mine)
        assert {each["filter"] for each in mine["withheld"]} >= {"muted"}
        assert ids(listed(home, filter='item_id = "i002"')) == ["i002"]
        assert "i001" not in ids(listed(home, exclude=["i001"]))
        assert "i001" not in ids(listed(home, user_id="p0", hide_seen=True))
        assert "i001" in ids(listed(home, user_id="p0"))
        assert listed(home, fields=["format"], limit=1)["items"][0]["format"]
        with pytest.raises(InvalidPayloadError, match="filter"):
            listed(home, filter="nonsense =")


def home_tags(home, item_id):
    catalogue = home.service.snapshot_swap.current.catalogue
    return [catalogue.tag_words.names[tag] for tag in catalogue.tags(catalogue.row(item_id)).tolist()]


def test_all_items_come_in_parts_also_those_that_arrive(home, an_item):
    home.put(an_item(500), an_item(501))
    home.delete("i003")
    seen, cursor = [], None
    while True:
        part = home.service.lists.items(ItemsRequest(limit=20, cursor=cursor))
        assert part["count"] == 91
        seen += ids(part)
        cursor = part.get("next_cursor")
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 91
    assert "i003" not in seen
    assert {"i500", "i501"} <= set(seen)
    two = home.service.lists.items(ItemsRequest(filter='item_id in ("i001", "i500")', fields=["format"]))
    assert (ids(two), two["count"]) == (["i001", "i500"], 2)
    assert two["items"][0]["format"]
    with pytest.raises(CursorError):
        home.service.lists.items(ItemsRequest(cursor="mine"))
    cursor = home.service.lists.items(ItemsRequest(limit=5))["next_cursor"]
    home.publish([an_item(number) for number in range(40)])
    with pytest.raises(CursorExpiredError):
        home.service.lists.items(ItemsRequest(limit=5, cursor=cursor))


def test_tags_and_topics_are_those_of_what_may_be_shown(home):
    tags = home.service.lists.tags(NamesRequest())["tags"]
    assert [each["items"] for each in tags] == sorted((each["items"] for each in tags), reverse=True)
    first = tags[0]
    catalogue = home.service.snapshot_swap.current.catalogue
    bearing = [row for row in range(len(catalogue)) if first["tag"] in home_tags(home, catalogue.item_id(row))]
    assert first["items"] == len(bearing)
    assert first["examples"] == [catalogue.title(row) for row in bearing[:3]]
    (only,) = home.service.lists.tags(NamesRequest(limit=1))["tags"]
    assert only == first
    topics = home.service.lists.topics(NamesRequest())["topics"]
    assert sum(each["items"] for each in topics) <= 90
    assert all(each["name"] and each["examples"] for each in topics)
    some = home.service.lists.topics(NamesRequest(filter='item_id = "i001"'))["topics"]
    assert [each["items"] for each in some] == [1]


def test_a_change_acts_on_the_next_answer_and_reads_no_text_again(home, events, monkeypatch):
    events(*crowd("i001", 4, 0))
    before = home.loop.run_until_complete(home.service.patch_item("i002", {"attributes": {"colour": "red"}}))
    read = []
    monkeypatch.setattr(home.encoder, "encode", read.append)
    run = home.loop.run_until_complete
    expired = (home.settings.as_of - timedelta(hours=1)).isoformat()
    changed = run(home.service.patch_item("i001", {"expires_at": expired, "attributes": {"left": 0}}))
    assert b'"left":0' in changed
    assert not read
    assert "i001" not in ids(popular(home))
    run(home.service.patch_item("i001", {"expires_at": None}))
    assert "i001" in ids(popular(home))
    assert b'"colour":"red"' in before
    assert b'"colour"' not in run(home.service.patch_item("i002", {"attributes": {"colour": None}}))
    for wrong, field in (
        ({"item_id": "i009"}, "item_id"),
        ({"prise": 1}, "prise"),
        ({"title": "", "text": ""}, "text"),
    ):
        with pytest.raises(InvalidPayloadError, match=f"^{field} "):
            run(home.service.patch_item("i002", wrong))


def test_many_go_at_once_and_unknown_ones_are_told(home, events):
    events(*crowd("i001", 4, 0))
    unknown = home.loop.run_until_complete(home.service.delete_items(["i001", "nowhere", "i002", "i001"]))
    assert unknown == {"nowhere"}
    assert "i001" not in ids(popular(home))
    assert home.service.lists.items(ItemsRequest())["count"] == 88


def test_an_index_that_comes_while_it_is_counted_is_the_one_that_answers(home, events, an_item, monkeypatch):
    """Its rows are others: items 0 to 39 are gone from it."""
    events(*crowd("i050", 4, 1))
    trends, counted = home.service.lists._trending, []  # noqa: SLF001
    count = trends._count  # noqa: SLF001

    async def interrupted(generation, now, users):
        counted.append(generation)
        if len(counted) == 1:
            builder = Builder(home.settings.index, home.encoder, home.cache, home.snapshots, lambda _: None)
            builder(BuildInput([an_item(number) for number in range(40, 90)], 0), force=True)
            await home.service.snapshot_swap.refresh()
        return await count(generation, now, users)

    monkeypatch.setattr(trends, "_count", interrupted)
    assert ids(trending(home)) == ["i050"]
    assert len(counted) == 2
