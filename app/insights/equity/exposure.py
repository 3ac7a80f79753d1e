"""How the attention that answers gave is shared out among providers, topics and formats, against what people took up.

Exposure by position and merit by relevance, as in Singh, Joachims (2018), "Fairness of Exposure in Rankings". Every
person has one vote for each: shares are taken within the person, then averaged over people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.insights.equity.population import Amounts
from app.insights.equity.settings import AuditSettings
from models.statistics import Disparity, disparity, percentile_interval

Values = NDArray[np.float64]

MOST_GROUPS: Final = 20
"""Groups of items that are told apart; the others are one."""
OTHERS: Final = "all others"
_BLOCK: Final = 1 << 24
"""Resampled weights held at a time."""


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """One group of items.

    Attributes:
        name: of the group.
        exposure: share of the attention.
        merit: share of what people took up.
        exposed: float64 [2], interval of the exposure.
        disparity: exposure by merit.
    """

    name: str
    exposure: float
    merit: float
    exposed: Values
    disparity: Disparity


def item_groups(
    exposure: tuple[Amounts, NDArray[np.int64]],
    merit: tuple[Amounts, NDArray[np.int64]],
    names: Sequence[str],
    settings: AuditSettings,
    comparisons: int,
) -> list[ItemGroup]:
    """The largest groups by exposure and merit, largest merit first; nothing where either is not known of anybody.

    Args:
        exposure: amounts, and the group of each amount's item, -1 where it has none.
        merit: likewise.
        names: of the groups.
        settings: of the audit.
        comparisons: how many ratios the whole audit judges.
    """
    both = [_shares(amounts, groups, len(names)) for amounts, groups in (exposure, merit)]
    if not all(each.shape[0] for each in both):
        return []
    kept, told = _largest([np.asarray(each.mean(axis=0)) for each in both], names)
    exposed, earned = (each @ kept for each in both)
    drawn = [_resampled(each, [settings.seed, at], settings.resamples) for at, each in enumerate((exposed, earned))]
    means = [np.asarray(each.mean(axis=0)).ravel() for each in (exposed, earned)]
    found = [
        ItemGroup(
            name,
            float(means[0][at]),
            float(means[1][at]),
            percentile_interval(drawn[0][:, at]),
            disparity(drawn[0][:, at], drawn[1][:, at], _ratio(means[0][at], means[1][at]), comparisons),
        )
        for at, name in enumerate(told)
    ]
    return sorted(found, key=lambda each: (each.name == OTHERS, -each.merit, each.name))


def _shares(amounts: Amounts, groups: NDArray[np.int64], count: int) -> sparse.csr_array:
    """[people with any, count]: each person's shares, which sum to 1."""
    grouped = groups >= 0
    _, people = np.unique(amounts.people[grouped], return_inverse=True)
    size = (int(people.max()) + 1 if len(people) else 0, count)
    table = sparse.coo_array((amounts.amounts[grouped], (people, groups[grouped])), shape=size).tocsr()
    totals: Values = np.asarray(table.sum(axis=1)).ravel()
    return sparse.csr_array(sparse.diags_array(1.0 / totals) @ table) if len(totals) else table


def _largest(means: Sequence[Values], names: Sequence[str]) -> tuple[sparse.csr_array, list[str]]:
    """A matrix [names, groups told of] that sums up the small ones, and the names of the groups."""
    size = np.maximum(means[0].ravel(), means[1].ravel())
    order = [place for place in np.argsort(-size, kind="stable").tolist() if size[place] > 0]
    told, rest = order[:MOST_GROUPS], order[MOST_GROUPS:]
    rows = [*told, *rest]
    columns = [*range(len(told)), *([len(told)] * len(rest))]
    labels = [names[place] for place in told] + ([OTHERS] if rest else [])
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(labels))), labels


def _resampled(shares: sparse.csr_array, seed: Sequence[int], resamples: int) -> Values:
    """float64 [resamples, groups]: mean shares in each resample of the people."""
    people, random = shares.shape[0], np.random.default_rng(seed)
    block = max(1, _BLOCK // people)
    parts = []
    for start in range(0, resamples, block):
        times = random.multinomial(people, np.full(people, 1.0 / people), size=min(block, resamples - start))
        parts.append(np.asarray((shares.T @ times.T).T) / people)
    return np.concatenate(parts)


def _ratio(exposure: float, merit: float) -> float:
    return float(exposure / merit) if merit else float("nan")
