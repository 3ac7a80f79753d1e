"""The vector index: exact while it is flat, never finds what is excluded, and keeps its recall under any filter."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ann import AnnSettings, VectorIndex, Vectors, exact_search, measure_recall
from models.encoder import unit
from models.ids import Rows
from models.metrics import overlap_at

FLAT, GRAPH = AnnSettings(flat_below=10_000), AnnSettings(flat_below=0)
KINDS = pytest.mark.parametrize("settings", [FLAT, GRAPH], ids=["flat", "hnsw"])
seeds, sizes = st.integers(0, 2**32 - 1), st.integers(1, 60)


def vectors_of(seed: int, rows: int, dimension: int = 16) -> Vectors:
    """Some directions of a catalogue: a few clusters, as content has them."""
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(8, dimension))
    return unit(
        (centres[generator.integers(8, size=rows)] + 0.5 * generator.normal(size=(rows, dimension))).astype("f4")
    )


def brute_force(vectors: Vectors, queries: Vectors, k: int, excluded: Rows) -> np.ndarray:
    """The k largest inner products of each query with the rows that may be found, descending."""
    scores = queries @ np.delete(vectors, excluded, axis=0).T
    return -np.sort(-scores, axis=1)[:, :k]


@st.composite
def searches(draw: st.DrawFn) -> tuple[Vectors, Vectors, int, Rows]:
    rows = draw(sizes)
    vectors, queries = vectors_of(draw(seeds), rows), vectors_of(draw(seeds), draw(st.integers(1, 3)))
    excluded = draw(st.lists(st.integers(0, rows - 1), unique=True, max_size=rows))
    return vectors, queries, draw(st.integers(1, 80)), np.array(excluded, dtype=np.int32)


@given(searches())
def test_a_flat_index_equals_brute_force(search: tuple[Vectors, Vectors, int, Rows]) -> None:
    vectors, queries, k, excluded = search
    hits = VectorIndex.build(vectors, FLAT).search(queries, k, excluded)
    expected = brute_force(vectors, queries, k, excluded)
    assert hits.rows.shape == hits.scores.shape == (len(queries), k)
    np.testing.assert_allclose(hits.scores[:, : expected.shape[1]], expected, atol=1e-5)
    assert (hits.rows[:, expected.shape[1] :] == -1).all()
    assert np.isneginf(hits.scores[hits.rows < 0]).all()
    own = np.einsum("qkd,qd->qk", vectors[hits.rows], queries)
    np.testing.assert_allclose(hits.scores[hits.rows >= 0], own[hits.rows >= 0], atol=1e-5)


@KINDS
@given(search=searches())
def test_what_is_excluded_is_never_found_and_nothing_twice(
    settings: AnnSettings, search: tuple[Vectors, Vectors, int, Rows]
) -> None:
    vectors, queries, k, excluded = search
    hits = VectorIndex.build(vectors, settings).search(queries, k, excluded)
    assert not np.isin(hits.rows, excluded).any()
    for rows in hits.rows:
        found = rows[rows >= 0]
        assert len(set(found.tolist())) == len(found)
    assert (np.diff(hits.scores[:, : len(vectors) - len(excluded)], axis=1) <= 1e-6).all() or (hits.rows < 0).any()


@KINDS
def test_no_exclusions_and_an_empty_list_of_them_are_the_same(settings: AnnSettings) -> None:
    vectors = vectors_of(0, 200)
    index = VectorIndex.build(vectors, settings)
    none, empty = index.search(vectors[:5], 10), index.search(vectors[:5], 10, np.empty(0, dtype=np.int32))
    assert np.array_equal(none.rows, empty.rows)
    assert none.rows[:, 0].tolist() == [0, 1, 2, 3, 4]


@KINDS
def test_saved_and_loaded_it_answers_the_same(settings: AnnSettings, tmp_path: Path) -> None:
    vectors, queries = vectors_of(0, 300), vectors_of(1, 20)
    index = VectorIndex.build(vectors, settings)
    index.save(tmp_path / "index")
    loaded = VectorIndex.load(tmp_path / "index", vectors, settings)
    assert (loaded.kind, len(loaded)) == (index.kind, 300)
    excluded = np.arange(0, 100, dtype=np.int32)
    for exclusions in (None, excluded):
        one, other = index.search(queries, 10, exclusions), loaded.search(queries, 10, exclusions)
        assert np.array_equal(one.rows, other.rows)
        assert np.array_equal(one.scores, other.scores)


@pytest.fixture(scope="module")
def graph() -> tuple[Vectors, VectorIndex]:
    vectors = vectors_of(7, 4_000, 32)
    return vectors, VectorIndex.build(vectors, GRAPH)


@pytest.mark.parametrize("allowed", [5, 40, 400, 799, 801, 2_000, 3_960])
def test_the_graph_keeps_its_recall_however_few_may_be_found(graph: tuple[Vectors, VectorIndex], allowed: int) -> None:
    vectors, index = graph
    excluded = np.random.default_rng(allowed).permutation(4_000)[allowed:].astype(np.int32)
    queries = vectors_of(8, 50, 32)
    hits = index.search(queries, 10, excluded)
    exact = exact_search(vectors, queries, 10, np.setdiff1d(np.arange(4_000, dtype=np.int32), excluded))
    assert overlap_at(hits.rows[:, : min(10, allowed)], exact.rows[:, : min(10, allowed)]) >= 0.95


def test_few_allowed_rows_are_searched_exactly(graph: tuple[Vectors, VectorIndex]) -> None:
    vectors, index = graph
    excluded = np.arange(50, 4_000, dtype=np.int32)
    exact = exact_search(vectors, vectors[:30], 20, np.arange(50, dtype=np.int32))
    assert np.array_equal(index.search(vectors[:30], 20, excluded).rows, exact.rows)


@KINDS
def test_where_everything_is_excluded_nothing_is_found(settings: AnnSettings) -> None:
    index = VectorIndex.build(vectors_of(0, 20), settings)
    hits = index.search(vectors_of(1, 3), 4, np.arange(20, dtype=np.int32))
    assert (hits.rows == -1).all()
    assert np.isneginf(hits.scores).all()


def test_recall_is_that_against_exact_search(graph: tuple[Vectors, VectorIndex]) -> None:
    vectors, index = graph
    assert measure_recall(VectorIndex.build(vectors[:500], FLAT), vectors[:500], vectors[:50]) == 1.0
    assert measure_recall(index, vectors, vectors_of(9, 100, 32)) >= 0.95
    wrong = VectorIndex.build(np.ascontiguousarray(vectors[::-1]), FLAT)
    assert measure_recall(wrong, vectors, vectors_of(9, 100, 32)) < 0.2


def test_equal_vectors_are_found_in_the_order_of_their_rows() -> None:
    same = np.tile(vectors_of(0, 1), (6, 1))
    assert exact_search(same, same[:1], 4, np.array([1, 3, 5], dtype=np.int32)).rows[0].tolist() == [1, 3, 5, -1]
