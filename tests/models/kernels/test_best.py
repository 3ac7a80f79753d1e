"""The best of many scores are those that a sort gives, equal ones in the order of their places."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.kernels.best import best_places
from models.kernels.sums import gathered, summed

scores = st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]), min_size=8, max_size=8)


@given(st.lists(st.tuples(scores, st.integers(0, 12)), min_size=1, max_size=5))
def test_the_best_places(rows):
    matrix, counts = np.array([each for each, _ in rows], np.float32), np.array([count for _, count in rows])
    places, found = best_places(matrix, counts)
    assert places.shape == (len(rows), counts.max())
    for row, count in enumerate(counts.tolist()):
        order = np.argsort(-matrix[row], kind="stable")
        order = order[np.isfinite(matrix[row][order])][:count]
        assert places[row].tolist() == [*order.tolist(), *[-1] * (counts.max() - len(order))]
        np.testing.assert_array_equal(found[row, : len(order)], matrix[row][order])


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=6), st.data())
def test_lists_of_rows_and_sums_over_them(lists, data):
    rows = np.array(data.draw(st.lists(st.integers(0, len(lists) + 1), max_size=8)), np.int32)
    offsets, entries = np.cumsum([0, *map(len, lists)]), np.array([each for one in lists for each in one], np.int32)
    weights = np.arange(len(entries), dtype=np.float32)
    owners, found, told = gathered(rows, offsets, (entries, weights))
    expected = [
        (place, entries[at], weights[at])
        for place, row in enumerate(rows.tolist())
        for at in range(offsets[min(row, len(lists))], offsets[min(row + 1, len(lists))])
    ]
    assert list(zip(owners.tolist(), found.tolist(), told.tolist(), strict=True)) == expected
    linked, sums = summed(found, np.argsort(found, kind="stable"), told.astype(float))
    np.testing.assert_array_equal(linked, np.unique(found))
    np.testing.assert_allclose(sums, np.bincount(found, weights=told, minlength=10)[linked])
