"""Vectors whose blocks are kept apart read as if they were whole."""

import numpy as np
import pytest

from models.columns import VectorColumn
from models.joint_vectors import JointVectors, halved

GENERATOR = np.random.default_rng(0)


def blocks(dtype: type[np.floating], rows: int = 12) -> tuple[JointVectors, np.ndarray]:
    """(vectors by block, the same whole)."""
    content, behaviour = (GENERATOR.normal(size=(rows, width)).astype(dtype) for width in (5, 3))
    whole = np.hstack([np.float32(0.5) * content.astype(np.float32), behaviour.astype(np.float32)])
    return JointVectors(content, 0.5, behaviour), whole


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_rows_and_slices_are_those_of_the_whole(dtype: type[np.floating]) -> None:
    joint, whole = blocks(dtype)
    assert (len(joint), joint.shape) == (12, (12, 8))
    rows = np.array([3, 3, 11, 0])
    assert np.array_equal(joint[rows], whole[rows])
    assert np.array_equal(joint[2:9:3], whole[2:9:3])
    assert joint[:].dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_products_are_those_of_the_whole(dtype: type[np.floating]) -> None:
    joint, whole = blocks(dtype)
    query, rows = GENERATOR.normal(size=8).astype(np.float32), np.array([1, 7, 1], dtype=np.int32)
    np.testing.assert_allclose(joint.products(rows, query), whole[rows] @ query, rtol=1e-5, atol=1e-6)


def test_a_column_reads_what_came_since_beside_what_is_kept_in_halves() -> None:
    joint, whole = blocks(np.float16)
    column, patch, later = VectorColumn(joint), whole[7].copy(), GENERATOR.normal(size=8).astype(np.float32)
    patch[5:] = halved(later)[5:]
    column.put(7, patch)
    column.put(12, later)
    rows = np.array([12, 7, 0], dtype=np.int32)
    expected = np.stack([later, patch, whole[0]])
    assert np.array_equal(column[rows], expected)
    vectors, places = column.located(rows)
    assert np.array_equal(vectors[places], expected)
    assert np.array_equal(column.at(12), later)
    assert np.array_equal(column.all(), np.vstack([whole[:7], patch, whole[8:], later]))
    assert not column.whole
