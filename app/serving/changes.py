"""Changes of a catalogue in their order, so that what rests on some of its rows can be told from what does not."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

from models.ids import Rows


class Changes:
    """Rows of which something else is true than before; their number is the catalogue's revision."""

    def __init__(self) -> None:
        self._rows = array("i")

    def __len__(self) -> int:
        return len(self._rows)

    def note(self, rows: Iterable[int]) -> None:
        """Something about these rows has changed."""
        self._rows.extend(rows)

    def since(self, revision: int) -> Rows:
        """The rows that changed since there were so many changes, ascending without repeats."""
        return np.unique(np.array(self._rows[revision:], dtype=np.int32))
