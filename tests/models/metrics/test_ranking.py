from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.ids import Rows
from models.metrics import hit_rates, hits_of, ndcg_at, ndcgs, recall_at, recalls

ITEMS = 30


def rows(*items: int) -> Rows:
    return np.array(items, dtype=np.int32)


@st.composite
def rankings_with_targets(draw: st.DrawFn) -> tuple[Rows, list[list[int]]]:
    length = draw(st.integers(1, 12))
    count = draw(st.integers(1, 5))
    ranked = [draw(st.permutations(range(ITEMS)))[:length] for _ in range(count)]
    targets = [draw(st.lists(st.integers(0, ITEMS - 1), min_size=1, unique=True)) for _ in range(count)]
    return np.array(ranked, dtype=np.int32), targets


def batch_hits(ranked: Rows, targets: list[list[int]]) -> NDArray[np.bool_]:
    offsets = np.concatenate([[0], np.cumsum([len(wanted) for wanted in targets])])
    return hits_of(ranked, offsets, rows(*(item for wanted in targets for item in wanted)))


def test_recall_divides_by_the_smaller_of_k_and_targets_when_capped() -> None:
    assert recall_at(rows(1, 2, 3), rows(2, 9, 8, 7), 2) == pytest.approx(1 / 4)
    assert recall_at(rows(1, 2, 3), rows(2, 9, 8, 7), 2, capped=True) == pytest.approx(1 / 2)


def test_ndcg_of_hits_at_ranks_two_and_three() -> None:
    gains = 1 / np.log2(3) + 1 / np.log2(4)
    best = 1 / np.log2(2) + 1 / np.log2(3) + 1 / np.log2(4)
    assert ndcg_at(rows(5, 1, 2), rows(1, 2, 3), 3) == pytest.approx(gains / best)


def test_hits_keep_to_their_own_rankings_targets() -> None:
    ranked = np.array([[0, 1, 2], [2, 1, -1]], dtype=np.int32)
    hits = hits_of(ranked, np.array([0, 1, 3]), rows(1, 2, 0))
    np.testing.assert_array_equal(hits, [[False, True, False], [True, False, False]])


def test_the_end_of_a_ranking_is_never_a_hit() -> None:
    # Without care, -1 of the second ranking is the code of the first one's last item.
    hits = hits_of(np.array([[3], [-1]], dtype=np.int32), np.array([0, 1, 2]), rows(3, 0))
    np.testing.assert_array_equal(hits, [[True], [False]])


def test_hit_rate_looks_no_further_than_k() -> None:
    hits = np.array([[False, False, True], [False, True, False]])
    np.testing.assert_array_equal(hit_rates(hits, 2), [0.0, 1.0])


def test_rankings_shorter_than_k_lose_only_the_missing_places() -> None:
    hits = np.array([[True, False]])
    assert ndcgs(hits, np.array([2]), 10)[0] == pytest.approx(1.0 / (1.0 + 1 / np.log2(3)))


@given(rankings_with_targets(), st.integers(1, 12), st.booleans())
def test_many_at_once_equals_one_by_one(example: tuple[Rows, list[list[int]]], k: int, capped: bool) -> None:
    ranked, targets = example
    hits, counts = batch_hits(ranked, targets), np.array([len(wanted) for wanted in targets])
    pairs = [(ranking, rows(*wanted)) for ranking, wanted in zip(ranked, targets, strict=True)]
    one_by_one = [recall_at(*pair, k, capped=capped) for pair in pairs]
    np.testing.assert_allclose(recalls(hits, counts, k, capped=capped), one_by_one)
    np.testing.assert_allclose(ndcgs(hits, counts, k), [ndcg_at(*pair, k) for pair in pairs])


@given(rankings_with_targets(), st.integers(1, 12))
def test_metrics_lie_between_nothing_and_perfect(example: tuple[Rows, list[list[int]]], k: int) -> None:
    hits, counts = batch_hits(*example), np.array([len(wanted) for wanted in example[1]])
    for values in (recalls(hits, counts, k), recalls(hits, counts, k, capped=True), ndcgs(hits, counts, k)):
        assert np.all((values >= 0) & (values <= 1 + 1e-12))
    assert np.all(ndcgs(hits, counts, k) <= hit_rates(hits, k) + 1e-12)


@given(st.lists(st.integers(0, ITEMS - 1), min_size=1, unique=True), st.integers(1, 40))
def test_a_ranking_with_all_targets_first_is_perfect(targets: list[int], k: int) -> None:
    rest = [item for item in range(ITEMS) if item not in targets]
    hits, counts = batch_hits(rows(*targets, *rest)[None, :], [targets]), np.array([len(targets)])
    assert recalls(hits, counts, k, capped=True)[0] == pytest.approx(1.0)
    assert ndcgs(hits, counts, k)[0] == pytest.approx(1.0)
    assert hit_rates(hits, k)[0] == 1.0


@given(rankings_with_targets(), st.randoms(use_true_random=False))
def test_the_order_of_misses_changes_nothing(example: tuple[Rows, list[list[int]]], random: Random) -> None:
    ranked, targets = example
    shuffled = ranked.copy()
    for ranking, wanted in zip(shuffled, targets, strict=True):
        misses = np.flatnonzero(~np.isin(ranking, wanted))
        ranking[misses] = ranking[np.array(random.sample(list(misses), len(misses)), dtype=np.int64)]
    counts, k = np.array([len(wanted) for wanted in targets]), ranked.shape[1]
    before, after = batch_hits(ranked, targets), batch_hits(shuffled, targets)
    np.testing.assert_array_equal(ndcgs(before, counts, k), ndcgs(after, counts, k))
    np.testing.assert_array_equal(recalls(before, counts, k), recalls(after, counts, k))


@given(rankings_with_targets())
def test_moving_a_hit_up_never_lowers_ndcg(example: tuple[Rows, list[list[int]]]) -> None:
    ranked, targets = example
    hits, counts = batch_hits(ranked, targets), np.array([len(wanted) for wanted in targets])
    raised = np.sort(hits, axis=1)[:, ::-1]
    assert np.all(ndcgs(raised, counts, hits.shape[1]) >= ndcgs(hits, counts, hits.shape[1]) - 1e-12)
