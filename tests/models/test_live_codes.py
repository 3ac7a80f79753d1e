"""Lists that are replaced and added while serving are read beside a snapshot's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.columns import CodesColumn
from models.live_codes import LiveCodes

lists = st.lists(st.integers(0, 9), max_size=4)


@given(st.lists(lists, min_size=1, max_size=8), st.lists(st.tuples(st.integers(0, 12), lists), max_size=12))
def test_lists_by_row_are_those_that_were_put_last(given_lists, writes):
    expected, column = list(given_lists), LiveCodes(CodesColumn.build(given_lists))
    for row, codes in writes:
        place = min(row, len(expected))
        column.put(place, codes)
        expected[place : place + 1] = [codes]
    assert [column[row].tolist() for row in range(len(expected))] == expected
    rows = np.arange(len(expected), dtype=np.int32)[::-1].copy()
    starts, codes, places = column.lists(rows)
    assert [codes[starts[place] : starts[place + 1]].tolist() for place in places] == expected[::-1]
    position, gathered = column.gather(rows)
    flat = [(place, code) for place, each in enumerate(expected[::-1]) for code in each]
    assert list(zip(position.tolist(), gathered.tolist(), strict=True)) == flat
