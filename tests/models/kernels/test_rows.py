"""Loops over rows give what numpy gives for all of them at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.kernels.rows import among, bears, leading

tags = st.integers(0, 9)
rows = st.lists(st.integers(0, 30), max_size=40)
groups = st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8), max_size=6)


@given(rows, rows)
def test_rows_among_others(some, others):
    mine, theirs = np.array(some, np.int32), np.unique(np.array(others, np.int32))
    np.testing.assert_array_equal(among(mine, theirs), np.isin(mine, theirs))


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=10), st.sets(st.integers(0, 9)), st.data()
)
def test_rows_that_bear_what_is_wanted(lists, wanted, data):
    some = np.array(data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=12)), np.int32)
    offsets = np.cumsum([0, *map(len, lists)])
    codes, mask = np.array([code for each in lists for code in each], np.int32), np.isin(np.arange(10), list(wanted))
    expected = [bool(wanted.intersection(lists[row])) for row in some]
    np.testing.assert_array_equal(bears(some, offsets, codes, mask), expected)


@given(groups, st.integers(0, 5))
def test_the_first_entries_of_groups(entries, count):
    flat = np.array([each for group in entries for each in group], np.int64).reshape(-1, 2)
    starts, sizes = np.cumsum([0, *map(len, entries)]), [len(group) for group in entries]
    group = np.repeat(np.arange(len(entries)), sizes)
    order = np.lexsort((-flat[:, 1], -flat[:, 0], group))
    expected = order[np.arange(len(order)) - starts[group] < count]
    np.testing.assert_array_equal(leading(starts, flat[:, 0].astype(float), flat[:, 1].copy(), count), expected)
