"""Vectors that come one by one are found at once, and as exactly as those of an index."""

import numpy as np
import pytest

from indexer.cells import Cells
from indexer.live_cells import LiveCells
from models.encoder import unit
from models.metrics import overlap_at


def filled(count: int, dimension: int = 48, beside: Cells | None = None) -> tuple[LiveCells, np.ndarray]:
    vectors = unit(np.random.default_rng(count).normal(size=(count, dimension)).astype("f4"))
    cell = LiveCells(dimension, beside)
    for row, vector in enumerate(vectors):
        cell.put(100 + row, vector)
    return cell, vectors


@pytest.mark.parametrize("count", [1, 7, 500, 3_000])
def test_what_was_put_is_found_and_what_is_not_kept_is_not(count: int) -> None:
    cell, vectors = filled(count)
    queries, keep = unit(np.random.default_rng(1).normal(size=(5, 48)).astype("f4")), np.arange(count) % 3 != 1
    hits = cell.search(queries, 20, keep, np.arange(count, dtype=np.float64))
    kept = np.flatnonzero(keep)
    best = 100 + kept[np.argsort(-(queries @ vectors[kept].T), axis=1)[:, :20]]
    found = hits.rows[:, : best.shape[1]]
    assert overlap_at(found, best) >= (1.0 if count <= 512 else 0.97)
    assert not np.isin(hits.rows, 100 + np.flatnonzero(~keep)).any()
    np.testing.assert_allclose(hits.scores[:, 0], np.sort(queries @ vectors[kept].T)[:, -1], atol=1e-6)


@pytest.mark.parametrize("count", [10, 1_500])
def test_a_vector_that_is_replaced_is_found_where_it_is_now(count: int) -> None:
    cell, vectors = filled(count)
    everything, order = np.ones(count, dtype=np.bool_), np.arange(count, dtype=np.float64)
    cell.search(vectors[:1], 1, everything, order)
    cell.put(103, vectors[5])
    assert len(cell) == count
    assert set(cell.search(vectors[5:6], 2, everything, order).rows[0].tolist()) == {103, 105}
    assert cell.search(vectors[3:4], 1, everything, order).scores[0, 0] < 0.999


def test_of_equal_scores_those_first_in_order_come_first() -> None:
    cell = LiveCells(4)
    for row in range(20):
        cell.put(row, np.ones(4, dtype=np.float32))
    found = cell.search(np.ones((1, 4), np.float32), 5, np.ones(20, dtype=np.bool_), -np.arange(20.0))
    assert found.rows[0].tolist() == [19, 18, 17, 16, 15]


def test_in_the_cells_of_an_index_what_comes_is_found_as_well() -> None:
    others = unit(np.random.default_rng(5).normal(size=(2_000, 48)).astype("f4"))
    cell, vectors = filled(1_200, beside=Cells.build(others, 40, others[:20]))
    everything, order = np.ones(1_200, dtype=np.bool_), np.arange(1_200, dtype=np.float64)
    hits = cell.search(others[:20], 20, everything, order)
    assert overlap_at(hits.rows, 100 + np.argsort(-(others[:20] @ vectors.T), axis=1)[:, :20]) >= 0.97
    cell.put(9_000, others[0])
    assert cell.search(others[:1], 1, np.ones(1_201, dtype=np.bool_), np.arange(1_201.0)).rows.tolist() == [[9_000]]
