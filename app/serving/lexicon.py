"""The words of a catalogue's items: the snapshot's lexical index, and one in memory of what came since."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from indexer.documents import ItemDocument
from indexer.lexical import LexicalIndex, LexicalText
from models.ids import Rows


class Lexicon:
    """Finds rows by words.

    Args:
        base: of the snapshot; None where it has none, so that only what came since is found by its words.
    """

    def __init__(self, base: LexicalIndex | None) -> None:
        self._base = base
        self._since: LexicalIndex | None = None
        self._changed: set[int] = set()

    def put(self, row: int, document: ItemDocument) -> None:
        """Add an item, or replace it."""
        if self._since is None:
            self._since = LexicalIndex.in_memory()
        new = row not in self._changed
        self._since.put(row, LexicalText(document.headline(), document.tags, document.text), new=new)
        self._changed.add(row)

    def titled(self, words: Sequence[str], most: int) -> Rows:
        """Rows whose title consists of just these words, brackets at its end aside; deleted ones may be among them."""
        return self._both(lambda index: index.titled(words, most))

    def mentioning(self, words: Sequence[str], most: int) -> Rows:
        """Rows that bear some of the words, at most so many of either index; deleted ones may be among them."""
        return self._both(lambda index: index.mentioning(words, most))

    def shares(self, words: Sequence[str]) -> dict[str, float]:
        """Of each word the share of all items that bear it, about."""
        indexes = [index for index in (self._base, self._since) if index is not None]
        items = max(sum(len(index) for index in indexes), 1)
        return {word: sum(index.frequency(word) for index in indexes) / items for word in words}

    def _both(self, rows_of: Callable[[LexicalIndex], Rows]) -> Rows:
        found = rows_of(self._base) if self._base is not None else np.empty(0, dtype=np.int32)
        if self._since is None:
            return found
        current = found[~np.isin(found, list(self._changed))]
        return np.concatenate([rows_of(self._since), current]).astype(np.int32)
