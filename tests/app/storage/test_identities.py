"""Aliases, and the history of what people decided."""

from contextlib import closing

import pytest

from app.storage.protocols import ControlAction, ForgetRequest, Forgetting, Merge


def state_of(stores, *users):
    """Everything that is held of some users, by table."""
    log = stores.events.columns_of(users)
    events = sorted((log.users[u], int(s)) for u, s in zip(log.user_codes, log.sequence, strict=True))
    seen = stores.forgettings.seen(list(users))
    kept = sorted((seen.users[u], seen.items[i]) for u, i in zip(seen.user_codes, seen.item_codes, strict=True))
    actions = [each.action for user in users for each in stores.identities.actions(user)]
    return events, kept, sorted(actions), stores.identities.aliases(), [stores.users.get(user) for user in users]


def merge(stores, alias, user, profile=None):
    stores.identities.merge(Merge(alias, user, profile, 50.0)).result()


@pytest.fixture
def three(stores, event):
    """Three people with an event, a seen item and an action each."""
    for n, user in enumerate("abc"):
        stores.events.append([event(f"e{user}", user, f"i{n}")]).result()
        stores.forgettings.see(user, [f"s{n}"], 9.0).result()
        stores.identities.record(ControlAction(user, f"action-{user}", b"{}", 1.0)).result()
    stores.users.put_profile("a", b'{"role": "x"}', 5.0).result()
    return stores


def test_a_merge_moves_everything_and_leaves_an_alias(three):
    merge(three, "a", "b", b'{"role": "x"}')
    events, kept, actions, aliases, rows = state_of(three, "a", "b")
    assert events == [("b", 1), ("b", 2)]
    assert kept == [("b", "s0"), ("b", "s1")]
    assert actions == ["action-a", "action-b"]
    assert aliases == {"a": "b"}
    assert [row and row.profile for row in rows] == [None, b'{"role": "x"}']


def test_merges_are_associative(opener, tmp_path, event):
    ends = []
    for name, steps in (("one", [("a", "b"), ("b", "c")]), ("other", [("b", "c"), ("a", "c")])):
        with closing(opener(tmp_path / name)) as stores:
            for n, user in enumerate("abc"):
                stores.events.append([event(f"e{user}", user, f"i{n}")]).result()
                stores.forgettings.see(user, [f"s{n}"], 9.0).result()
            for alias, user in steps:
                merge(stores, alias, user)
            ends.append(state_of(stores, "a", "b", "c"))
    assert ends[0] == ends[1]
    assert ends[0][3] == {"a": "c", "b": "c"}


def test_what_was_forgotten_can_be_undone_after_a_merge(three):
    forgetting = Forgetting(0, "a", "all", 10.0, keeps_seen=False, undo_until=99.0)
    number = three.forgettings.forget(ForgetRequest(forgetting, (), ())).result()
    merge(three, "a", "b")
    assert state_of(three, "b")[0] == [("b", 2)]
    assert three.forgettings.undo(number, 20.0).result()
    assert state_of(three, "b")[0] == [("b", 1), ("b", 2)]


def test_history_is_told_as_it_was_recorded_and_counted_without_names(stores):
    actions = [ControlAction("ada", "off", b'{"keep_seen":true}', 86_400.0 * day + 0.5, "k1") for day in (1, 2, 3)]
    for action in actions:
        stores.identities.record(action).result()
    stores.identities.record(ControlAction("bob", "on", b"{}", 86_400.0 * 3)).result()
    assert stores.identities.actions("ada") == actions
    assert stores.identities.counts(86_400.0 * 2) == {"off": 2, "on": 1}
    assert stores.identities.delete_user("ada").result() == 3
    assert stores.identities.actions("ada") == []
    assert stores.identities.counts(0.0) == {"off": 3, "on": 1}


def test_deleting_a_user_deletes_the_aliases(three):
    merge(three, "a", "b")
    assert three.identities.delete_user("b").result() == 3
    assert three.identities.aliases() == {}
    merge(three, "c", "b")
    assert three.identities.delete_user("c").result() == 1
    assert three.identities.aliases() == {}
