"""What other libraries compute on 80 lists that a seed makes: `python -m tests.models.metrics.peers`.

In an environment of its own for each library, since they do not go together; those that are not installed are left
out. The numbers in test_peers.py and in docs/benchmarks/recall.md are what this printed.
"""

from importlib.metadata import version

import numpy as np

K, ITEMS, PEOPLE, LISTED = 20, 200, 80, 30


def lists():
    """(rankings [80, 30], targets of each, 1 to 60 of them, at most 15 among the ranked)."""
    random = np.random.default_rng(20)
    ranked, targets = [], []
    for _ in range(PEOPLE):
        ranking = random.permutation(ITEMS)[:LISTED]
        count = int(random.integers(1, 61))
        found = random.permutation(ranking)[: int(random.integers(0, min(count, 15) + 1))]
        others = np.setdiff1d(np.arange(ITEMS), found)
        ranked.append(ranking.astype(np.int32))
        targets.append(
            np.sort(np.concatenate([found, random.permutation(others)[: count - len(found)]])).astype(np.int32)
        )
    return ranked, targets


def matrices():
    """(scores that rank as the lists do [80, 200], 1 for each target, 1 for each of the first K)."""
    scores, wanted, first = np.zeros((3, PEOPLE, ITEMS))
    for person, (ranking, mine) in enumerate(zip(*lists(), strict=True)):
        scores[person, ranking] = 100 - np.arange(LISTED)
        wanted[person, mine], first[person, ranking[:K]] = 1, 1
    return scores, wanted.astype(int), first.astype(int)


def judgements():
    """(qrels, run) as evaluation tools for retrieval take them."""
    pairs = list(zip(*lists(), strict=True))
    qrels = {f"q{n:02}": {str(item): 1 for item in mine} for n, (_, mine) in enumerate(pairs)}
    run = {f"q{n:02}": {str(item): 100.0 - r for r, item in enumerate(all_)} for n, (all_, _) in enumerate(pairs)}
    return qrels, run


def ranx():
    from ranx import Qrels, Run, evaluate

    names = ["recall@20", "precision@20", "ndcg@20", "hit_rate@20", "map@20", "mrr@20"]
    return evaluate(Qrels(judgements()[0]), Run(judgements()[1]), names)


def pytrec_eval_terrier():
    import pytrec_eval

    measures = {"recall.20", "ndcg_cut.20", "map_cut.20", "P.20", "success.20", "recip_rank"}
    found = pytrec_eval.RelevanceEvaluator(judgements()[0], measures).evaluate(judgements()[1]).values()
    return {name: np.mean([each[name] for each in found]) for name in next(iter(found))}


def rectools():
    import pandas as pd
    from rectools.metrics import MAP, MRR, NDCG, HitRate, Precision, Recall

    ranked, targets = lists()
    shown = [(user, item, rank + 1) for user, all_ in enumerate(ranked) for rank, item in enumerate(all_)]
    reco = pd.DataFrame(shown, columns=["user_id", "item_id", "rank"])
    wanted = pd.DataFrame([(u, i) for u, mine in enumerate(targets) for i in mine], columns=["user_id", "item_id"])
    measures = {each.__name__: each(K) for each in (Recall, Precision, NDCG, HitRate, MAP, MRR)}
    measures |= {"NDCG achievable": NDCG(K, divide_by_achievable=True), "MAP by k": MAP(K, divide_by_k=True)}
    return {name: each.calc(reco, wanted) for name, each in measures.items()}


def cornac():
    from cornac.metrics import NCRR, NDCG, HitRatio, Precision, Recall

    pairs = list(zip(*lists(), strict=True))
    return {
        each.name: np.mean([each.compute(gt_pos=mine, pd_rank=all_) for all_, mine in pairs])
        for each in (Recall(K), Precision(K), NDCG(K), HitRatio(K), NCRR(K))
    }


def torchmetrics():
    import torch
    from torchmetrics import retrieval

    scores, wanted, _ = (torch.tensor(each).flatten() for each in matrices())
    owners = torch.arange(PEOPLE).repeat_interleave(ITEMS)
    names = ("Recall", "Precision", "NormalizedDCG", "HitRate", "MAP", "MRR")
    return {n: float(getattr(retrieval, f"Retrieval{n}")(top_k=K)(scores, wanted, owners)) for n in names}


def scikit_learn():
    from sklearn.metrics import ndcg_score, recall_score

    scores, wanted, first = matrices()
    by_average = {f"recall_score {how}": recall_score(wanted, first, average=how) for how in ("samples", "micro")}
    return {"ndcg_score": ndcg_score(wanted, scores, k=K), **by_average}


def implicit():
    from implicit.evaluation import ranking_metrics_at_k
    from scipy.sparse import csr_matrix

    class Lists:
        def recommend(self, people, _items, N, **_):
            return np.array([lists()[0][person][:N] for person in people]), np.zeros((len(people), N), np.float32)

    nothing, wanted = csr_matrix((PEOPLE, ITEMS), dtype=np.float32), csr_matrix(matrices()[1].astype(np.float32))
    return ranking_metrics_at_k(Lists(), nothing, wanted, K=K, show_progress=False, num_threads=1)


def lenskit():
    from lenskit import metrics
    from lenskit.data import ItemList

    pairs = [
        (ItemList(item_ids=all_, ordered=True), ItemList(item_ids=mine)) for all_, mine in zip(*lists(), strict=True)
    ]
    measures = {name: getattr(metrics, name)(n=K) for name in ("Recall", "Precision", "NDCG", "Hit", "RecipRank")}
    measures["NDCG offset=1"] = metrics.NDCG(n=K, weight=metrics.LogRankWeight(offset=1))
    return {name: np.mean([each.measure_list(*pair) for pair in pairs]) for name, each in measures.items()}


PEERS = (ranx, pytrec_eval_terrier, rectools, cornac, torchmetrics, scikit_learn, implicit, lenskit)

if __name__ == "__main__":
    for peer in PEERS:
        try:
            found, release = peer(), version(peer.__name__)
        except ImportError:
            continue
        print(peer.__name__, release, {name: round(float(value), 6) for name, value in found.items()})  # noqa: T201
