"""DuckDB and PostgreSQL are congruent: whatever is done to both, both answer the same."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.storage import duckdb
from app.storage.protocols import (
    Adoption,
    AwaitingLimits,
    ControlAction,
    ForgetRequest,
    Forgetting,
    KeepSeen,
    Merge,
    NewEvent,
    Withdrawal,
)
from app.storage.rows import ErasedId
from models.events import EventType
from tests.postgres import Postgres

USERS, ITEMS = ("ada", "bob", "cy"), ("c", "go", "rust", "zig")
LIMITS = AwaitingLimits(per_person=2, events=3)

users, items, moments = st.sampled_from(USERS), st.sampled_from(ITEMS), st.integers(0, 9).map(float)
events = st.builds(
    NewEvent,
    event_id=st.sampled_from("123456"),
    user_id=users,
    item_id=items,
    type=st.sampled_from([EventType.IMPRESSION, EventType.LIKE, EventType.DWELL]),
    occurred_at=moments,
    received_at=moments,
    value=st.sampled_from([None, 1.5]),
    recommendation_id=st.sampled_from([None, "r1"]),
    context=st.sampled_from([None, b'{"a": 1}']),
    awaiting_item=st.booleans(),
)


def on(some):
    return lambda names: np.isin(names, some)


def append(stores, rows):
    answers = stores.events.append(rows, LIMITS).result()
    return [(each.duplicate, each.conflict, each.full, each.stored) for each in answers]


def forget(stores, scope, user, at, flag):
    topic, since = ("t", None) if scope == "topic" else (None, 3.0 if scope == "since" else None)
    decision = Forgetting(0, user, scope, at, flag, at + 3.0, topic, since)
    aliases = tuple(alias for alias, owner in stores.identities.aliases().items() if owner == user)
    request = ForgetRequest(decision, aliases, (2, 3), on(["go", "rust"]) if topic else None)
    return stores.forgettings.forget(request).result() > 0


def undo(stores, place, at):
    numbers = sorted({each.number for each in stores.forgettings.all()})
    return stores.forgettings.undo(numbers[place % len(numbers)], at).result() if numbers else None


def adopt(stores, item, by):
    numbers = sorted({each.number for each in stores.forgettings.all()})
    number = None if by is None else 0 if by == 0 or not numbers else numbers[-1]
    adoption = Adoption((item,), lambda user, _, at: number if user == "ada" and at > 4 else None)
    return stores.events.adopt(adoption).result()


def merge(stores, alias, user, at, profile):
    aliases = stores.identities.aliases()
    if alias == user or alias in aliases or user in aliases:
        return
    stores.identities.merge(Merge(alias, user, profile, at)).result()


def withdraw(stores, item, who, at):
    request = Withdrawal(lambda pairs: np.isin(pairs.items, [item])[pairs.item_codes], at, who)
    return stores.events.withdraw(request).result()


def erase(stores, user):
    return [each.delete_user(user).result() for each in (stores.events, stores.forgettings, stores.identities)] + [
        stores.users.delete(user).result()
    ]


def erased(stores, at, until, unfinished):
    return stores.identities.put_erased(ErasedId(f"d{until % 3}", at, until, None, unfinished)).result()


profiles = st.sampled_from([None, b'{"role": "x"}'])
STEPS = [
    (append, st.lists(events, max_size=5)),
    (append, st.lists(events, max_size=5)),
    (forget, st.sampled_from(["all", "topic", "since"]), users, moments, st.booleans()),
    (undo, st.integers(0, 3), moments),
    (lambda stores, at: stores.forgettings.finish(at).result(), moments),
    (lambda stores, *told: stores.forgettings.see(*told).result(), users, st.lists(items, max_size=3), moments),
    (lambda stores, at: stores.forgettings.delete_older(at).result(), moments),
    (lambda stores, *told: stores.users.put_profile(*told).result(), users, profiles, moments),
    (
        lambda stores, user, on, at, keep: stores.users.set_personalization(user, on, at, keep_seen=keep).result(),
        *(users, st.booleans(), moments, st.booleans()),
    ),
    (lambda stores, *told: stores.events.ignore(*told).result(), users, st.sampled_from("123456")),
    (
        lambda stores, at, seen: stores.events.delete_older(
            {EventType.LIKE: at, EventType.DWELL: at / 2}, seen
        ).result(),
        *(moments, st.sampled_from([None, KeepSeen(frozenset({EventType.LIKE}), 2.0)])),
    ),
    (lambda stores, at: stores.events.expire_awaiting(at).result(), moments),
    (adopt, items, st.sampled_from([None, 0, 1])),
    (merge, users, users, moments, profiles),
    (withdraw, items, st.sampled_from([None, ("ada", "bob")]), moments),
    (lambda stores, user, at: stores.identities.record(ControlAction(user, "a", b"{}", at)).result(), users, moments),
    (erase, users),
    (erased, moments, moments, st.booleans()),
    (
        lambda stores, item, at: len(stores.items.upsert([(item, b"{}"), (item, b'{"n": 1}')], at).result()),
        items,
        moments,
    ),
    (lambda stores, item, at: len(stores.items.delete([item], at).result()), items, moments),
]
steps = st.one_of([st.tuples(st.just(step), *told) for step, *told in STEPS])


def told(stores):
    """All that the stores answer, without numbers that the other need not give."""
    log, seen, forgettings = stores.events.columns(), stores.forgettings.seen(), stores.forgettings.all()
    ranks = {number: rank for rank, number in enumerate(sorted({each.number for each in forgettings}))}
    ids = stores.events.event_ids(log.sequence.tolist())
    owners, things = [log.users[code] for code in log.user_codes], [log.items[code] for code in log.item_codes]
    values = np.nan_to_num(log.values, nan=-1).tolist()
    names = [ids[number] for number in log.sequence.tolist()]
    return {
        "events": sorted(zip(owners, names, things, log.codes.tolist(), values, log.times.tolist(), strict=True)),
        "held": {
            user: sorted(((each.event, each.forgotten) for each in stores.events.held(user)), key=str) for user in USERS
        },
        "older": stores.events.older({EventType.LIKE: 5.0}),
        "of items": [stores.events.users_of([item]) for item in ITEMS],
        "of people": [len(stores.events.columns_of([user])) for user in USERS],
        "walked": len(stores.events.walk()[0]),
        "awaiting": stores.events.awaiting(),
        "awaited": stores.events.awaited_items(),
        "seen": sorted((seen.users[u], seen.items[i]) for u, i in zip(seen.user_codes, seen.item_codes, strict=True)),
        "forgettings": [replace(each, number=ranks[each.number]) for each in forgettings],
        "rows": stores.users.all(),
        "aliases": stores.identities.aliases(),
        "actions": [sorted(stores.identities.actions(user), key=str) for user in USERS],
        "counts": stores.identities.counts(0.0),
        "erased": sorted(stores.identities.erased(), key=str),
        "items": [(each.item_id, each.document, each.changed_at) for each in stores.items.changes()],
    }


def congruent(postgres, sequence):
    """Take the same steps in both, and compare after each."""
    with (
        TemporaryDirectory() as folder,
        closing(duckdb.open_stores(Path(folder))) as one,
        closing(Postgres(postgres)(folder)) as other,
    ):
        for step, *given_ in sequence:
            assert step(one, *given_) == step(other, *given_)
        assert told(one) == told(other)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequence=st.lists(steps, max_size=14))
def test_both_databases_answer_the_same_whatever_was_done(postgres, sequence):
    congruent(postgres, sequence)


@pytest.mark.nightly
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequence=st.lists(steps, min_size=10, max_size=40))
def test_both_databases_answer_the_same_after_long_histories(postgres, sequence):
    congruent(postgres, sequence)
