"""What counts as the same event: by its id, and impressions by the answer and the item that they tell of."""

from contextlib import closing

import pytest

from app.storage.event_identity import own_digests
from app.storage.protocols import Merge
from models.events import EventType
from models.ids import digests_of

TIMES = {"occurred_at": 1_700_000_000.0, "received_at": 1_700_000_001.0}
MERGE = Merge("cookie", "ada", None, 1_700_000_100.0)
UNTOLD = {"occurred_at": 1_700_000_500.0, "received_at": 1_700_000_500.0}


def impression(event, event_id, **fields):
    return event(event_id, **{"type": EventType.IMPRESSION, "recommendation_id": "answer-1"} | fields)


def statuses(stores, *rows):
    return [each.duplicate for each in stores.events.append(rows).result()]


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"item_id": "go"}, ("item_id",)),
        ({"type": EventType.SAVE}, ("type",)),
        ({"value": 2.0}, ("value",)),
        ({"occurred_at": 1_600_000_000.0}, ("occurred_at",)),
        ({"recommendation_id": "answer-2"}, ("recommendation_id",)),
        ({"position": 3}, ("position",)),
        ({"context": b'{"page":"home"}'}, ("context",)),
        ({"item_id": "go", "type": EventType.DISLIKE}, ("item_id", "type")),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one request", "later"])
def test_an_id_with_another_content_is_a_conflict_that_names_the_fields(stores, event, changed, fields, together):
    first, other = event("e1"), event("e1", **changed)
    if together:
        _, answer = stores.events.append([first, other]).result()
    else:
        stores.events.append([first]).result()
        (answer,) = stores.events.append([other]).result()
    assert (answer.sequence, answer.duplicate, answer.conflict) == (1, False, fields)
    assert len(stores.events.columns()) == 1
    assert not stores.events.append([event("e2")]).result()[0].duplicate


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (TIMES, UNTOLD),
        (UNTOLD, UNTOLD | {"occurred_at": 1_700_000_900.0, "received_at": 1_700_000_900.0}),
        (TIMES | {"context": b'{"a":1,"b":2}'}, TIMES | {"context": b'{"b":2,"a":1}'}),
        (TIMES, TIMES | {"received_at": 1_800_000_000.0}),
        (TIMES | {"value": 0.1}, TIMES | {"value": 0.1}),
    ],
    ids=["time untold again", "time never told", "order of members", "delivered later", "value"],
)
def test_the_same_event_delivered_again_is_no_conflict(stores, event, first, again):
    stores.events.append([event("e1", **first)]).result()
    (answer,) = stores.events.append([event("e1", **again)]).result()
    assert (answer.duplicate, answer.conflict) == (True, ())


def test_an_event_of_who_was_merged_is_no_conflict_under_the_other_name(stores, event):
    stores.events.append([event("e1", "cookie")]).result()
    stores.identities.merge(MERGE).result()
    (answer,) = stores.events.append([event("e1", "ada")]).result()
    assert (answer.duplicate, answer.conflict) == (True, ())


def of(stores, user):
    """Items of a person's events."""
    log = stores.events.columns(user_id=user)
    return sorted(log.items[code] for code in log.item_codes)


def test_nobody_takes_an_id_from_somebody_else_nor_learns_of_it(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        taken = stores.events.append([event("e1", "eve", "go"), event("e1", "ada"), event("e1", "bob")]).result()
        assert [(each.sequence, each.stored) for each in taken] == [(1, True), (2, True), (3, True)]
        assert not stores.events.knows("carol", "e1")
    with closing(opener(tmp_path)) as stores:
        again = stores.events.append([event("e1", "ada"), event("e1", "dan"), event("e1", "ada", "go")]).result()
        assert [each.duplicate for each in again] == [True, False, False]
        assert [each.conflict for each in again] == [(), (), ("item_id",)]
        assert [of(stores, user) for user in ("ada", "bob", "eve")] == [["rust"], ["rust"], ["go"]]


def test_to_look_up_an_id_that_everybody_uses_reads_ones_own_event_only(duckdb_stores, event):
    log = duckdb_stores.events
    log.append([event("1", f"u{n}") for n in range(300)]).result()
    assert log._known.sequences(own_digests(digests_of(("1",)), ("u7",))) == [8]  # noqa: SLF001 - a promise about cost


@pytest.mark.parametrize("restarted", [False, True])
def test_of_a_merge_the_same_events_are_there_once_and_different_ones_of_one_id_both(
    opener, tmp_path, event, restarted
):
    with closing(opener(tmp_path)) as stores:
        stores.events.append([event("same", "ada"), event("1", "ada", "mine")]).result()
        stores.events.append([event("same", "cookie"), event("1", "cookie", "theirs")]).result()
        stores.identities.merge(MERGE).result()
        if not restarted:
            assert_merged(stores, event)
    with closing(opener(tmp_path)) as stores:
        if restarted:
            assert_merged(stores, event)


def assert_merged(stores, event):
    assert of(stores, "ada") == ["mine", "rust", "theirs"]
    sent = stores.events.append(
        [event("same"), event("1", "ada", "mine"), event("1", "ada", "theirs"), event("1", "ada", "third")]
    ).result()
    assert [each.duplicate for each in sent] == [True, True, True, False]
    assert sent[3].conflict == ("item_id",)
    assert stores.events.append([event("new")]).result()[0].sequence == 5


def test_what_was_deleted_does_not_come_back_under_the_name_of_whom_it_was_merged_into(stores, event):
    stores.events.append([event("e1", "cookie")]).result()
    assert stores.events.ignore("cookie", "e1").result()
    stores.identities.merge(MERGE).result()
    deleted, others = stores.events.append([event("e1", "ada"), event("e1", "bob")]).result()
    assert (deleted.duplicate, deleted.sequence, others.stored) == (True, 0, True)


def test_one_answers_impressions_of_an_item_count_once(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        assert statuses(stores, impression(event, "e1"), impression(event, "e2")) == [False, True]
        assert statuses(stores, impression(event, "e3", position=4)) == [True]
    with closing(opener(tmp_path)) as stores:
        assert statuses(stores, impression(event, "e4")) == [True]
        assert len(stores.events.columns()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"item_id": "go"},
        {"user_id": "bob"},
        {"recommendation_id": "answer-2"},
        {"recommendation_id": None},
        {"type": EventType.CLICK},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_other_impressions_and_other_events_count_for_themselves(stores, event, other):
    assert statuses(stores, impression(event, "e1"), impression(event, "e2", **other)) == [False, False]
    assert len(stores.events.columns()) == 2


def test_an_impression_counts_anew_once_the_first_was_deleted(stores, event):
    stores.events.append([impression(event, "e1")]).result()
    stores.events.delete_user("ada").result()
    assert statuses(stores, impression(event, "e2")) == [False]
