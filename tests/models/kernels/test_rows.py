"""Loops over rows give what numpy gives for all of them at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.kernels.rows import among, bears, best_of_groups

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


@given(groups, st.integers(0, 5), st.sets(st.integers(0, 47)))
def test_the_rows_of_groups_that_come_first(entries, count, out):
    flat = np.array([each for group in entries for each in group], np.int64).reshape(-1, 2)
    ends = np.cumsum([0, *map(len, entries)])
    rows, spans = np.arange(len(flat), dtype=np.int32), np.stack([ends[:-1], ends[1:]], axis=1)
    group = np.repeat(np.arange(len(entries)), np.diff(ends))
    order = np.lexsort((-flat[:, 1], -flat[:, 0], group))
    order = order[~np.isin(order, list(out))]
    of = group[order]
    expected = order[np.arange(len(order)) - np.searchsorted(of, of) < count]
    left_out = np.array(sorted(out), np.int32)
    counts, published = flat[:, 0].astype(float), (flat[:, 1].copy(), rows)
    best, until = best_of_groups(rows, spans, left_out, counts, published, count)
    np.testing.assert_array_equal(best, expected)
    np.testing.assert_array_equal(until, np.searchsorted(group[expected], np.arange(len(entries)), side="right"))
