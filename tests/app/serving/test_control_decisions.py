"""Decisions in memory are those of the stores, and after a change only what it concerns is read."""

import asyncio
from contextlib import closing

import numpy as np
import pytest

from app.serving.control_decisions import ControlDecisions
from app.storage.duckdb import open_stores
from app.storage.rows import ErasedId, ForgetRequest, Forgetting, Merge

SECRET = b"s" * 32
PEOPLE = [f"u{number}" for number in range(6)]


@pytest.fixture
def opened_stores(tmp_path):
    with closing(open_stores(tmp_path)) as stores:
        yield stores


def state(decisions):
    """All that is known, however it came to be."""
    return (
        {user: decisions.owner(user) for user in PEOPLE},
        {user: decisions.aliases_of(user) for user in PEOPLE},
        {user: decisions.forgettings_of(user) for user in PEOPLE},
        {user: decisions.erased(user, 0.0) for user in PEOPLE},
        decisions.unfinished(),
    )


def forget(stores, user, aliases, at, scope="all"):
    topic = "chess" if scope == "topic" else None
    forgetting = Forgetting(0, user, scope, at, keeps_seen=False, undo_until=at + 50, topic=topic)
    return stores.forgettings.forget(ForgetRequest(forgetting, aliases, (), None if topic is None else none)).result()


def none(items):
    return np.zeros(len(items), dtype=bool)


def merge(stores, decisions, user, at, other):
    if other == user or decisions.is_alias(other):
        return [], []
    stores.identities.merge(Merge(other, user, None, at)).result()
    return [user, other], []


def reset(stores, decisions, user, at, _):
    forget(stores, user, decisions.aliases_of(user), at)
    return [user], []


def forget_topic(stores, decisions, user, at, _):
    forget(stores, user, decisions.aliases_of(user), at, "topic")
    return [user], []


def undo(stores, decisions, user, at, _):
    for each in decisions.forgettings_of(user)[-1:]:
        stores.forgettings.undo(each.number, at).result()
    return [user], []


def finish(stores, decisions, _, at, __):
    if stores.forgettings.finish(at).result():
        decisions.finish(at)
    return [], []


def erase(stores, decisions, user, at, _):
    concerned = [user, *decisions.aliases_of(user)]
    for each in concerned:
        stores.identities.put_erased(ErasedId(decisions.digest(each), at, 1e9, unfinished=True)).result()
        stores.forgettings.delete_user(each).result()
        stores.identities.delete_user(each).result()
    return concerned, []


def end_erasures(stores, decisions, *_):
    begun = decisions.unfinished()
    for digest, each in begun.items():
        stores.identities.put_erased(ErasedId(digest, each.erased_at, each.refused_until)).result()
    return [], list(begun)


CHANGES = (merge, merge, reset, forget_topic, undo, finish, erase, end_erasures)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_they_are_as_if_read_anew(opened_stores, seed):
    stores, random = opened_stores, np.random.default_rng(seed)
    decisions = ControlDecisions(stores, SECRET)
    for step in range(30):
        user = decisions.owner(str(random.choice(PEOPLE)))
        change = CHANGES[random.integers(len(CHANGES))]
        concerned, digests = change(stores, decisions, user, float(step), str(random.choice(PEOPLE)))
        asyncio.run(decisions.reload(concerned, digests))
        assert state(decisions) == state(ControlDecisions(stores, SECRET)), change.__name__


def test_only_what_it_concerns_is_read(opened_stores, monkeypatch):
    stores = opened_stores
    for number in range(30):
        forget(stores, f"other-{number}", (), 1.0)
        stores.identities.put_erased(ErasedId(f"digest-{number}", 1.0, 1e9)).result()
    decisions, read = ControlDecisions(stores, SECRET), []
    for store, name in ((stores.forgettings, "all"), (stores.identities, "erased"), (stores.identities, "aliases")):
        monkeypatch.setattr(store, name, counted(getattr(store, name), read))
    forget(stores, "ada", (), 2.0)
    asyncio.run(decisions.reload(["ada"]))
    assert [each.user_id for each in decisions.forgettings_of("ada")] == ["ada"]
    assert sorted(read) == [0, 0, 1]
    assert len(decisions.forgettings_of("other-7")) == 1


def counted(method, read):
    def counting(*args):
        found = method(*args)
        read.append(len(found))
        return found

    return counting


def test_whoever_follows_is_told_of_each_erasure_once_also_of_a_second_one(opened_stores):
    stores, decisions = opened_stores, ControlDecisions(opened_stores, SECRET)
    for at in (1.0, 5.0):  # with a return in between
        stores.identities.put_erased(ErasedId(decisions.digest("ada"), at, 1e9, unfinished=True)).result()
        asyncio.run(decisions.reload(["ada"]))  # whoever asked for her meanwhile knows already
        assert asyncio.run(decisions.reload_erased()) == {decisions.digest("ada")}
        stores.identities.put_erased(ErasedId(decisions.digest("ada"), at, 1e9, returned_at=at + 1)).result()
        assert asyncio.run(decisions.reload_erased()) == set()
