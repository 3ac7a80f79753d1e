import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.progress import silent
from scripts.benchmarks.tuning.search import Chosen, search

PEOPLE = 400


class Worth:
    """Everybody gains by what `of` says, give or take a standard deviation of `noise`."""

    def __init__(self, of, noise: float = 0.0) -> None:
        self._of, self._noise = of, noise
        self.asked: list[Chosen] = []

    def __call__(self, settings: Chosen) -> NDArray[np.float64]:
        self.asked.append(settings)
        drawn = np.random.default_rng(len(self.asked)).normal(0, self._noise, PEOPLE)
        return self._of(settings) + drawn


def test_every_setting_takes_its_best_value() -> None:
    worth = Worth(lambda chosen: -abs(chosen["a"] - 3) - abs(chosen["b"] - 5))
    found = search({"a": (1.0, 2.0, 3.0, 9.0), "b": (4.0, 5.0, 6.0)}, worth, silent)
    assert found.chosen == {"a": 3.0, "b": 5.0}
    assert [(trial.name, trial.value) for trial in found.trials if trial.taken] == [("a", 2.0), ("a", 3.0), ("b", 5.0)]


def test_a_setting_is_looked_at_again_when_another_one_has_changed() -> None:
    worth = Worth(lambda chosen: chosen["a"] * (1 if chosen["b"] else -1) + 3 * chosen["b"])
    assert search({"a": (0.0, 1.0), "b": (0.0, 1.0)}, worth, silent).chosen == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize("seed", range(5))
def test_what_may_be_chance_is_not_taken(seed: int) -> None:
    worth = Worth(lambda chosen: 0.02 * chosen["a"], noise=0.5)
    worth.asked += [{}] * seed
    found = search({"a": (0.0, 1.0)}, worth, silent)
    assert found.chosen == {"a": 0.0}
    assert found.trials[0].error == pytest.approx(0.5 * np.sqrt(2 / PEOPLE), rel=0.2)
    sure = Worth(lambda chosen: 0.2 * chosen["a"], noise=0.5)
    assert search({"a": (0.0, 1.0)}, sure, silent).chosen == {"a": 1.0}


def test_the_same_settings_are_judged_once_and_every_trial_is_told() -> None:
    told: list[tuple[int, int]] = []
    worth = Worth(lambda chosen: chosen["a"])
    found = search({"a": (0.0, 1.0), "b": (0.0, 1.0, 2.0)}, worth, lambda done, total: told.append((done, total)))
    keys = [tuple(settings.values()) for settings in worth.asked]
    assert len(keys) == len(set(keys)) == 1 + len(found.trials)
    assert [done for done, _ in told] == list(range(2, len(keys) + 1))
    assert all(done <= total for done, total in told)
