"""Two rankings in one list, and which of them people chose from (Radlinski, Kurup, Joachims 2008: team draft)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from models.statistics.estimates import Values


@dataclass(frozen=True, slots=True)
class Draft:
    """An interleaved list.

    Attributes:
        rows: int32 [k], best first.
        teams: int8 [k]: 0 where the first ranking brought it, 1 where the second did.
    """

    rows: Rows
    teams: NDArray[np.int8]


def team_draft(first: Rows, second: Rows, length: int, random: np.random.Generator) -> Draft:
    """Both rankings choose in turns, each its best row that is not taken yet; a coin says who begins each round.

    Args:
        first: int32, best first, without repeats.
        second: int32, likewise.
        length: most rows of the list.
        random: tosses the coins.
    """
    queues, taken = (list(first[::-1]), list(second[::-1])), set[int]()
    rows: list[int] = []
    teams: list[int] = []
    while len(rows) < length and any(queues):
        begins = int(random.integers(2))
        for team in (begins, 1 - begins):
            row = _next(queues[team], taken)
            if row is not None and len(rows) < length:
                taken.add(row)
                rows.append(row)
                teams.append(team)
    return Draft(np.array(rows, dtype=np.int32), np.array(teams, dtype=np.int8))


def preferences(teams: NDArray[np.int8], people: NDArray[np.int64]) -> Values:
    """float64 [people]: for each person with credit, the share of it that the second ranking has, minus a half.

    Args:
        teams: int8 [n], whose each item that was clicked is.
        people: int64 [n], who clicked, numbered from 0 without gaps.
    """
    if not len(people):
        return np.empty(0)
    credits_ = np.bincount(people)
    return np.bincount(people, weights=teams) / credits_ - 0.5


def _next(queue: list[int], taken: set[int]) -> int | None:
    while queue:
        row = int(queue.pop())
        if row not in taken:
            return row
    return None
