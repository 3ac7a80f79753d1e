"""Histories and the cache of people: columns, own histories and what is dropped give what plain lists give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.serving.histories import Histories
from app.serving.person import Person, unwritten
from app.serving.person_cache import PeopleSettings, PersonCache
from models.history import EventColumns, History
from models.user_state import Engagements, UserState

NAMES = [f"person {n}" for n in range(5)]


def columns(numbers) -> EventColumns:
    sequence = np.array(numbers, dtype=np.int64)
    return EventColumns(
        sequence,
        sequence.astype(np.int32),
        (sequence % 7).astype(np.int8),
        sequence.astype(np.float32),
        sequence.astype(np.float64),
    )


def held(histories: Histories, name: str) -> tuple[list[int], list[int]]:
    history, withheld = histories.of(name)
    return history.sequence.tolist(), withheld.sequence.tolist()


steps = st.lists(
    st.tuples(st.sampled_from(["learn", "forget", "reload"]), st.integers(0, 4), st.integers(0, 3)), max_size=12
)


@given(users=st.lists(st.integers(0, 4), max_size=30), flags=st.integers(0, 2**30 - 1), steps=steps)
def test_whatever_happens_each_person_has_their_own_events_in_order(users, flags, steps) -> None:
    withheld = np.array([bool(flags >> n & 1) for n in range(len(users))], dtype=np.bool_)
    histories, expected = Histories(), dict[str, tuple[list[int], list[int]]]()
    order = np.argsort(users, kind="stable").astype(np.int64)
    offsets = np.searchsorted(np.array(users, dtype=np.int64)[order], np.arange(len(NAMES) + 1))
    histories.load(NAMES, offsets, columns(range(1, len(users) + 1)).where(order), withheld[order])
    for name in NAMES:
        mine = [n for n, user in enumerate(users) if NAMES[user] == name]
        expected[name] = [n + 1 for n in mine if not withheld[n]], [n + 1 for n in mine if withheld[n]]
    number = 1_000
    for step, user, count in steps:
        name, new = NAMES[user], list(range(number, number + count))
        number += count
        if step == "forget":
            histories.forget(name)
            expected.pop(name, None)
        elif step == "learn":
            before = histories.count(name)
            histories.add([name], np.zeros(count, dtype=np.int64), columns(new), np.zeros(count, dtype=np.bool_))
            assert histories.of(name, before)[0].sequence.tolist() == new
            expected.setdefault(name, ([], []))[0].extend(new)
        elif new:
            histories.load([name], np.array([0, count]), columns(new), np.zeros(count, dtype=np.bool_))
            expected[name] = new, []
    assert ({name: held(histories, name) for name in histories}, owners_of_items(histories, expected)) == (
        expected,
        True,
    )
    assert together(histories) == [sorted(n for part in expected.get(name, ()) for n in part) for name in NAMES]
    left = {name: sorted(history + kept) for name, (history, kept) in expected.items() if name != NAMES[0]}
    assert sorted(told(histories, NAMES[:1])) == sorted(mine for mine in left.values() if mine)


def check_held(histories: Histories) -> None:
    """Each event is held by whose it is, and by nobody else."""
    for owner, name in enumerate(NAMES):
        mine = np.concatenate([part.sequence for part in histories.of(name)])
        owners = np.repeat([owner, (owner + 1) % len(NAMES)], len(mine))
        held_by = histories.hold(NAMES, owners, np.concatenate([mine, mine]))
        assert held_by.tolist() == [True] * len(mine) + [False] * len(mine)


def together(histories: Histories) -> list[list[int]]:
    """The events of each of the names, asked for at once."""
    check_held(histories)
    events, owners = histories.of_all(NAMES)
    found = [sorted(events.sequence[owners == place].tolist()) for place in range(len(NAMES))]
    assert [histories.count(name) for name in NAMES] == [len(each) for each in found]
    return found


def owners_of_items(histories: Histories, expected: dict[str, tuple[list[int], list[int]]]) -> bool:
    """Whether it is known of each item who did something with it: here one person each, and nobody with item 0."""
    mine = [(number, name) for name, parts in expected.items() for part in parts for number in part]
    return all(histories.with_events_on(np.array([number, 0], np.int32)) == [name] for number, name in mine)


def told(histories: Histories, left_out: list[str]) -> list[list[int]]:
    """The events of each, person by person, as all together are given out."""
    parts = [(events.sequence, owners) for events, owners in histories.everybody(left_out)]
    return [sorted(numbers[owners == owner].tolist()) for numbers, owners in parts for owner in np.unique(owners)]


def test_of_who_is_forgotten_the_columns_hold_nothing() -> None:
    histories = Histories()
    histories.load(["ada"], np.array([0, 3]), columns([7, 8, 9]), np.zeros(3, dtype=np.bool_))
    view = histories.of("ada")[0]
    histories.forget("ada")
    assert not view.rows.any()
    assert not view.sequence.any()
    assert not view.times.any()
    assert not view.weights.any()


def learned_of(topics: int) -> UserState:
    state = UserState(64, 1.0, 1.0)
    ones = np.ones(topics, dtype=np.float32)
    state.positive.add(Engagements(np.arange(topics, dtype=np.int32), np.ones((topics, 64), np.float32), ones, ones))
    return state


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 20)), max_size=60))
def test_the_cache_stays_within_its_budget_and_drops_who_came_longest_ago(asked) -> None:
    cache, order = PersonCache(PeopleSettings(cache_mb=1)), list[str]()
    for number, topics in asked:
        name = str(number)
        if cache.get(name) is None:
            person = Person(unwritten(name), None, History(), History(), lambda _: UserState(64, 1, 1), np.empty(0))
            cache.put(name, person)
        order = [*(each for each in order if each != name), name]
        cache.get(name).learned = learned_of(50 * topics)
        assert cache.get("") is None
        assert cache.size <= 1 << 20
    kept = [name for name in order if cache.get(name) is not None]
    assert kept == order[len(order) - len(kept) :]
    assert len(kept) == len(cache)


@pytest.mark.parametrize("grouped", [1, 2, 5])
def test_a_history_that_began_as_views_is_copied_before_it_grows(grouped: int) -> None:
    base = columns(range(6))
    history = History(base.where(slice(2, 4)))
    for start in range(10, 20, grouped):
        history.extend(columns(range(start, min(start + grouped, 20))))
    assert history.columns().sequence.tolist() == [2, 3, *range(10, 20)]
    assert base.sequence.tolist() == list(range(6))
