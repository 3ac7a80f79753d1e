"""Settings of a model chosen on a validation split of what the test leaves for learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from typing import Protocol as TypingProtocol

import numpy as np
from tqdm import tqdm

from scripts.benchmarks.recall.measure import accuracy, rank_everybody
from scripts.benchmarks.recall.model import Ranker, Scorer, ScoreRanker, Settings
from scripts.benchmarks.recall.split import Protocol, ProtocolError, Split

Axes = Mapping[str, tuple[float, ...]]
"""Values to try of each setting, the one that stands without tuning first."""


class Family(TypingProtocol):
    """A model that has settings."""

    @property
    def name(self) -> str:
        """Of the row."""

    def axes(self, split: Split) -> Axes:
        """What may be chosen; settings that matter most come first."""

    def learn(self, split: Split, settings: Settings) -> Scorer:
        """Learn with these settings; raises as `Model.fit`."""


class Tuned:
    """A family as a model. One setting after the other takes the value that does best on validation.

    Args:
        family: what is tuned.
        protocol: its last metric decides, in its main scope; of equals the earlier value stands.
        tune: whether to look for the best at all.
    """

    def __init__(self, family: Family, protocol: Protocol, *, tune: bool = True) -> None:
        self._family = family
        self._protocol = protocol
        self._tune = tune
        self._chosen: tuple[Split, Settings] | None = None

    @property
    def name(self) -> str:
        """The family's."""
        return self._family.name

    def fit(self, split: Split) -> Ranker:
        """Choose, then learn from all that the test leaves."""
        settings = self.choose(split)
        return ScoreRanker(self._family.learn(split, settings), settings)

    def choose(self, split: Split) -> Settings:
        """The settings for a split; asked again for the same one, they are not looked for again."""
        if self._chosen is None or self._chosen[0] is not split:
            self._chosen = (split, self._choose(split))
        return self._chosen[1]

    def _choose(self, split: Split) -> Settings:
        axes = self._family.axes(split)
        start = {name: values[0] for name, values in axes.items()}
        if not self._tune or all(len(values) == 1 for values in axes.values()):
            return start
        validations = list(self._validations(split))
        if not validations:
            return start
        trials = 1 + sum(len(values) - 1 for values in axes.values())
        with tqdm(desc=f"{self.name}: settings", total=trials, leave=False, dynamic_ncols=True) as bar:
            return climb(start, axes, lambda settings: self._worth(validations, settings, bar))

    def _validations(self, split: Split) -> Iterator[Split]:
        """Those that have anybody to test; a small data set may leave none."""
        for number in range(self._protocol.draws):
            try:
                validation = self._protocol.validation(replace(split, seed=split.seed + number))
            except ProtocolError:
                continue
            if len(validation.targets) and len(validation.train):
                yield validation

    def _worth(self, validations: Sequence[Split], settings: Settings, bar: tqdm[Any]) -> float:
        """Mean over the validation splits."""
        worth = [self._worth_of(validation, settings) for validation in validations]
        bar.update()
        return float(np.mean(worth))

    def _worth_of(self, validation: Split, settings: Settings) -> float:
        ranker = ScoreRanker(self._family.learn(validation, settings), settings)
        metric = self._protocol.metrics[-1]
        ranked = rank_everybody(ranker, validation, validation.scopes[0], metric.k, _nobody_watches)
        return float(np.mean(accuracy(ranked, validation.targets, [metric])[metric.name]))


def climb(start: Settings, axes: Axes, worth: Callable[[Settings], float]) -> Settings:
    """Better and better settings, one axis after the other, once each."""
    best, most = start, worth(start)
    for name, values in axes.items():
        others = [{**best, name: value} for value in values if value != best[name]]
        for settings in others:
            if (found := worth(settings)) > most:
                best, most = settings, found
    return best


def _nobody_watches(_people: int) -> None:
    """Settings have a bar; the people of a validation have none."""
