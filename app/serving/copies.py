"""Which rows of the served catalogue say the same: found at build, and by equal text for what came over HTTP since."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.item_texts import SILENT
from models.columns import LiveColumn
from models.ids import Rows

_NO_ROWS = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class _Groups:
    """Rows that share their label with others, by label.

    Attributes:
        labels: int32 [g], ascending.
        starts: int64 [g + 1].
        rows: int32 [m], ascending within a label.
    """

    labels: Rows
    starts: NDArray[np.int64]
    rows: Rows

    @classmethod
    def of(cls, labels: Rows) -> _Groups:
        order = np.argsort(labels, kind="stable").astype(np.int32)
        found, counts = np.unique(labels, return_counts=True)
        several = counts > 1
        rows = order[np.repeat(several, counts)]
        return cls(found[several], np.concatenate([[0], np.cumsum(counts[several])]).astype(np.int64), rows)


class Copies:
    """Groups of rows that are one to a person."""

    def __init__(self, labels: Rows, texts: NDArray[np.uint64], most_stubs: int, *, enabled: bool = True) -> None:
        """Labels and keys by row (indexer/copies.py); `enabled` off, no row is like another."""
        self._labels, self._texts = LiveColumn(labels), LiveColumn(texts)
        self._most_stubs, self._enabled = most_stubs, enabled
        self._groups: _Groups | None = None

    @property
    def rows(self) -> Rows:
        """The rows that have copies, those of a group together, ascending within it."""
        return self._found().rows

    def labels(self, rows: Rows) -> Rows:
        """int32 [n], equal where rows are copies of each other."""
        return self._labels[rows]

    def together(self, rows: Rows) -> Rows:
        """These rows and all their copies, ascending without repeats."""
        groups = self._found()
        if not len(rows):
            return _NO_ROWS
        if not len(groups.labels):
            return np.unique(rows).astype(np.int32)
        labels = np.unique(self._labels[rows])
        places = np.minimum(np.searchsorted(groups.labels, labels), len(groups.labels) - 1)
        places = places[groups.labels[places] == labels]
        lengths = groups.starts[places + 1] - groups.starts[places]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        copies = groups.rows[np.repeat(groups.starts[places], lengths) + within]
        return np.union1d(rows, copies).astype(np.int32)

    def put(self, row: int, text: int) -> Rows:
        """A row says something new: it joins the rows of the same key, and leaves those that it was with.

        Returns:
            All of them, where there are others: what is one with them is another now.
        """
        known = row < len(self._texts)
        if known and int(self._texts.at(row)) == text:
            return _NO_ROWS
        label = self._label_of(row, text)
        left = self._labels.at(row) if known else label
        self._texts.put(row, np.uint64(text))
        self._labels.put(row, label)
        labels = self._labels.all()
        concerned = np.flatnonzero((labels == label) | (labels == left)).astype(np.int32)
        if len(concerned) == 1:
            return _NO_ROWS
        self._groups = None
        return concerned

    def _label_of(self, row: int, text: int) -> np.int32:
        """That of the rows with the same key, else one that no other row has: rows of a snapshot count from 0."""
        same = np.flatnonzero(self._texts.all() == np.uint64(text)) if text != SILENT else _NO_ROWS
        same = same[same != row]
        if len(same) and not (text % 2 and len(same) >= self._most_stubs):
            return np.int32(self._labels.at(int(same[0])))
        return np.int32(-2 - row)

    def _found(self) -> _Groups:
        if self._groups is None:
            self._groups = _Groups.of(self._labels.all() if self._enabled else _NO_ROWS)
        return self._groups
