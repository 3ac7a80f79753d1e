import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.encoder import unit
from models.metrics import coverage, intra_list_distance, intra_list_distances, novelty, popularity_lift

RANKED = np.array([[0, 1], [1, -1]], dtype=np.int32)
POPULARITY = np.array([8, 2, 0], dtype=np.int64)


def test_coverage_is_the_share_of_candidates_that_somebody_is_shown() -> None:
    assert coverage(RANKED, 4) == pytest.approx(0.5)
    assert coverage(np.full((2, 3), -1, dtype=np.int32), 4) == 0.0


def test_novelty_is_mean_self_information_in_bits() -> None:
    np.testing.assert_allclose(novelty(RANKED, POPULARITY, 8), [1.0, 2.0])


def test_an_item_without_engagements_is_as_novel_as_one_with_a_single_one() -> None:
    assert novelty(np.array([[2]], dtype=np.int32), POPULARITY, 8)[0] == pytest.approx(3.0)


def test_popularity_lift_compares_with_what_the_person_chose() -> None:
    np.testing.assert_allclose(popularity_lift(RANKED, np.array([5.0, 4.0]), POPULARITY), [0.0, -0.5])


def test_distance_of_opposite_vectors_and_of_equal_ones() -> None:
    vectors = np.array([[1, 0], [-1, 0], [1, 0]], dtype=np.float32)
    np.testing.assert_allclose(intra_list_distances(np.array([[0, 1], [0, 2]], dtype=np.int32), vectors), [2.0, 0.0])


def test_a_list_of_one_has_no_diversity() -> None:
    np.testing.assert_array_equal(intra_list_distances(RANKED[1:], np.eye(3, dtype=np.float32)), [0.0])


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(1, 5))
def test_many_lists_at_once_equal_one_by_one(seed: int, length: int, count: int) -> None:
    random = np.random.default_rng(seed)
    vectors = unit(random.normal(size=(10, 4)).astype(np.float32))
    ranked = np.array([random.permutation(10)[:length] for _ in range(count)], dtype=np.int32)
    one_by_one = [intra_list_distance(vectors[items]) for items in ranked]
    np.testing.assert_allclose(intra_list_distances(ranked, vectors), one_by_one, atol=1e-5)
    np.testing.assert_allclose(intra_list_distances(ranked, sparse.csr_array(vectors)), one_by_one, atol=1e-5)


def test_the_distance_of_a_list_is_the_mean_over_all_pairs() -> None:
    content = np.random.default_rng(1).normal(size=(7, 16)).astype(np.float32)
    content /= np.linalg.norm(content, axis=1, keepdims=True)
    pairs = [1 - float(content[a] @ content[b]) for a in range(7) for b in range(a)]
    assert intra_list_distance(content) == pytest.approx(np.mean(pairs), abs=1e-6)


def test_what_could_not_be_read_is_like_nothing() -> None:
    assert intra_list_distance(np.array([[1, 0], [1, 0], [0, 0]], np.float32)) == pytest.approx(2 / 3)
