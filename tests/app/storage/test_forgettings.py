"""What forgetting means for the stores: inert at once, undone or final later."""

from contextlib import closing

import numpy as np
import pytest

from app.storage.protocols import ForgetRequest, Forgetting
from app.storage.rows import Appended

SEEN = (1, 2)  # clicks and likes


def forgetting(user="ada", scope="all", made_at=100.0, *, keeps_seen=False, undo_until=200.0, **more):
    return Forgetting(0, user, scope, made_at, keeps_seen, undo_until, **more)


def forget(stores, *, aliases=(), on_topic=None, **fields):
    return stores.forgettings.forget(ForgetRequest(forgetting(**fields), aliases, SEEN, on_topic)).result()


def on_items(*wanted):
    return lambda items: np.isin(items, wanted)


def items_of(stores, user="ada"):
    log = stores.events.columns(user_id=user)
    return sorted(log.items[code] for code in log.item_codes)


def seen(stores, *users):
    columns = stores.forgettings.seen(list(users) or None)
    return {(columns.users[u], columns.items[i]) for u, i in zip(columns.user_codes, columns.item_codes, strict=True)}


@pytest.fixture
def filled(stores, event):
    """Three likes of Ada's, at 10, 20 and 30 seconds, and one of Bob's."""
    rows = [event(f"e{n}", "ada", f"i{n}", occurred_at=10.0 * n) for n in (1, 2, 3)]
    stores.events.append([*rows, event("b", "bob", "i1", occurred_at=5.0)]).result()
    return stores


def test_everything_is_forgotten_at_once_and_of_one_person(filled):
    forget(filled)
    assert items_of(filled) == []
    assert items_of(filled, "bob") == ["i1"]
    assert filled.events.columns_of(["ada", "bob"]).users == ["bob"]
    assert [held.forgotten for held in filled.events.held("ada")] == [True] * 3
    assert (filled.users.get("ada").epoch, filled.users.get("ada").reset_at) == (1, 100.0)


def test_each_reset_begins_an_epoch_and_a_partial_one_does_not(filled):
    assert [forget(filled), forget(filled), forget(filled, scope="since", since=5.0)] == [1, 2, 3]
    assert filled.users.get("ada").epoch == 2


def test_a_topic_or_a_time_is_forgotten_and_no_more(filled):
    forget(filled, scope="topic", topic="rust", on_topic=on_items("i2"))
    assert items_of(filled) == ["i1", "i3"]
    forget(filled, scope="since", since=30.0)
    assert items_of(filled) == ["i1"]


def test_forgettings_are_told_as_they_were_made(filled):
    forget(filled, scope="topic", topic="rust", on_topic=on_items("i2"), aliases=("anon",))
    first, second = filled.forgettings.all()
    assert (first.number, first.user_id, first.scope, first.topic) == (1, "ada", "topic", "rust")
    assert (second.number, second.user_id) == (1, "anon")
    assert (first.made_at, first.undo_until, first.final) == (100.0, 200.0, False)


def test_what_was_seen_is_kept_on_request(filled):
    forget(filled, keeps_seen=True)
    assert seen(filled) == {("ada", "i1"), ("ada", "i2"), ("ada", "i3")}
    forget(filled)
    assert seen(filled) == set()


def test_what_an_earlier_reset_forgot_does_not_come_back_as_seen(filled, event):
    forget(filled)
    filled.events.append([event("e9", "ada", "i9", occurred_at=150.0)]).result()
    forget(filled, keeps_seen=True, made_at=160.0)
    assert seen(filled) == {("ada", "i9")}


@pytest.mark.parametrize("keeps_seen", [True, False])
def test_undoing_restores_everything(filled, keeps_seen):
    filled.forgettings.see("ada", ["i7", "i8", "i7"], 9.0).result()
    before = (items_of(filled), seen(filled))
    number = forget(filled, keeps_seen=keeps_seen)
    assert (items_of(filled), seen(filled)) != before
    assert filled.forgettings.undo(number, 199.0).result()
    assert (items_of(filled), seen(filled)) == before
    assert filled.forgettings.all() == []
    assert not filled.forgettings.undo(number, 199.0).result()


def test_after_the_grace_period_it_is_final(filled):
    number = forget(filled, keeps_seen=True)
    assert filled.forgettings.finish(199.0).result() == 0
    assert filled.forgettings.finish(200.0).result() == 1
    assert filled.events.held("ada") == []
    assert seen(filled, "ada") == {("ada", "i1"), ("ada", "i2"), ("ada", "i3")}
    assert not filled.forgettings.undo(number, 199.0).result()
    assert [each.final for each in filled.forgettings.all()] == [True]
    assert filled.events.last_sequence() == 4


def test_events_of_a_forgotten_topic_do_not_come_back_when_sent_again(filled, event):
    forget(filled, scope="topic", topic="rust", on_topic=on_items("i2"))
    filled.forgettings.finish(200.0).result()
    assert filled.events.append([event("e2", "ada", "i2")]).result() == [Appended(0, duplicate=True)]
    assert items_of(filled) == ["i1", "i3"]


def test_an_ignored_event_is_gone_and_stays_gone(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        stores.events.append([event("e1", "ada", "i1"), event("e2", "ada", "i2")]).result()
        assert not stores.events.ignore("bob", "e1").result()
        assert stores.events.ignore("ada", "e1").result()
        assert not stores.events.ignore("ada", "e1").result()
        assert stores.events.append([event("e1", "ada", "i1")]).result() == [Appended(0, duplicate=True)]
    with closing(opener(tmp_path)) as stores:
        assert stores.events.append([event("e1", "ada", "i1"), event("e3", "ada", "i3")]).result()[0].duplicate
        assert items_of(stores) == ["i2", "i3"]


def test_items_are_seen_once(stores):
    stores.forgettings.see("ada", ["i1", "i1"], 9.0).result()
    stores.forgettings.see("ada", ["i1", "i2"], 9.0).result()
    columns = stores.forgettings.seen(["ada"])
    assert sorted(columns.items[code] for code in columns.item_codes) == ["i1", "i2"]


def test_deleting_a_user_leaves_nothing_of_theirs(filled, event):
    filled.forgettings.see("ada", ["i7"], 9.0).result()
    filled.events.ignore("ada", "e1").result()
    forget(filled)
    assert filled.forgettings.delete_user("ada").result() == 2
    assert filled.forgettings.all() == []
    assert seen(filled) == set()
    filled.events.delete_user("ada").result()
    assert not filled.events.append([event("e1", "ada", "i1")]).result()[0].duplicate


def test_held_events_come_in_pages_and_as_they_arrived(stores, event):
    given = event("e1", "ada", "i1", value=2.5, recommendation_id="r", position=3, context=b'{"page": "home"}')
    stores.events.append([given, *(event(f"x{n}", "ada") for n in range(4))]).result()
    first = stores.events.held("ada", count=2)
    assert first[0].event == given
    assert [held.sequence for held in first] == [1, 2]
    assert [held.sequence for held in stores.events.held("ada", after=2, count=9)] == [3, 4, 5]


def test_what_was_seen_is_deleted_by_the_time_at_which_it_was_seen(filled):
    filled.forgettings.see("bob", ["i7"], 25.0).result()
    forget(filled, keeps_seen=True)
    assert filled.forgettings.delete_older(10.0).result() == ()
    assert filled.forgettings.delete_older(25.0).result() == ("ada",)
    assert seen(filled) == {("ada", "i3"), ("bob", "i7")}
    assert filled.forgettings.delete_older(31.0).result() == ("ada", "bob")
    assert seen(filled) == set()
