from __future__ import annotations

import numpy as np
import pytest

from models.ids import Rows
from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.interactions import Lists
from scripts.benchmarks.recall.measure import Yardstick, measure
from scripts.benchmarks.recall.model import Settings
from scripts.benchmarks.recall.protocols import ColdItems, UserSplit
from scripts.benchmarks.recall.split import Scope, Split

PROTOCOL = UserSplit(held_out=10)


class Oracle:
    """Ranks what it was given, person by person, and -1 from there on."""

    def __init__(self, lists: Lists) -> None:
        self.settings: Settings = {}
        self._lists = lists

    def rank(self, histories: Lists, scope: Scope, k: int) -> Rows:
        ranked = np.full((len(histories), k), -1, dtype=np.int32)
        for place, user in enumerate(histories.users):
            at = int(np.searchsorted(self._lists.users, user))
            items = self._lists.slice(at, at + 1).entries.items[:k]
            ranked[place, : len(items)] = items
        return ranked

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def split(world: Dataset) -> Split:
    return PROTOCOL.split(world, 3)


def test_the_targets_themselves_are_perfect(split: Split) -> None:
    figures = measure(Oracle(split.targets), split, Yardstick(PROTOCOL, np.eye(36, dtype=np.float32)), lambda _: None)
    for name in ("capped recall@20", "capped recall@50", "ndcg@100"):
        np.testing.assert_allclose(figures.values[name], 1.0)
    assert figures.coverage["coverage@20"] == len(set(split.targets.entries.items.tolist())) / 36
    np.testing.assert_allclose(figures.values["diversity@20"], np.where(split.targets.lengths > 1, 1.0, 0.0))


def test_what_was_told_is_no_hit(split: Split) -> None:
    figures = measure(Oracle(split.histories), split, Yardstick(PROTOCOL, np.eye(36, dtype=np.float32)), lambda _: None)
    assert not figures.values["ndcg@100"].any()


def test_a_list_as_popular_as_the_history_has_no_lift(split: Split) -> None:
    figures = measure(Oracle(split.histories), split, Yardstick(PROTOCOL, np.eye(36, dtype=np.float32)), lambda _: None)
    np.testing.assert_allclose(figures.values["popularity lift@20"], 0.0, atol=1e-12)


def test_every_scope_has_its_columns_and_its_share_of_the_bar(world: Dataset) -> None:
    split = ColdItems().split(world, 0)
    ranked: list[int] = []
    yardstick = Yardstick(ColdItems(), np.eye(36, dtype=np.float32))
    figures = measure(Oracle(split.targets), split, yardstick, ranked.append)
    assert {"capped recall@20", "ndcg@100", "capped recall@20 among all", "ndcg@100 among all"} <= set(figures.values)
    assert set(figures.coverage) == {"coverage@20", "coverage@20 among all"}
    assert sum(ranked) == 2 * len(split.histories)
