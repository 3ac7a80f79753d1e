"""Every baseline finds the structure of the small world, ranks the same twice, and never what it was told."""

from __future__ import annotations

import numpy as np
import pytest

from models.encoder import HashingEncoder
from models.ids import Rows
from scripts.benchmarks.recall.baselines.content_average import ContentAverage
from scripts.benchmarks.recall.baselines.ease import Ease
from scripts.benchmarks.recall.baselines.implicit_models import Als, Bpr
from scripts.benchmarks.recall.baselines.item_knn import ItemKnn
from scripts.benchmarks.recall.baselines.popularity import Popularity
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.measure import accuracy, rank_everybody
from scripts.benchmarks.recall.model import Model, NotApplicableError
from scripts.benchmarks.recall.protocols import LeaveOneOut, UserSplit
from scripts.benchmarks.recall.split import Kind, Metric, Scope, Split
from scripts.benchmarks.recall.tuning import Tuned

PROTOCOL = UserSplit(held_out=30)
NDCG = Metric(Kind.NDCG, 10)


def content_average() -> Model:
    return ContentAverage(ContentVectors(HashingEncoder(256)))


def untuned(family: type[ItemKnn | Als | Bpr | Ease]) -> Model:
    return Tuned(family(), PROTOCOL, tune=False)


LEARNERS = {
    "content": content_average,
    "item-kNN": lambda: untuned(ItemKnn),
    "ALS": lambda: untuned(Als),
    "BPR": lambda: untuned(Bpr),
    "EASE": lambda: untuned(Ease),
}


@pytest.fixture(scope="module")
def split(world: Dataset) -> Split:
    return PROTOCOL.split(world, 2)


def ranked_by(model: Model, split: Split, k: int = 10) -> Rows:
    return rank_everybody(model.fit(split), split, split.scopes[0], k, lambda _: None)


def ndcg(ranked: Rows, split: Split) -> float:
    return float(accuracy(ranked, split.targets, [NDCG])[NDCG.name].mean())


@pytest.mark.parametrize("name", LEARNERS)
def test_learners_beat_popularity_and_chance(name: str, split: Split) -> None:
    found = ndcg(ranked_by(LEARNERS[name](), split), split)
    random = np.random.default_rng(0)
    chance = np.array([random.permutation(36)[:10] for _ in range(len(split.histories))], dtype=np.int32)
    assert found > ndcg(ranked_by(Popularity(), split), split)
    assert found > 1.5 * ndcg(chance, split)


@pytest.mark.parametrize("name", LEARNERS)
def test_the_same_twice(name: str, split: Split) -> None:
    np.testing.assert_array_equal(ranked_by(LEARNERS[name](), split), ranked_by(LEARNERS[name](), split))


@pytest.mark.parametrize("model", [*(make() for make in LEARNERS.values()), Popularity()], ids=lambda model: model.name)
def test_nothing_told_and_nothing_out_of_scope_is_ranked(model: Model, split: Split) -> None:
    allowed = np.arange(36) % 2 == 0
    ranked = model.fit(split).rank(split.histories, Scope(allowed=allowed), 36)
    for place, items in enumerate(ranked):
        told = split.histories.slice(place, place + 1).entries.items
        held = items[items >= 0]
        assert allowed[held].all()
        assert not np.isin(held, told).any()
        assert len(held) == (allowed & ~np.isin(np.arange(36), told)).sum()


def test_people_in_blocks_are_ranked_as_all_at_once(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    ranker = untuned(Ease).fit(split)
    at_once = rank_everybody(ranker, split, Scope(), 10, lambda _: None)
    monkeypatch.setattr("scripts.benchmarks.recall.measure._BLOCK_SCORES", 36 * 7)
    blocks: list[int] = []
    np.testing.assert_array_equal(rank_everybody(ranker, split, Scope(), 10, blocks.append), at_once)
    assert blocks == [7, 7, 7, 7, 2]


def test_content_has_nothing_to_say_without_texts(untold_world: Dataset) -> None:
    with pytest.raises(NotApplicableError, match="does not tell what its items are"):
        content_average().fit(LeaveOneOut().split(untold_world, 0))


def test_bpr_keeps_to_training_where_people_have_some(untold_world: Dataset) -> None:
    """In leave-one-out the item before the last is told, and never learned from."""
    split = LeaveOneOut().split(untold_world, 0)
    scorer = Bpr().learn(split, {"factors": 4, "learning_rate": 0.05, "regularization": 0.01, "iterations": 5})
    part = split.histories.slice(0, 3)
    forgotten = type(part)(part.users, np.zeros(4, dtype=np.int64), part.entries.take(np.zeros(0, dtype=np.int64)))
    np.testing.assert_array_equal(scorer.scores(part), scorer.scores(forgotten))
