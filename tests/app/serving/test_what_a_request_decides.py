"""Choices that belong to a request: seen items, fields, pages; and what counts as seen, and as one's own."""

import pytest

from app.errors import CursorError, InvalidPayloadError
from models.events import DEFAULT_SIGNALS, EventType


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    extra = {"url": "https://shop.example/5", "attributes": {"author_id": "ann", "price": 3}}
    items = [an_item(number, **(extra if number in {5, 11} else {})) for number in range(36)]
    with open_household(tmp_path_factory.mktemp("shared")) as home:
        home.publish(items)
        yield home


def shown(home, user, **fields):
    return {item.item_id for item in home.recommend(user, limit=100, **fields).items}


def test_one_click_rests_an_item_for_a_while_and_no_longer(shared, an_event):
    events = [("i001", "click", 13), ("i002", "click", 15), ("i003", "like", 300), ("i004", "dwell", 300)]
    shared.ingest(*(an_event(f"seen-{item}", "reader", item, kind, days) for item, kind, days in events))
    assert {"i001", "i003", "i004"}.isdisjoint(shown(shared, "reader"))
    assert "i002" in shown(shared, "reader")


def test_whether_seen_items_are_left_out_is_the_requests_choice(shared, an_event):
    shared.ingest(an_event("again-1", "again", "i001"), an_event("again-2", "again", "i002", "dismiss"))
    assert "i001" not in shown(shared, "again")
    assert "i001" in shown(shared, "again", hide_seen=False)
    assert "i002" not in shown(shared, "again", hide_seen=False)
    asked = {"item_id": "i007", "user_id": "again", "limit": 100}
    assert "i001" in {item["item_id"] for item in shared.similar(**asked)["items"]}
    assert "i001" not in {item["item_id"] for item in shared.similar(**asked, hide_seen=True)["items"]}


def test_which_types_mean_seen_and_for_how_long_is_a_setting(open_household, tmp_path, an_item, an_event):
    query = {"seen_days": {"like": 1.5, "click": 0.0}, "hide_seen": False}
    signals = {EventType.SAVE: DEFAULT_SIGNALS[EventType.SAVE].model_copy(update={"seen": False})}
    with open_household(tmp_path, query=query, events={"signals": signals}) as home:
        home.publish([an_item(number) for number in range(12)])
        kinds = [("i001", "like", 1), ("i002", "like", 2), ("i003", "click", 0), ("i004", "save", 0)]
        home.ingest(*(an_event(item, "p", item, kind, days) for item, kind, days in kinds))
        assert len(shown(home, "p")) == 12
        assert shown(home, "p", hide_seen=True) == {f"i{number:03}" for number in range(12)} - {"i001"}


def test_nobody_is_shown_what_they_made_themselves(shared, an_item):
    everything = {f"i{number:03}" for number in range(36)}
    assert shown(shared, "ann") == everything - {"i005", "i011"}
    assert shown(shared, "p1") == everything - {f"i{number:03}" for number in range(1, 36, 4)}
    withheld = {each.filter: each.count for each in shared.recommend("p1", limit=5).withheld}
    assert withheld == {"own": 9}
    shared.put(an_item(6, attributes={"author_id": "bea"}))
    assert "i006" not in shown(shared, "bea")
    assert "i006" in {item["item_id"] for item in shared.similar(item_id="i000", user_id="bea", limit=100)["items"]}


def test_own_items_can_be_shown_by_setting(open_household, tmp_path, an_item):
    with open_household(tmp_path, query={"hide_own": False}) as home:
        home.publish([an_item(number) for number in range(12)])
        assert len(shown(home, "p1")) == 12


def test_fields_of_items_are_told_where_they_are_asked_for(shared):
    names = ["url", "provider", "tags", "published_at", "attributes", "expires_at"]
    items = {each["item_id"]: each for each in shared.recommend("p", limit=100, fields=names).payload()["items"]}
    assert items["i005"]["url"] == "https://shop.example/5"
    assert items["i005"]["attributes"]["price"] == 3
    assert items["i004"]["provider"] == "p0"
    assert items["i004"]["tags"] == ["cycling", "craft"]
    assert {"url", "attributes", "expires_at"}.isdisjoint(items["i004"])
    assert "provider" not in shared.recommend("p", limit=100).payload()["items"][0]
    near = shared.similar(item_id="i011", fields=["url,format"], limit=100)["items"]
    assert {each.get("url") for each in near} == {None, "https://shop.example/5"}
    assert all(each["format"] for each in near)


