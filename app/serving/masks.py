"""Which items filters ask for: a mask over rows for each, kept as long as it holds, in bounded memory.

A mask is made once over all rows. Rows that change afterwards are looked at by themselves; a filter that counts from
now is looked at anew when the next item comes to its bound, and not before.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from app.filter_language.fields import Fields
from app.filter_language.reading import Filter, read
from app.serving.filter_columns import FilterColumns
from models.ids import Rows

if TYPE_CHECKING:
    from app.serving.catalogue import Catalogue

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all masks of a catalogue."""
_LEAST: Final = 8


class AskedItems:
    """The items that one filter asks for.

    Attributes:
        filter: which.
        made: seconds since 1970, as of which all items were looked at.
        since: from when on what is held now holds.
        until: until when.
        count: living items that are asked for.
        others: items that are not, of those that anybody may be shown: of what is not published yet, expired or
            sensitive, no filter is to tell anything.
        counted_until: until when there are so many.
    """

    def __init__(self, asked: Filter, columns: FilterColumns, now: float) -> None:
        self.filter, self.made, self.since = asked, now, now
        self._columns = columns
        self._listed: Rows | None = None
        self._rows, self.until = asked.mask(columns, now)
        self._count(now)

    def _count(self, now: float) -> None:
        self._alive, self._listed = self._columns.alive(), None
        self.count = int(np.count_nonzero(self._rows & self._alive))
        self.count_others(now)

    def count_others(self, now: float) -> None:
        """Count anew what may be shown by now."""
        public, self.counted_until = self._columns.public(now)
        self.others = int(np.count_nonzero(public & ~self._rows))

    @property
    def rows(self) -> NDArray[np.bool_]:
        """Bool [rows of the catalogue]; what it says of deleted items means nothing."""
        return self._rows

    @property
    def listed(self) -> Rows:
        """The rows of living items that are asked for, ascending."""
        if self._listed is None:
            self._listed = np.flatnonzero(self._rows & self._alive).astype(np.int32)
        return self._listed

    def among(self, rows: Rows) -> Rows:
        """Those of some rows that are asked for, in the same order."""
        return rows[self._rows[rows]]

    def renew(self, changed: Rows, now: float) -> None:
        """Look anew at rows that changed, or came; what holds of the others still does."""
        more = self._columns.count(None) - len(self._rows)
        if more > 0:
            self._rows = np.concatenate([self._rows, np.zeros(more, dtype=np.bool_)])
        self._rows[changed], until = self.filter.mask(self._columns, now, changed)
        self.since, self.until = now, min(self.until, until)
        self._count(now)

    @property
    def nbytes(self) -> int:
        """Bytes that are held."""
        return self._rows.nbytes + (0 if self._listed is None else self._listed.nbytes)


class Masks:
    """Masks of one catalogue by filter, those that were asked for last."""

    def __init__(self, catalogue: Catalogue, most_bytes: int = MOST_BYTES) -> None:
        self._catalogue, self._most_bytes = catalogue, most_bytes
        self._columns = FilterColumns(catalogue)
        self._held = OrderedDict[str, tuple[int, AskedItems]]()
        self.fields = Fields.of(catalogue.attributes.declaration)

    def __call__(self, text: str, now: float) -> AskedItems:
        """The items that a filter asks for.

        Args:
            text: the filter.
            now: seconds since 1970.

        Raises:
            FilterError: it cannot be read, or does not fit the fields of this catalogue.
        """
        asked = read(text, self.fields)
        known, items = self._held.pop(asked.text, (0, None))
        catalogue = self._catalogue
        if items is None or not items.since <= now < items.until:
            items = AskedItems(asked, self._columns, now)
        elif known != len(catalogue.changes):
            items.renew(catalogue.changes.since(known), now)
        elif now >= items.counted_until:
            items.count_others(now)
        self._held[asked.text] = (len(catalogue.changes), items)
        self._make_room()
        return items

    def held(self, text: str) -> AskedItems:
        """What a filter asked for when it was asked last; it was asked for this request."""
        return self._held[text][1]

    def _make_room(self) -> None:
        """The last few stay, however large: one request may need them together."""
        while len(self._held) > _LEAST and sum(items.nbytes for _, items in self._held.values()) > self._most_bytes:
            self._held.popitem(last=False)
