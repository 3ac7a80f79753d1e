"""Vectors that come one by one are found at once, and as exactly as those of an index."""

import numpy as np
import pytest

from indexer.live_vectors import LiveVectors
from models.encoder import unit
from models.metrics import overlap_at


def filled(count: int, dimension: int = 48) -> tuple[LiveVectors, np.ndarray]:
    vectors = unit(np.random.default_rng(count).normal(size=(count, dimension)).astype("f4"))
    live = LiveVectors(dimension)
    for row, vector in enumerate(vectors):
        live.put(100 + row, vector)
    return live, vectors


def nothing_elsewhere(queries: int) -> np.ndarray:
    return np.full(queries, -np.inf, dtype=np.float32)


def all_of(rows: np.ndarray) -> np.ndarray:
    return np.ones(len(rows), dtype=np.bool_)


@pytest.mark.parametrize("count", [1, 7, 500, 3_000])
def test_what_was_put_is_found_and_what_is_not_kept_is_not(count: int) -> None:
    live, vectors = filled(count)
    queries, keep = unit(np.random.default_rng(1).normal(size=(5, 48)).astype("f4")), np.arange(count) % 3 != 1
    hits = live.search(queries, 20, nothing_elsewhere(5), lambda rows: keep[rows - 100], np.float64)
    kept = np.flatnonzero(keep)
    best = 100 + kept[np.argsort(-(queries @ vectors[kept].T), axis=1)[:, :20]]
    found = hits.rows[:, : best.shape[1]]
    assert overlap_at(found, best) == 1.0
    assert not np.isin(hits.rows, 100 + np.flatnonzero(~keep)).any()
    np.testing.assert_allclose(hits.scores[:, 0], np.sort(queries @ vectors[kept].T)[:, -1], atol=1e-6)


@pytest.mark.parametrize("count", [10, 1_500])
def test_a_vector_that_is_replaced_is_found_where_it_is_now(count: int) -> None:
    live, vectors = filled(count)
    live.search(vectors[:1], 1, nothing_elsewhere(1), all_of, np.float64)
    live.put(103, vectors[5])
    assert len(live) == count
    found = live.search(vectors[5:6], 2, nothing_elsewhere(1), all_of, np.float64)
    assert set(found.rows[0].tolist()) == {103, 105}
    assert live.search(vectors[3:4], 1, nothing_elsewhere(1), all_of, np.float64).scores[0, 0] < 0.999


def test_of_equal_scores_those_first_in_order_come_first() -> None:
    live = LiveVectors(4)
    for row in range(20):
        live.put(row, np.ones(4, dtype=np.float32))
    found = live.search(np.ones((1, 4), np.float32), 5, nothing_elsewhere(1), all_of, lambda rows: -rows.astype("f8"))
    assert found.rows[0].tolist() == [19, 18, 17, 16, 15]


def test_what_scores_less_than_what_is_known_elsewhere_is_not_asked_about() -> None:
    live, vectors = filled(500)
    queries, asked = vectors[:3], []
    scores = queries @ vectors.T
    least = np.sort(scores, axis=1)[:, -4]

    def keep(rows: np.ndarray) -> np.ndarray:
        asked.extend(rows.tolist())
        return all_of(rows)

    hits = live.search(queries, 20, least, keep, np.float64)
    wanted = {100 + int(row) for row in np.flatnonzero((scores >= least[:, None]).any(axis=0))}
    assert set(asked) == wanted
    for query in range(3):
        best = 100 + np.argsort(-scores[query])[:4]
        assert hits.rows[query, :4].tolist() == best.tolist()
