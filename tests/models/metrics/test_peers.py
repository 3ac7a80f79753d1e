"""Our metrics are those of other libraries, by whatever name: on the same lists, to six digits."""

import numpy as np
import pytest

from models.metrics import hit_rates, hits_of, ndcgs, recalls
from tests.models.metrics import peers

SEEN = {
    "recall": {
        "ranx 0.3.21 recall": 0.240561,
        "pytrec_eval-terrier 0.5.11 recall": 0.240561,
        "RecTools 0.19.0 Recall": 0.240561,
        "cornac 3.0.1 Recall": 0.240561,
        "torchmetrics 1.9.0 RetrievalRecall": 0.240561,
        "scikit-learn 1.9.1 recall_score, samples": 0.240561,
    },
    "capped recall": {"lenskit 2025.8.1 Recall": 0.384652},
    "ndcg": {
        "lenskit 2025.8.1 NDCG, LogRankWeight(offset=1)": 0.362541,
        "ranx 0.3.21 ndcg": 0.362541,
        "pytrec_eval-terrier 0.5.11 ndcg_cut": 0.362541,
        "RecTools 0.19.0 NDCG, divide_by_achievable": 0.362541,
        "cornac 3.0.1 NDCG": 0.362541,
        "torchmetrics 1.9.0 RetrievalNormalizedDCG": 0.362541,
        "scikit-learn 1.9.1 ndcg_score": 0.362541,
        "implicit 0.7.3 ndcg": 0.362541,
    },
    "hit rate": {
        "lenskit 2025.8.1 Hit": 1.0,
        "ranx 0.3.21 hit_rate": 1.0,
        "pytrec_eval-terrier 0.5.11 success": 1.0,
        "RecTools 0.19.0 HitRate": 1.0,
        "cornac 3.0.1 HitRatio": 1.0,
        "torchmetrics 1.9.0 RetrievalHitRate": 1.0,
    },
}
"""Printed by peers.py on 2026-11-27, each library in an environment of its own."""


@pytest.fixture(scope="module")
def ours():
    ranked, targets = peers.lists()
    counts = np.array([len(mine) for mine in targets])
    hits = hits_of(np.stack(ranked), np.concatenate([[0], np.cumsum(counts)]), np.concatenate(targets))
    return {
        "recall": recalls(hits, counts, peers.K).mean(),
        "capped recall": recalls(hits, counts, peers.K, capped=True).mean(),
        "ndcg": ndcgs(hits, counts, peers.K).mean(),
        "hit rate": hit_rates(hits, peers.K).mean(),
        "hits": hits[:, : peers.K].sum() / np.minimum(counts, peers.K).sum(),
    }


@pytest.mark.parametrize(
    ("name", "seen"), [(name, value) for name, found in SEEN.items() for value in found.values()], ids=str
)
def test_a_metric_is_what_other_libraries_gave_for_the_same_lists(ours, name, seen):
    assert ours[name] == pytest.approx(seen, abs=5e-7)


def test_the_lists_tell_the_two_recalls_apart(ours):
    assert ours["capped recall"] > 1.5 * ours["recall"]


def test_scikit_learn_computes_the_same_now(ours):
    pytest.importorskip("sklearn")
    found = peers.scikit_learn()
    assert found["recall_score samples"] == pytest.approx(ours["recall"], abs=1e-9)
    assert found["ndcg_score"] == pytest.approx(ours["ndcg"], abs=1e-9)


def test_implicit_computes_the_same_ndcg_now_and_calls_capped_hits_precision(ours):
    pytest.importorskip("implicit")
    found = peers.implicit()
    assert found["ndcg"] == pytest.approx(ours["ndcg"], abs=1e-9)
    assert found["precision"] == pytest.approx(ours["hits"], abs=1e-9)
