"""Baselines against their formulas, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from scripts.benchmarks.recall.baselines.ease import Ease, ease_weights
from scripts.benchmarks.recall.baselines.item_knn import neighbours
from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.model import NotApplicableError
from scripts.benchmarks.recall.protocols import UserSplit

ENGAGED = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 1], [1, 0, 0], [0, 0, 1]], dtype=np.float32))


def test_similarity_is_the_shrunk_cosine_and_no_item_is_its_own_neighbour() -> None:
    common, people = np.array([[0, 2, 1], [2, 0, 1], [1, 1, 0]]), np.array([3, 2, 2])
    expected = common / (np.sqrt(np.outer(people, people)) + 10)
    np.testing.assert_allclose(neighbours(ENGAGED, 3, 10).toarray(), expected, rtol=1e-6)


def test_only_the_most_similar_neighbours_are_kept() -> None:
    kept = neighbours(ENGAGED, 1, 0).toarray()
    np.testing.assert_array_equal(kept > 0, [[False, True, False], [True, False, False], [False, True, False]])


@given(st.integers(0, 2**32 - 1), st.floats(1.0, 500.0))
def test_ease_solves_its_own_problem(seed: int, ridge: float) -> None:
    """Steck's closed form, in double precision and by the general inverse."""
    engaged = (np.random.default_rng(seed).random((40, 12)) < 0.3).astype(np.float64)
    inverse = np.linalg.inv(engaged.T @ engaged + ridge * np.eye(12))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0.0)
    found = ease_weights(sparse.csr_array(engaged.astype(np.float32)), ridge)
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_ease_is_left_out_where_it_would_not_fit(world: Dataset) -> None:
    with pytest.raises(NotApplicableError, match="36 items are too many"):
        Ease(most_items=35).learn(UserSplit(held_out=10).split(world, 0), {"lambda": 100})
