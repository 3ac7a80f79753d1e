"""Popularity: how many people engaged with every item, each of them once, as it fades."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from app.serving.masks import AskedItems
from models.config import Config
from models.ids import Rows
from models.kernels.terms import Popular
from models.user_state import DAY_SECONDS
from models.votes import Votes

TOP = 1_000

_AHEAD = 64.0
"""Half-lives by which votes may be newer than the base before the base moves on."""

_BEHIND = 2.0**-64
"""Highest count, as of the base, under which the base is too new for what is left."""

_LEFT = 2.0**-10
"""Part of a count that may be left when votes are taken from it: of less, rounding would tell too much."""

_MANY = 1 << 16
"""Votes from which the distinct rows are found by counting."""

_BITS = 40
"""Binary digits of a count by which rows are ranked."""


class PopularitySettings(Config):
    """How long popularity lasts."""

    half_life_days: float = Field(default=30.0, ge=0.001, allow_inf_nan=False)
    """Days until a person's engagement counts half towards an item's popularity."""


class TrendingSettings(Config):
    """What rises."""

    window_days: float = Field(default=2.0, gt=0, allow_inf_nan=False)
    """The last days, whose people are compared with those of the days before."""

    past_days: float = Field(default=28.0, gt=0, allow_inf_nan=False)
    """The days before, by which it is known how many people an item has."""

    shrink: float = Field(default=3.0, gt=0, allow_inf_nan=False)
    """People that are added to what is expected of every item."""

    least_people: int = Field(default=3, ge=1)
    """People of the last days from which an item can rise."""

    seconds: float = Field(default=60.0, ge=0, allow_inf_nan=False)
    """For how long a count stands."""


class Popularity:
    """Decayed numbers of people by row, stored as of one moment, since all of them fade alike.

    That moment, the base, is a whole number of half-lives and follows the newest vote, so that nothing overflows
    whatever the clock says, and moving it multiplies by a power of two, which is exact. Only the most popular rows are
    kept in order: counts never fall against each other while votes arrive, so that a row enters the order when one of
    its own votes lifts it there.

    Args:
        items: rows.
        settings: how long popularity lasts.
    """

    def __init__(self, items: int, settings: PopularitySettings) -> None:
        self.half_life = settings.half_life_days * DAY_SECONDS
        self._counts = np.zeros(items, dtype=np.float64)
        self._people = np.zeros(items, dtype=np.int64)
        self._base = -np.inf
        self._threshold = 0.0
        self._contenders: set[int] = set()
        self._top: Rows | None = np.empty(0, dtype=np.int32)

    def change(self, lost: Votes, gained: Votes) -> bool:
        """Take votes back and count others; whether the counts are still exact.

        They are not where what is left of a count is small beside what was taken from it: then everything has to be
        counted anew, from `clear` on.
        """
        if not len(lost) + len(gained):
            return True
        self._advance(float(gained.levels.max(initial=self._base)))
        rows, place = _distinct(np.concatenate([gained.rows, lost.rows]))
        self._reserve(int(rows[-1]) + 1)
        worth = np.exp2(np.concatenate([gained.levels, lost.levels]) - self._base)
        sign = np.repeat([1, -1], [len(gained), len(lost)])
        before = self._counts[rows]
        self._people[rows] += np.bincount(place, weights=sign).astype(np.int64)
        self._counts[rows] = np.where(self._people[rows] > 0, before + np.bincount(place, weights=sign * worth), 0.0)
        fell = self._counts[rows] < before
        if not fell.any():
            self._contenders.update(rows[_rounded(self._counts[rows]) >= self._threshold].tolist())
            self._top = None
            return True
        self._rank_again()
        return self._is_exact(self._counts[rows][fell], before[fell], self._people[rows][fell])

    def clear(self) -> None:
        """Forget all counts."""
        self._counts[:], self._people[:], self._base = 0.0, 0, -np.inf
        self._rank_again()

    def top(self) -> Rows:
        """The most popular rows, best first, at most TOP; ties by row."""
        if self._top is None:
            self._top = self._order()
            if len(self._contenders) > 2 * TOP:
                self._contenders = set(self._top.tolist())
                self._threshold = float(_rounded(self._counts[self._top[-1:]])[0])
        return self._top

    def top_among(self, asked: AskedItems, count: int) -> Rows:
        """The same of the items that a filter asks for, at least `count` where there are so many."""
        known = asked.among(self.top())
        if len(known) >= count or len(self.top()) < TOP:
            return known
        counts = self.counts(asked.listed)
        order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
        return asked.listed[order[:count]]

    def every(self) -> Rows:
        """All rows that anybody engaged with, most popular first; ties by row."""
        rows = np.flatnonzero(self._counts).astype(np.int32)
        return rows[np.argsort(-_rounded(self._counts[rows]), kind="stable")]

    def voters(self, items: int) -> NDArray[np.int64]:
        """int64 [items]: how many people engaged with each item, however long ago."""
        return np.pad(self._people, (0, max(0, items - len(self._people))))[:items]

    def people(self, rows: Rows, now: float) -> NDArray[np.float64]:
        """float64 [n]: the decayed number of people, as of a moment."""
        counts = self.counts(rows)
        return counts * np.exp2(self._base - now / self.half_life) if counts.any() else counts

    def share(self, rows: Rows, now: float) -> NDArray[np.float32]:
        """float32 [n] in 0..1: log(1 + count), divided by that of the most popular item."""
        top = self.top()
        highest = float(self._counts[top[0]]) if len(top) else 0.0
        if not highest:
            return np.zeros(len(rows), dtype=np.float32)
        counts, age = self.counts(rows), now / self.half_life - self._base
        if np.log2(highest) - age < -_AHEAD:  # log(1 + count) is the count itself, which may be too small for a float
            return np.asarray(counts / highest, dtype=np.float32)
        return np.asarray(_log_of_one_more(counts, age) / _log_of_one_more(np.array(highest), age), dtype=np.float32)

    def as_of(self, now: float) -> Popular:
        """What compiled loops compute `share` from."""
        top = self.top()
        highest = float(self._counts[top[0]]) if len(top) else 0.0
        age = now / self.half_life - self._base if highest else 0.0
        return Popular(self._counts, age, highest, bool(highest) and float(np.log2(highest)) - age < -_AHEAD)

    def counts(self, rows: Rows) -> NDArray[np.float64]:
        """float64 [n]: comparable counts, as of the base."""
        known = rows < len(self._counts)
        return _rounded(np.where(known, self._counts[np.where(known, rows, 0)], 0.0))

    def _advance(self, level: float) -> None:
        """Move the base on, if a vote of this level is far ahead of it."""
        if level <= self._base + _AHEAD:
            return
        base = float(np.ceil(level))
        fade = np.exp2(self._base - base)
        self._counts *= fade
        self._threshold *= float(fade)
        self._base = base

    def _is_exact(self, left: NDArray[np.float64], before: NDArray[np.float64], people: NDArray[np.int64]) -> bool:
        some = people > 0
        rounded = bool((left[some] < _LEFT * before[some]).any())
        return not rounded and bool(self._counts.max(initial=0.0) >= _BEHIND or not self._people.any())

    def _reserve(self, items: int) -> None:
        if items > len(self._counts):
            more = items - len(self._counts)
            self._counts = np.concatenate([self._counts, np.zeros(more)])
            self._people = np.concatenate([self._people, np.zeros(more, dtype=np.int64)])

    def _order(self) -> Rows:
        contenders = np.array(sorted(self._contenders), dtype=np.int32)
        return contenders[np.argsort(-_rounded(self._counts[contenders]), kind="stable")[:TOP]]

    def _rank_again(self) -> None:
        rows, self._threshold = np.flatnonzero(self._counts), 0.0
        if len(rows) > TOP:
            counts = _rounded(self._counts[rows])
            self._threshold = float(-np.partition(-counts, TOP - 1)[TOP - 1])
            rows = rows[counts >= self._threshold]
        self._contenders, self._top = set(rows.tolist()), None


def _distinct(rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(Distinct rows, ascending, and the place of each among them); many are counted, which takes less than to sort."""
    if len(rows) < _MANY:
        found, place = np.unique(rows, return_inverse=True)
        return found.astype(np.int64), place
    borne = np.bincount(rows) > 0
    return np.flatnonzero(borne), (np.cumsum(borne) - 1)[rows]


def _rounded(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """To twelve digits: sums of the same votes in another order are equal, and ties are not broken by rounding."""
    mantissas, exponents = np.frexp(counts)
    return np.asarray(np.ldexp(np.round(mantissas * 2.0**_BITS), exponents - _BITS))


def _log_of_one_more(counts: NDArray[np.float64], age: float) -> NDArray[np.float64]:
    """log(1 + count * 2^-age) for any age, also where the power is beyond float64."""
    some = counts > 0
    logs = np.log(counts, out=np.full(counts.shape, -np.inf), where=some) - age * np.log(2)
    return np.asarray(np.logaddexp(0.0, logs))
