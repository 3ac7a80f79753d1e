"""What may be recommended as far as many people share it: languages, sensitive topics and the time, made ready once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.ann import Allowance, VectorIndex
from models.ids import Rows

if TYPE_CHECKING:
    from app.serving.catalogue import Catalogue

HOUR: Final = 3600
_KEPT: Final = 16


class Eligibility(NamedTuple):
    """Codes of languages that are not read, bits of the sensitive topics that are permitted, and the hour since 1970.

    What is published or expires within the hour is eligible: filters look at the second. The last two are the text of
    the request's filter, if it has one, and the moment as of which its mask was made.
    """

    unread: tuple[int, ...]
    permitted: int
    hour: int
    asked: str = ""
    made: float = 0.0

    def covers(self, catalogue: Catalogue, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n]: which rows are eligible."""
        keep = catalogue.alive[rows] & (catalogue.published_at[rows] < (self.hour + 1) * HOUR)
        keep &= catalogue.expires_at[rows] > self.hour * HOUR
        keep &= catalogue.firewall.recommendable(catalogue.sensitive[rows], np.uint64(self.permitted))
        if self.unread:
            keep &= ~np.isin(catalogue.languages[rows], self.unread)
        if self.asked:
            keep &= catalogue.masks.held(self.asked).rows[rows]
        return np.asarray(keep)


class Allowances:
    """What a snapshot's index may find, by eligibility; rows that changed since are taken out of all of it."""

    def __init__(self, catalogue: Catalogue, index: VectorIndex) -> None:
        self._catalogue, self._index = catalogue, index
        self._made = OrderedDict[Eligibility | None, Allowance]()
        self._changed = set[int]()

    def __call__(self, eligibility: Eligibility | None) -> Allowance | None:
        """None where everything may be found."""
        if eligibility is None and not self._changed:
            return None
        if eligibility not in self._made:
            self._made[eligibility] = self._make(eligibility)
        self._made.move_to_end(eligibility)
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return self._made[eligibility]

    def take_out(self, row: int) -> None:
        """A row of the snapshot is not what it was, or is gone."""
        if row not in self._changed:
            self._changed.add(row)
            for each in self._made.values():
                self._index.withdraw(each, np.array([row], dtype=np.int32))

    def _make(self, eligibility: Eligibility | None) -> Allowance:
        rows = np.arange(len(self._index), dtype=np.int32)
        mask = np.ones(len(rows), dtype=np.bool_) if eligibility is None else eligibility.covers(self._catalogue, rows)
        mask[list(self._changed)] = False
        return self._index.allowance(mask)
