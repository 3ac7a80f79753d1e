from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.interactions import Lists
from scripts.benchmarks.recall.model import Scores, Settings
from scripts.benchmarks.recall.protocols import UserSplit
from scripts.benchmarks.recall.split import Split
from scripts.benchmarks.recall.tuning import Axes, Tuned, climb

PROTOCOL = UserSplit(held_out=20)


@dataclass
class Knowing:
    """Scores what anybody's targets are: the better, the nearer its setting is to 3."""

    seen: list[Split] = field(default_factory=list)

    name = "knowing"

    def axes(self, _split: Split) -> Axes:
        return {"setting": (1.0, 3.0, 9.0)}

    def learn(self, split: Split, settings: Settings) -> Knowledge:
        self.seen.append(split)
        return Knowledge(split, abs(settings["setting"] - 3.0))


@dataclass
class Knowledge:
    split: Split
    distance: float

    def scores(self, histories: Lists) -> Scores:
        items = len(self.split.entities.items)
        places = np.searchsorted(self.split.targets.users, histories.users)
        wanted = self.split.targets.matrix(items)[places].toarray()
        noise = np.random.default_rng(0).random(wanted.shape)
        return (wanted + self.distance * noise).astype(np.float32)


def test_the_setting_that_does_best_on_validation_is_chosen(world: Dataset) -> None:
    split, family = PROTOCOL.split(world, 1), Knowing()
    assert Tuned(family, PROTOCOL).fit(split).settings == {"setting": 3.0}


def test_the_test_is_learned_from_once_and_only_to_answer(world: Dataset) -> None:
    split, family = PROTOCOL.split(world, 1), Knowing()
    Tuned(family, PROTOCOL).fit(split)
    assert [seen is split for seen in family.seen] == [False] * 3 * PROTOCOL.draws + [True]


def test_settings_are_looked_for_once_a_split(world: Dataset) -> None:
    split, family = PROTOCOL.split(world, 1), Knowing()
    tuned = Tuned(family, PROTOCOL)
    assert tuned.choose(split) == tuned.choose(split)
    assert len(family.seen) == 3 * PROTOCOL.draws
    tuned.choose(PROTOCOL.split(world, 2))
    assert len(family.seen) == 6 * PROTOCOL.draws


def test_every_setting_is_tried_on_the_same_validation_splits_each_of_other_people(world: Dataset) -> None:
    family = Knowing()
    Tuned(family, PROTOCOL).choose(PROTOCOL.split(world, 1))
    first, second, third = (family.seen[start :: PROTOCOL.draws] for start in range(3))
    for draw in (first, second, third):
        assert all(seen is draw[0] for seen in draw)
    people = [draw[0].targets.users.tolist() for draw in (first, second, third)]
    assert people[0] != people[1] != people[2]


def test_without_tuning_the_first_values_stand(world: Dataset) -> None:
    family = Knowing()
    assert Tuned(family, PROTOCOL, tune=False).fit(PROTOCOL.split(world, 1)).settings == {"setting": 1.0}
    assert len(family.seen) == 1


def test_climbing_takes_one_axis_after_the_other() -> None:
    tried: list[Settings] = []

    def worth(settings: Settings) -> float:
        tried.append(settings)
        return -abs(settings["a"] - 2) - abs(settings["b"] - 30)

    best = climb({"a": 1, "b": 10}, {"a": (1, 2, 3), "b": (10, 30)}, worth)
    assert best == {"a": 2, "b": 30}
    assert tried == [{"a": 1, "b": 10}, {"a": 2, "b": 10}, {"a": 3, "b": 10}, {"a": 2, "b": 30}]


@pytest.mark.parametrize("start", [1.0, 5.0])
def test_of_equals_the_earlier_value_stands(start: float) -> None:
    assert climb({"a": start}, {"a": (start, 7.0)}, lambda _: 0.5) == {"a": start}
