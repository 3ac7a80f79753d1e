"""What makes two items of a catalogue alike: how close is close, and how much a shared tag tells."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from indexer.dates import is_date
from models.ids import Rows

NEIGHBOURS = 20
"""Nearest neighbours that count as close."""
_SAMPLE, _COMPARED, _SOME = 128, 16_384, 2_048


class Likeness:
    """Measured once a snapshot, from the catalogue itself, so that no encoder needs numbers of its own."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._all = np.empty(0)

    @cached_property
    def closeness(self) -> tuple[float, float]:
        """(median cosine of two items, mean cosine of an item and its nearest neighbours), of a sample."""
        content, count = self._catalogue.content, len(self._catalogue.content.base)
        others = _spread(count, _COMPARED)
        sample = others[_spread(len(others), _SAMPLE)]
        cosines = content[sample] @ content[others].T
        cosines[np.isin(others[None, :], sample[:, None]) & (others[None, :] == sample[:, None])] = -1.0
        near = int(np.clip(round(NEIGHBOURS * len(others) / max(count, 1)), 1, max(len(others) - 1, 1)))
        close = float(np.partition(cosines, -near, axis=1)[:, -near:].mean())
        apart = float(np.median(cosines))
        return (apart, close) if close - apart > 1e-3 else (close - 1e-3, close)

    def closest(self, vectors: NDArray[np.float32], share: float) -> NDArray[np.float32]:
        """float32 [n]: the cosine that only such a share of the catalogue exceeds with each of [n, d] vectors."""
        if not len(vectors):
            return np.empty(0, dtype=np.float32)
        return np.asarray(np.quantile(self._some @ vectors.T, 1 - share, axis=0), dtype=np.float32)

    @cached_property
    def _some(self) -> NDArray[np.float32]:
        content = self._catalogue.content
        return content[_spread(len(content.base), _SOME)]

    @property
    def of_half(self) -> float:
        """What a tag tells that half of the items bear."""
        items = max(len(self._catalogue.snapshot.items.ids), 2)
        return float(np.log(2) / np.log(items)) + 1e-12

    @cached_property
    def unrelated(self) -> float:
        """Cosine that the nearest item to a text without meaning hardly exceeds."""
        measured, (apart, close) = self._catalogue.snapshot.manifest.unrelated_likeness, self.closeness
        return measured if measured is not None else (apart + close) / 2

    @cached_property
    def _told(self) -> NDArray[np.float64]:
        """float64 [tags], by code, of the tags that the snapshot's items bear."""
        items = max(len(self._catalogue.snapshot.items.ids), 2)
        frequencies = np.bincount(self._catalogue.snapshot.items.tags.codes, minlength=1)
        told = np.log(items / np.clip(frequencies, 1, items)) / np.log(items)
        dates = [code for code, name in enumerate(self._catalogue.tag_words.names[: len(told)]) if is_date(name)]
        told[dates] = 0.0
        return np.asarray(told)

    def telling_of_all(self) -> NDArray[np.float64]:
        """float64 [tags], by code: the same of every tag that the catalogue has now."""
        count = len(self._catalogue.tag_words)
        if len(self._all) != count:
            self._all = self.telling(np.arange(count, dtype=np.int32))
        return self._all

    def telling(self, codes: NDArray[np.int32]) -> NDArray[np.float64]:
        """float64 [m] in 0..1: log(n / frequency) / log(n), what it tells of an item to bear each of these tags.

        A tag that is a date tells nothing: things are not alike for being of one year.
        """
        known, names = codes < len(self._told), self._catalogue.tag_words.names
        told = self._told[np.where(known, codes, 0)]
        told[~known] = [not is_date(names[code]) for code in codes[~known]]
        return np.asarray(told)

    def tags_of(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(position in `rows`, tag code) of every tag of every row."""
        return self._catalogue.tag_pairs(rows)


def _spread(items: int, count: int) -> Rows:
    """At most `count` rows, evenly spread."""
    return np.unique(np.linspace(0, items - 1, min(items, count)).astype(np.int32))
