"""The vector index: exact while it is flat, never finds what is excluded, and keeps its recall under any filter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.ann import AnnSettings, VectorIndex
from indexer.equal_vectors import Vectors
from indexer.exact_search import exact_search
from indexer.index_recall import measure_recall, recall_under_exclusions
from models.encoder import unit
from models.ids import Rows
from models.metrics import overlap_at

FLAT, CELLS = AnnSettings(flat_below=10_000), AnnSettings(flat_below=0)
KINDS = pytest.mark.parametrize("settings", [FLAT, CELLS], ids=["flat", "cells"])
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
def test_from_its_arrays_it_answers_the_same(settings: AnnSettings) -> None:
    vectors, queries = vectors_of(0, 300), vectors_of(1, 20)
    index = VectorIndex.build(vectors, settings)
    loaded = VectorIndex.load(index.cells.arrays() if index.cells else None, vectors, index.equals, settings)
    assert (loaded.kind, len(loaded)) == (index.kind, 300)
    excluded = np.arange(0, 100, dtype=np.int32)
    for exclusions in (None, excluded):
        one, other = index.search(queries, 10, exclusions), loaded.search(queries, 10, exclusions)
        assert np.array_equal(one.rows, other.rows)
        assert np.array_equal(one.scores, other.scores)


@pytest.fixture(scope="module")
def parted() -> tuple[Vectors, VectorIndex]:
    vectors = vectors_of(7, 4_000, 32)
    return vectors, VectorIndex.build(vectors, CELLS)


@pytest.mark.parametrize("allowed", [5, 40, 400, 799, 801, 2_000, 3_960])
def test_cells_keep_their_recall_however_few_may_be_found(parted: tuple[Vectors, VectorIndex], allowed: int) -> None:
    vectors, index = parted
    excluded = np.random.default_rng(allowed).permutation(4_000)[allowed:].astype(np.int32)
    queries = vectors_of(8, 50, 32)
    hits = index.search(queries, 10, excluded)
    exact = exact_search(vectors, queries, 10, np.setdiff1d(np.arange(4_000, dtype=np.int32), excluded))
    assert overlap_at(hits.rows[:, : min(10, allowed)], exact.rows[:, : min(10, allowed)]) >= 0.95


def test_few_allowed_rows_are_searched_exactly(parted: tuple[Vectors, VectorIndex]) -> None:
    vectors, index = parted
    excluded = np.arange(50, 4_000, dtype=np.int32)
    exact = exact_search(vectors, vectors[:30], 20, np.arange(50, dtype=np.int32))
    assert np.array_equal(index.search(vectors[:30], 20, excluded).rows, exact.rows)


@KINDS
def test_where_everything_is_excluded_nothing_is_found(settings: AnnSettings) -> None:
    index = VectorIndex.build(vectors_of(0, 20), settings)
    hits = index.search(vectors_of(1, 3), 4, np.arange(20, dtype=np.int32))
    assert (hits.rows == -1).all()
    assert np.isneginf(hits.scores).all()


def test_recall_is_that_against_exact_search(parted: tuple[Vectors, VectorIndex]) -> None:
    vectors, index = parted
    assert measure_recall(VectorIndex.build(vectors[:500], FLAT), vectors[:500], vectors[:50]) == 1.0
    assert measure_recall(index, vectors, vectors_of(9, 100, 32)) >= 0.95
    wrong = VectorIndex.build(np.ascontiguousarray(vectors[::-1]), FLAT)
    assert measure_recall(wrong, vectors, vectors_of(9, 100, 32)) < 0.2


@st.composite
def repetitive_searches(draw: st.DrawFn) -> tuple[Vectors, Vectors, Rows]:
    """Rows of few different vectors, with whole numbers, so that different vectors have equal scores too."""
    different = np.random.default_rng(draw(seeds)).integers(-1, 2, (draw(st.integers(1, 8)), 8)).astype(np.float32)
    of = draw(st.lists(st.integers(0, len(different) - 1), min_size=1, max_size=80))
    excluded = draw(st.lists(st.integers(0, len(of) - 1), unique=True, max_size=len(of)))
    return different[of], different[: draw(st.integers(1, 3))], np.array(excluded, dtype=np.int32)


@KINDS
@given(search=repetitive_searches())
def test_what_is_found_is_the_beginning_of_what_is_found_for_more(
    settings: AnnSettings, search: tuple[Vectors, Vectors, Rows]
) -> None:
    vectors, queries, excluded = search
    index = VectorIndex.build(vectors, settings)
    most = index.search(queries, len(vectors), excluded)
    for k in (1, 2, 5, 10, 30):
        few = index.search(queries, k, excluded)
        assert np.array_equal(few.rows[:, : len(vectors)], most.rows[:, :k])
        assert np.array_equal(few.scores[:, : len(vectors)], most.scores[:, :k])


@KINDS
@given(search=repetitive_searches())
def test_equal_scores_stand_in_the_order_of_their_rows(
    settings: AnnSettings, search: tuple[Vectors, Vectors, Rows]
) -> None:
    vectors, queries, excluded = search
    hits = VectorIndex.build(vectors, settings).search(queries, len(vectors), excluded)
    expected = exact_search(vectors, queries, len(vectors), np.setdiff1d(np.arange(len(vectors)), excluded))
    assert np.array_equal(hits.rows, expected.rows)


@pytest.mark.parametrize("limit", [1, 2, 5, 10, 60])
@KINDS
def test_real_vectors_are_found_in_the_same_order_for_any_number(settings: AnnSettings, limit: int) -> None:
    vectors = np.repeat(vectors_of(3, 70, 32), 60, axis=0)
    index = VectorIndex.build(vectors, settings)
    excluded = np.arange(3, 4_200, 7, dtype=np.int32)
    queries = vectors_of(4, 5, 32)
    for exclusions in (None, excluded):
        longer = index.search(queries, 64, exclusions).rows
        assert np.array_equal(index.search(queries, limit, exclusions).rows, longer[:, :limit])


def many_equals(texts: int, each: int) -> tuple[Vectors, VectorIndex]:
    vectors = np.tile(vectors_of(5, texts, 32), (each, 1))
    return vectors, VectorIndex.build(vectors, CELLS)


def test_cells_reach_every_one_of_many_equal_vectors() -> None:
    vectors, index = many_equals(texts=3, each=500)
    found = index.search(vectors[:3], 500).rows
    for text, rows in enumerate(found):
        assert rows.tolist() == list(range(text, 1_500, 3))
    assert index.search(vectors[:1], 1, np.arange(0, 1_497, 3, dtype=np.int32)).rows.tolist() == [[1_497]]


def test_equal_vectors_do_not_cost_recall() -> None:
    vectors, index = many_equals(texts=60, each=50)
    assert len(index) == 3_000
    assert measure_recall(index, vectors, vectors[:60]) == 1.0


def test_recall_counts_what_is_as_good_and_not_which_of_equals_it_is() -> None:
    vectors = np.tile(vectors_of(5, 1), (40, 1))
    blind = VectorIndex.build(vectors_of(6, 40), FLAT)
    assert measure_recall(blind, vectors, vectors[:5]) == 1.0


def test_recall_under_exclusions_is_told_by_kind(parted: tuple[Vectors, VectorIndex]) -> None:
    vectors, index = parted
    found = recall_under_exclusions(index, vectors, vectors[:20], seed=0)
    assert list(found) == ["50% at random", "90% at random", "the 500 nearest"]
    assert min(found.values()) >= 0.95
    wrong = VectorIndex.build(np.ascontiguousarray(vectors[::-1]), FLAT)
    assert max(recall_under_exclusions(wrong, vectors, vectors[:20], seed=0).values()) < 0.5


@pytest.mark.parametrize("each", [1, 4])
def test_what_is_allowed_and_not_excluded_is_found_exactly_where_little_is(each: int) -> None:
    vectors, index = many_equals(texts=300, each=each)
    allowed = np.arange(len(vectors)) % 7 < 3
    excluded, queries = np.arange(0, len(vectors), 3, dtype=np.int32), vectors_of(8, 5, 32)
    left = np.setdiff1d(np.flatnonzero(allowed), excluded).astype(np.int32)
    hits, exact = (
        index.search(queries, 20, excluded, index.allowance(allowed)),
        exact_search(vectors, queries, 20, left),
    )
    assert np.array_equal(hits.rows, exact.rows)
    np.testing.assert_allclose(hits.scores, exact.scores, atol=1e-6)


def test_half_precision_is_searched_where_it_is() -> None:
    vectors, queries = vectors_of(3, 3_000, 100), vectors_of(4, 20, 100)
    halves = vectors.astype(np.float16)
    hits = VectorIndex.build(halves, CELLS).search(queries, 20)
    exact = exact_search(halves.astype(np.float32), queries, 20, np.arange(3_000, dtype=np.int32))
    assert overlap_at(hits.rows, exact.rows) >= 0.98
    np.testing.assert_allclose(hits.scores[:, 0], exact.scores[:, 0], atol=1e-5)


def test_what_is_near_and_excluded_costs_no_recall() -> None:
    vectors, queries = vectors_of(3, 6_000, 64), vectors_of(3, 6_000, 64)[::200]
    index = VectorIndex.build(vectors, CELLS)
    found = recall_under_exclusions(index, vectors, queries, seed=0)
    assert set(found) == {"50% at random", "90% at random", "99% at random", "the 500 nearest", "the 5,000 nearest"}
    assert min(found.values()) >= 0.97


def test_equal_vectors_are_found_in_the_order_of_their_rows() -> None:
    same = np.tile(vectors_of(0, 1), (6, 1))
    assert exact_search(same, same[:1], 4, np.array([1, 3, 5], dtype=np.int32)).rows[0].tolist() == [1, 3, 5, -1]


@pytest.mark.parametrize("flat_below", [0, 10_000])
def test_queries_that_ask_for_different_numbers_find_what_each_finds_alone(flat_below):
    random = np.random.default_rng(4)
    vectors = random.normal(size=(1_500, 16)).astype(np.float32)
    index = VectorIndex.build(vectors, AnnSettings(flat_below=flat_below))
    counts, excluded = np.array([3, 200, 0, 70]), np.arange(0, 1_500, 7, dtype=np.int32)
    together = index.search(vectors[:4], counts, excluded).rows
    assert together.shape == (4, 200)
    for query, count in enumerate(counts.tolist()):
        alone = index.search(vectors[query : query + 1], count, excluded).rows[0]
        assert together[query, :count].tolist() == alone.tolist()
        assert (together[query, count:] == -1).all()
