"""Copies as they are served: groups of the snapshot, changed by what comes over HTTP."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.serving.copies import Copies


def copies_of(labels, texts=None, **more) -> Copies:
    texts = range(2, 2 + 2 * len(labels), 2) if texts is None else texts
    return Copies(np.array(labels, np.int32), np.array(list(texts), np.uint64), 3, **more)


@given(st.lists(st.integers(0, 9), max_size=40), st.lists(st.integers(0, 39), max_size=20))
def test_rows_come_together_with_all_of_their_group(groups, asked) -> None:
    labels = [groups.index(group) for group in groups]
    rows = [row for row in asked if row < len(labels)]
    expected = [row for row, label in enumerate(labels) if label in {labels[row] for row in rows}]
    assert copies_of(labels).together(np.array(rows, np.int32)).tolist() == expected
    several = {row for row, label in enumerate(labels) if labels.count(label) > 1}
    assert set(copies_of(labels).rows.tolist()) == several


def test_switched_off_no_row_is_like_another() -> None:
    copies = copies_of([0, 0, 2], enabled=False)
    copies.put(3, 2)
    assert copies.together(np.array([0], np.int32)).tolist() == [0]
    assert len(copies.rows) == 0


def test_a_new_row_joins_those_of_its_text() -> None:
    copies = copies_of([0, 1], texts=[20, 30])
    copies.put(2, 30)
    copies.put(3, 40)
    copies.put(4, 40)
    assert copies.together(np.array([1], np.int32)).tolist() == [1, 2]
    assert copies.together(np.array([4], np.int32)).tolist() == [3, 4]
    assert copies.rows.tolist() in ([1, 2, 3, 4], [3, 4, 1, 2])


def test_a_changed_row_leaves_those_that_it_was_with() -> None:
    copies = copies_of([0, 0, 0], texts=[20, 20, 20])
    copies.put(0, 50)
    assert copies.together(np.array([1], np.int32)).tolist() == [1, 2]
    assert copies.together(np.array([0], np.int32)).tolist() == [0]
    copies.put(0, 20)
    assert copies.together(np.array([0], np.int32)).tolist() == [0, 1, 2]


def test_what_was_put_unchanged_stays_where_it_is() -> None:
    nearly = copies_of([0, 0], texts=[20, 30])
    nearly.put(1, 30)
    assert nearly.together(np.array([0], np.int32)).tolist() == [0, 1]


def test_items_that_say_nothing_and_stubs_beyond_a_few_stay_alone() -> None:
    copies = copies_of([0, 1], texts=[0, 21])
    copies.put(2, 0)
    assert copies.together(np.array([0], np.int32)).tolist() == [0]
    for row in range(3, 7):
        copies.put(row, 21)
    assert copies.together(np.array([1], np.int32)).tolist() == [1, 3, 4]
    assert copies.together(np.array([6], np.int32)).tolist() == [6]
