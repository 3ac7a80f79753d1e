"""Rows stand in the order of their numbers, whenever they came and however often these changed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.serving.row_order import RowOrder

numbers = st.integers(0, 6)
writes = st.lists(st.tuples(st.integers(0, 14), st.none() | numbers), max_size=15)


@given(st.lists(numbers, min_size=1, max_size=10), writes, numbers, st.integers(0, 5), st.none() | st.integers(0, 6))
def test_rows_between_two_numbers_are_those_that_have_them_now(first, changed, low, width, most):
    expected, order = dict(enumerate(first)), RowOrder(np.array(first, dtype=np.int64))
    for row, number in changed:
        if number is None:
            order.drop(row)
            expected.pop(row, None)
        else:
            order.put(row, number)
            expected[row] = number
    within = [row for row, number in expected.items() if low <= number < low + width]
    rows = sorted(within, key=lambda row: (expected[row], row))
    assert order.between(low, low + width, most).tolist() == rows[:most]
    found, spans = order.groups(np.array([low, 3]))
    for number, (start, end) in zip([low, 3], spans.tolist(), strict=True):
        assert found[start:end].tolist() == sorted(row for row in expected if expected[row] == number)
