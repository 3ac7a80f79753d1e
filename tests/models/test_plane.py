"""The plane: near stays near, and the same points always lie the same way."""

import numpy as np
import pytest

from models.plane import in_the_plane


def groups():
    random = np.random.default_rng(7)
    middles = np.eye(4, 12, dtype=np.float32)
    return np.repeat(middles, 6, axis=0) + 0.1 * random.standard_normal((24, 12)).astype(np.float32)


def test_neighbours_in_space_are_neighbours_in_the_plane():
    placed = in_the_plane(groups())
    apart = np.linalg.norm(placed[:, None] - placed[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (apart.argmin(axis=1) // 6 == np.arange(24) // 6).all()


def test_points_that_lie_in_a_plane_keep_their_distances():
    flat = np.random.default_rng(3).standard_normal((20, 2)).astype(np.float32)
    placed = in_the_plane(np.hstack([flat, np.zeros((20, 5), dtype=np.float32)]))
    before, after = (np.linalg.norm(each[:, None] - each[None], axis=2) for each in (flat, placed))
    assert after == pytest.approx(before * (after.max() / before.max()), abs=0.02)


def test_the_same_points_always_lie_the_same_way_whatever_their_signs():
    points = groups()
    assert np.array_equal(in_the_plane(points), in_the_plane(points.copy()))
    assert np.abs(in_the_plane(points)).max() == 1.0


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_points_have_places_too(count):
    placed = in_the_plane(np.eye(count, 3, dtype=np.float32))
    assert placed.shape == (count, 2)
    assert np.isfinite(placed).all()


def test_equal_points_lie_together():
    points = np.repeat(np.eye(3, 4, dtype=np.float32), 2, axis=0)
    placed = in_the_plane(points)
    assert np.isfinite(placed).all()
    assert np.linalg.norm(placed[0] - placed[1]) < 0.05


def test_more_points_than_are_compared_pair_by_pair_keep_their_groups_too():
    random = np.random.default_rng(5)
    points = np.repeat(np.eye(6, 16), 100, axis=0) + 0.05 * random.standard_normal((600, 16))
    placed = in_the_plane(points.astype(np.float32))
    middles = placed.reshape(6, 100, 2).mean(axis=1)
    nearest = np.linalg.norm(placed[:, None] - middles[None], axis=2).argmin(axis=1)
    assert (nearest == np.arange(600) // 100).mean() > 0.99
