"""Popularity: the decayed count of positive events on every item, over all people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.config import Config
from models.ids import Rows
from models.user_state import DAY_SECONDS

TOP = 1_000


class PopularitySettings(Config):
    """How long popularity lasts."""

    half_life_days: float = Field(default=30.0, gt=0, allow_inf_nan=False)
    """Days until a positive event counts half towards an item's popularity."""


class Popularity:
    """Decayed counts by row, stored as of a fixed moment, since all of them fade alike.

    Every event adds w * 2^((t - landmark) / half_life). Only the most popular rows are kept in order: counts never fall
    against each other while events arrive, so that a row enters the order when one of its own events lifts it there.

    Args:
        items: rows.
        settings: how long popularity lasts.
        landmark: seconds since 1970, any moment near the events'.
    """

    def __init__(self, items: int, settings: PopularitySettings, landmark: float) -> None:
        self._counts = np.zeros(items, dtype=np.float64)
        self._half_life = settings.half_life_days * DAY_SECONDS
        self._landmark = landmark
        self._threshold = 0.0
        self._contenders: set[int] = set()
        self._top: Rows | None = np.empty(0, dtype=np.int32)

    def add(self, rows: Rows, weights: NDArray[np.float32], times: NDArray[np.float64]) -> None:
        """Count events; negative weights take earlier ones back."""
        if not len(rows):
            return
        self._reserve(int(rows.max()) + 1)
        np.add.at(self._counts, rows, weights * np.exp2((times - self._landmark) / self._half_life))
        if weights.min() < 0:
            self._rank_again()
        else:
            self._contenders.update(rows[self._counts[rows] > self._threshold].tolist())
            self._top = None

    def clear(self) -> None:
        """Forget all counts."""
        self._counts[:] = 0.0
        self._rank_again()

    def top(self) -> Rows:
        """The most popular rows, best first, at most TOP; ties by row."""
        if self._top is None:
            self._top = self._order()
            if len(self._contenders) > 2 * TOP:
                self._contenders = set(self._top.tolist())
                self._threshold = float(self._counts[self._top[-1]])
        return self._top

    def share(self, rows: Rows, now: float) -> NDArray[np.float32]:
        """float32 [n] in 0..1: log(1 + count), divided by that of the most popular item."""
        top = self.top()
        if not len(top):
            return np.zeros(len(rows), dtype=np.float32)
        fade = np.exp2((self._landmark - now) / self._half_life)
        counts = self.counts(rows) * fade
        highest = float(self._counts[top[0]]) * fade
        return np.asarray(np.log1p(counts) / np.log1p(highest), dtype=np.float32)

    def counts(self, rows: Rows) -> NDArray[np.float64]:
        """float64 [n]: comparable counts, as of the landmark."""
        known = rows < len(self._counts)
        return np.where(known, self._counts[np.where(known, rows, 0)], 0.0)

    def _reserve(self, items: int) -> None:
        if items > len(self._counts):
            self._counts = np.concatenate([self._counts, np.zeros(items - len(self._counts))])

    def _order(self) -> Rows:
        contenders = np.array(sorted(self._contenders), dtype=np.int32)
        return contenders[np.argsort(-self._counts[contenders], kind="stable")[:TOP]]

    def _rank_again(self) -> None:
        self._counts[self._counts < 1e-9 * self._counts.max(initial=0.0)] = 0.0
        rows = np.flatnonzero(self._counts)
        if len(rows) > TOP:
            rows = rows[np.argpartition(-self._counts[rows], TOP)[:TOP]]
        self._contenders, self._top = set(rows.tolist()), None
        self._threshold = float(self._counts[rows].min()) if len(rows) == TOP else 0.0