def test_a_page_that_continues_leaves_out_what_it_is_asked_to(shared):
    first = shared.recommend("pages", limit=5, scenario="home")
    left = sorted(shown(shared, "pages") - {item.item_id for item in first.items})[:10]
    second = shared.recommend("pages", limit=7, cursor=first.next_cursor, exclude=left)
    assert len(second.items) == 7
    assert second.scenario == first.scenario == "home"
    third = shared.recommend("pages", limit=100, cursor=second.next_cursor)
    given = [item.item_id for slate in (first, second, third) for item in slate.items]
    assert set(given).isdisjoint(left)
    assert len(given) == len(set(given)) == 26
    again = shared.recommend("pages", limit=7, cursor=first.next_cursor, exclude=[second.items[0].item_id])
    assert [item.item_id for item in again.items] == [item.item_id for item in second.items[1:]]


@pytest.mark.parametrize("change", [{"scenario": "mail"}, {"hide_seen": False}])
def test_a_page_that_continues_refuses_what_it_cannot_obey(shared, change):
    first = shared.recommend("refusing", limit=5, scenario="home", hide_seen=True)
    with pytest.raises(InvalidPayloadError, match=f"{next(iter(change))} must be as in the request"):
        shared.recommend("refusing", cursor=first.next_cursor, **change)
    shared.recommend("refusing", cursor=first.next_cursor, scenario="home", hide_seen=True)


@pytest.mark.parametrize("change", [{"limit": 6}, {"debug": True}])
def test_a_page_that_was_given_refuses_to_become_another(shared, change):
    first = shared.recommend("twice", limit=5)
    second = shared.recommend("twice", limit=5, cursor=first.next_cursor)
    with pytest.raises(InvalidPayloadError, match=f"{next(iter(change))} comes too late"):
        shared.recommend("twice", cursor=first.next_cursor, **change)
    assert shared.recommend("twice", cursor=first.next_cursor, limit=5) == second


def test_a_cursor_is_good_for_its_own_person_only(shared):
    first = shared.recommend("mine", limit=5)
    with pytest.raises(CursorError):
        shared.recommend("yours", cursor=first.next_cursor)


def test_a_value_weighs_where_it_means_something_and_else_the_answer_says_that_it_does_not(shared, an_event):
    kinds = [("complete", 0.05), ("complete", 1.0), ("complete", 95.0), ("like", 5.0), ("like", None)]
    events = [
        an_event(f"valued-{number}", f"v{number}", "i001", kind).model_copy(update={"value": value})
        for number, (kind, value) in enumerate(kinds)
    ]
    results = shared.loop.run_until_complete(shared.service.ingest(events))
    assert [result.status for result in results] == ["accepted"] * 5
    assert [bool(result.message) for result in results] == [False, False, True, True, False]
    assert "counts as 1" in results[2].message
    assert "has no effect" in results[3].message
    people = shared.service.snapshot_swap.current.people
    weights = [people.get(f"v{number}").history.columns().weights[0] for number in range(5)]
    assert weights == pytest.approx([0.05, 1.0, 1.0, 1.0, 1.0])


def test_an_item_that_comes_again_is_not_explained_by_itself(shared, an_event):
    shared.ingest(*(an_event(f"self-{item}", "once more", item) for item in ("i001", "i007")))
    items = shared.recommend("once more", limit=100, hide_seen=False).items
    assert {"i001", "i007"} <= {item.item_id for item in items}
    named = [(item.item_id, reason.item_id) for item in items for reason in item.reasons if reason.item_id]
    assert named
    assert not [pair for pair in named if pair[0] == pair[1]]


def test_attributes_are_told_one_by_one(shared):
    near = shared.similar(item_id="i011", fields=["url,attributes.price", "attributes.weight"], limit=100)["items"]
    told = {each["item_id"]: each.get("attributes") for each in near}
    assert told["i005"] == {"price": 3}
    assert {str(each) for name, each in told.items() if name != "i005"} == {"None"}
    whole = shared.similar(item_id="i011", fields=["attributes.price", "attributes"], limit=100)["items"]
    assert next(each for each in whole if each["item_id"] == "i005")["attributes"] == {"author_id": "ann", "price": 3}
