"""Rows in half precision are widened to what numpy widens them to, and compared the same wherever they stand."""

import numpy as np
import pytest

from models.kernels.halves import gathered, products


def test_every_finite_half_is_what_numpy_widens_it_to() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)][:, None]
    widened = gathered(halves, np.arange(len(halves), dtype=np.int32))
    assert np.array_equal(widened, halves.astype(np.float32))
    assert np.array_equal(np.signbit(widened), np.signbit(halves))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_products_are_those_of_the_rows(dtype: type[np.floating]) -> None:
    generator = np.random.default_rng(0)
    vectors, query = generator.normal(size=(50, 37)).astype(dtype), generator.normal(size=37).astype(np.float32)
    vectors[40] = vectors[3]
    rows = np.array([7, 3, 3, 49, 40], dtype=np.int32)
    found = products(vectors, rows, query)
    np.testing.assert_allclose(found, vectors[rows].astype(np.float32) @ query, rtol=1e-5)
    assert len({found[1], found[2], found[4]}) == 1
    assert len(products(vectors, rows[:0], query)) == 0
