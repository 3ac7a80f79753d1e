"""Each group's value of each measure, with intervals, and its ratio to the value of all other groups together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.insights.equity.groups import Groups
from app.insights.equity.measures import Measure
from app.insights.equity.population import Sums
from app.insights.equity.settings import AuditSettings
from models.statistics import Disparity, Observed, disparity, drawn_shares, percentile_interval, resampled_sums

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure of one group.

    Attributes:
        observed: totals; of whom `people` are told.
        interval: float64 [2], of the value.
        disparity: against all other groups that are told of.
    """

    observed: Observed
    interval: Values
    disparity: Disparity


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Resampled totals of each group: float64 [groups, resamples], and the observed ones."""

    numerators: Values
    denominators: Values
    observed: Sequence[Observed]

    def told(self, minimum: int) -> list[int]:
        """Groups of which enough people tell something."""
        return [place for place, each in enumerate(self.observed) if each.people >= minimum]


class Comparison:
    """Compares the groups of one attribute.

    Args:
        groups: of the attribute.
        sums: measure -> what each person did.
        settings: of the audit.
    """

    def __init__(self, groups: Groups, sums: Mapping[str, Sums], settings: AuditSettings) -> None:
        self._seed = settings.seed
        self._drawn = {name: _Drawn(*parts) for name, parts in _draws(groups, sums, settings).items()}

    def cells(self, measure: Measure, minimum: int, comparisons: int) -> dict[int, Cell]:
        """Position of a group -> its cell, where at least `minimum` of its people tell something.

        Args:
            measure: which.
            minimum: people of a cell.
            comparisons: how many ratios the whole audit judges.
        """
        drawn = self._drawn.get(measure.name)
        if drawn is None:
            return {}
        told = drawn.told(minimum)
        others = {place: [each for each in told if each != place] for place in told}
        return {place: self._cell(drawn, place, others[place], comparisons) for place in told}

    def _cell(self, drawn: _Drawn, place: int, others: Sequence[int], comparisons: int) -> Cell:
        own, rest = drawn.observed[place], _together([drawn.observed[each] for each in others])
        mine = drawn_shares(drawn.numerators[place], drawn.denominators[place], own, [self._seed, place])
        below = drawn.denominators[list(others)].sum(axis=0)
        theirs = drawn_shares(drawn.numerators[list(others)].sum(axis=0), below, rest, [self._seed, place, 1])
        ratio = own.share / rest.share if rest.denominator and rest.share else float("nan")
        interval = percentile_interval(mine)
        reached = np.array([min(interval[0], own.share), max(interval[1], own.share)])  # draws have no 0 and no 1
        return Cell(own, reached, disparity(mine, theirs, ratio, comparisons))


def _draws(
    groups: Groups, sums: Mapping[str, Sums], settings: AuditSettings
) -> dict[str, tuple[Values, Values, list[Observed]]]:
    """Measure -> resampled numerators and denominators of every group, and the observed ones; people are drawn once."""
    names = list(sums)
    columns = [column for name in names for column in (sums[name].numerators, sums[name].denominators)]
    table = np.column_stack(columns) if columns else np.empty((len(groups.members), 0))
    parts = [table[groups.members == place] for place in range(len(groups.names))]
    drawn = [resampled_sums(part, [settings.seed, place], settings.resamples) for place, part in enumerate(parts)]
    together = np.stack(drawn) if drawn else np.empty((0, settings.resamples, table.shape[1]))
    return {
        name: (together[:, :, 2 * at], together[:, :, 2 * at + 1], [_observed(part, at) for part in parts])
        for at, name in enumerate(names)
    }


def _observed(part: Values, at: int) -> Observed:
    numerators, denominators = part[:, 2 * at], part[:, 2 * at + 1]
    return Observed(float(numerators.sum()), float(denominators.sum()), int((denominators > 0).sum()))


def _together(parts: Sequence[Observed]) -> Observed:
    return Observed(
        sum(each.numerator for each in parts),
        sum(each.denominator for each in parts),
        sum(each.people for each in parts),
    )
