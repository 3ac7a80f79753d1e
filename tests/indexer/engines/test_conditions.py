"""Conditions: what is left of one where an engine knows only some columns holds for all that the whole holds for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.conditions import (
    EVERYTHING,
    Comparison,
    Condition,
    Every,
    Kind,
    Membership,
    Negation,
    Some,
    mask,
    pushable,
)

COLUMNS = {name: np.random.default_rng(place).integers(3, size=200) for place, name in enumerate("abc")}
leaves = st.one_of(
    st.builds(Comparison, st.sampled_from("abc"), st.sampled_from(["=", "!=", "<", ">="]), st.integers(0, 2)),
    st.builds(Membership, st.sampled_from("abc"), st.lists(st.integers(0, 2), max_size=2).map(tuple)),
)
conditions = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(Every, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Some, st.lists(parts, max_size=3).map(tuple)),
        st.builds(Negation, parts),
    ),
    max_leaves=8,
)


@given(conditions, st.sets(st.sampled_from("abc")))
def test_what_can_be_asked_never_leaves_out_what_the_whole_allows(condition: Condition, known: set[str]) -> None:
    asked, whole = pushable(condition, dict.fromkeys(sorted(known), Kind.INTEGER))
    held, wanted = mask(asked, COLUMNS, 200), mask(condition, COLUMNS, 200)
    assert (held | ~wanted).all()
    if whole:
        assert np.array_equal(held, wanted)


def test_what_needs_no_unknown_column_is_asked_whole() -> None:
    asked, whole = pushable(Every((Comparison("a", "=", 1), Negation(Comparison("b", "=", 1)))), {"a": Kind.INTEGER})
    assert (asked, whole) == (Every((Comparison("a", "=", 1),)), False)
    assert pushable(EVERYTHING, {}) == (EVERYTHING, True)
