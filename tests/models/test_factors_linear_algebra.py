from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from models.factors import symmetric_inverse
from models.factors.gram import LocalGram
from models.factors.leading_directions import DenseOperand, Operand, leading_directions
from models.factors.strongest_entries import strongest_of_dense, strongest_of_sparse
from models.factors.symmetric_inverse import invert_in_place


def positive_definite(size: int) -> np.ndarray:
    drawn = np.random.default_rng(size).standard_normal((size, size))
    return drawn @ drawn.T / size + np.eye(size)


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 31, 64, 65])
def test_a_matrix_is_inverted_from_its_lower_triangle_alone(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symmetric_inverse, "PIVOTS", 8)
    monkeypatch.setattr(symmetric_inverse, "TILE", 16)
    matrix = positive_definite(size)
    inverse = np.tril(matrix).astype(np.float32)
    invert_in_place(inverse)
    np.testing.assert_allclose(inverse, np.linalg.inv(matrix), atol=1e-5)
    assert np.array_equal(inverse, inverse.T)


def test_a_matrix_of_several_blocks_is_inverted() -> None:
    matrix = positive_definite(1100)
    inverse = matrix.astype(np.float32)
    invert_in_place(inverse)
    np.testing.assert_allclose(inverse @ matrix, np.eye(1100), atol=1e-4)


@pytest.mark.parametrize("operand", [DenseOperand, lambda matrix: LocalGram(sparse.csr_array(matrix))])
def test_directions_are_the_right_singular_vectors(operand: Callable[[np.ndarray], Operand]) -> None:
    random = np.random.default_rng(3)
    matrix = (random.standard_normal((60, 20)) * (random.random((60, 20)) < 0.4)).astype(np.float32)
    found = leading_directions(operand(matrix), 5, 6, np.random.default_rng(0))
    _, values, transposed = np.linalg.svd(matrix.astype(np.float64))
    np.testing.assert_allclose(found.values, values[:5], rtol=1e-4)
    np.testing.assert_allclose(np.abs(transposed[:5] @ found.vectors), np.eye(5), atol=1e-3)


def test_directions_of_a_large_matrix_are_near_the_best() -> None:
    random = np.random.default_rng(4)
    matrix = (random.standard_normal((400, 30)) @ random.standard_normal((30, 300))).astype(np.float32)
    matrix += random.standard_normal((400, 300)).astype(np.float32)
    found = leading_directions(DenseOperand(matrix), 10, 3, np.random.default_rng(0))
    best = np.linalg.svd(matrix, compute_uv=False)[:10]
    np.testing.assert_allclose(np.linalg.norm(matrix @ found.vectors), np.linalg.norm(best), rtol=1e-3)


def test_no_more_directions_than_the_matrix_has() -> None:
    found = leading_directions(DenseOperand(np.ones((3, 9), dtype=np.float32)), 7, 2, np.random.default_rng(0))
    assert found.vectors.shape == (9, 3)


@given(st.integers(0, 2**32 - 1), st.integers(0, 6))
def test_the_strongest_entries_are_the_same_in_dense_and_sparse_form(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    block = random.permutation(np.arange(1, 25)).reshape(4, 6).astype(np.float32) * random.choice([-1, 1], (4, 6))
    block = block.astype(np.float32)
    expected = np.where(np.argsort(np.argsort(-np.abs(block), axis=1), axis=1) < k, block, 0)
    assert np.array_equal(strongest_of_dense(block, k).toarray(), expected)
    assert np.array_equal(strongest_of_sparse(sparse.csr_array(block), k).toarray(), expected)
