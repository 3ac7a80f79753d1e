"""Equal vectors are one node, found whatever the numbers, and never confused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import equal_vectors
from indexer.equal_vectors import EqualVectors


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_rows_share_a_node_if_and_only_if_their_vectors_are_equal(of: list[int]) -> None:
    vectors = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)[of]
    equals = EqualVectors.find(vectors)
    if equals is None:
        assert len(set(of)) == len(of)
        return
    nodes = equals.nodes
    assert ((nodes[:, None] == nodes[None]) == (np.array(of)[:, None] == np.array(of)[None])).all()
    every = np.arange(len(equals), dtype=np.int32)
    rows, place = equals.rows_of(every)
    assert sorted(rows.tolist()) == list(range(len(of)))
    assert (nodes[rows] == place).all()
    assert (np.diff(equals.firsts(every)) > 0).all()


def test_zero_is_zero_whatever_its_sign() -> None:
    equals = EqualVectors.find(np.array([[0.0, 1.0], [1.0, 1.0], [-0.0, 1.0]], dtype=np.float32))
    assert equals is not None
    assert equals.nodes.tolist() == [0, 1, 0]


def test_digests_that_collide_make_no_equals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equal_vectors, "digests", lambda vectors: np.zeros(len(vectors), dtype=np.uint64))
    equals = EqualVectors.find(np.array([[1.0], [2.0], [1.0], [3.0]], dtype=np.float32))
    assert equals is not None
    assert equals.nodes.tolist() == [0, 1, 0, 2]


def test_a_node_is_blocked_when_all_of_its_rows_are() -> None:
    equals = EqualVectors.of_nodes(np.array([0, 1, 0, 2, 2], dtype=np.int32))
    assert equals.wholly(np.array([4, 0, 3, 1], dtype=np.int32)).tolist() == [1, 2]
