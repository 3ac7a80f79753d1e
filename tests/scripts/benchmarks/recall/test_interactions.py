import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scripts.benchmarks.recall.interactions import Interactions, Lists


def interactions(*entries: tuple[int, int, float]) -> Interactions:
    """Entries of (user, item, time); the value is the place among the arguments."""
    users, items, times = (np.array(column) for column in zip(*entries, strict=True))
    values = np.arange(len(entries), dtype=np.float32)
    codes = np.zeros(len(entries), dtype=np.int8)
    return Interactions(users.astype(np.int32), items.astype(np.int32), values, times.astype(np.float64), codes)


LOGS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 9).map(float)), min_size=1, max_size=40
).map(lambda entries: interactions(*entries))


def test_the_last_word_on_an_item_stands() -> None:
    log = interactions((0, 1, 5.0), (0, 1, 9.0), (0, 2, 1.0), (1, 1, 0.0))
    last = log.last_words()
    assert list(zip(last.users, last.items, last.values, strict=True)) == [(0, 2, 2), (0, 1, 1), (1, 1, 3)]


@given(LOGS)
def test_last_words_are_each_pairs_latest_and_ordered(log: Interactions) -> None:
    last = log.last_words()
    latest = {}
    for user, item, time in zip(log.users, log.items, log.times, strict=True):
        latest[user, item] = max(time, latest.get((user, item), -np.inf))
    assert {(u, i): t for u, i, t in zip(last.users, last.items, last.times, strict=True)} == latest
    order = list(zip(last.users, last.times, last.items, strict=True))
    assert order == sorted(order)


@given(LOGS, st.sets(st.integers(0, 6)))
def test_lists_hold_exactly_the_entries_of_their_people(log: Interactions, wanted: set[int]) -> None:
    lists = Lists.group(log, np.array(sorted(wanted), dtype=np.int32))
    for place, user in enumerate(lists.users):
        mine = lists.entries.values[lists.offsets[place] : lists.offsets[place + 1]]
        assert sorted(mine) == sorted(log.values[log.users == user])
    assert lists.lengths.sum() == np.isin(log.users, lists.users).sum()


@given(LOGS, st.integers(0, 5), st.integers(0, 5))
def test_a_slice_of_lists_is_the_lists_of_a_slice(log: Interactions, start: int, length: int) -> None:
    lists = Lists.group(log, np.arange(5, dtype=np.int32))
    part = lists.slice(start, start + length)
    np.testing.assert_array_equal(part.matrix(5).toarray(), lists.matrix(5).toarray()[start : start + length])


def test_matrices_are_binary_and_leave_the_log_as_it_was() -> None:
    log = interactions((0, 2, 1.0), (0, 1, 2.0), (0, 2, 3.0))
    items = log.items.copy()
    np.testing.assert_array_equal(log.matrix(1, 3).toarray(), [[0, 1, 1]])
    np.testing.assert_array_equal(Lists.group(log, np.array([0], dtype=np.int32)).matrix(3).toarray(), [[0, 1, 1]])
    np.testing.assert_array_equal(log.items, items)
