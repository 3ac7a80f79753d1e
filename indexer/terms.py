"""Which items bear which terms: tags, or the words of titles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from indexer.function_words import FUNCTION_WORDS

_WORD = re.compile(r"[^\W_]{4,}")


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms and the items that bear them.

    Attributes:
        names: distinct, ascending.
        items: float32 [items, terms], sparse; 1 where an item bears a term.
    """

    names: tuple[str, ...]
    items: csr_array[np.float32]

    @classmethod
    def of(cls, lists: Sequence[Sequence[str]]) -> Terms:
        """The terms of each item in turn; naming one twice is naming it once."""
        names = tuple(sorted({term for terms in lists for term in terms}))
        codes = {name: code for code, name in enumerate(names)}
        columns = np.array([codes[term] for terms in lists for term in dict.fromkeys(terms)], dtype=np.int32)
        offsets = np.cumsum([0, *(len(set(terms)) for terms in lists)])
        ones = np.ones(len(columns), dtype=np.float32)
        return cls(names, csr_array((ones, columns, offsets), shape=(len(lists), len(names))))

    def counts(self) -> NDArray[np.int32]:
        """Items that bear each term, int32 [terms]."""
        return np.bincount(self.items.indices, minlength=len(self.names)).astype(np.int32)

    def of_items(self, chosen: NDArray[np.bool_]) -> Terms:
        """The same terms, and some of the items."""
        return Terms(self.names, csr_array(self.items[np.flatnonzero(chosen)]))

    def rarer_than(self, share: float) -> Terms:
        """The terms that at most `share` of the items bear, and those that one item bears."""
        return self.where(self.counts() <= max(share * self.items.shape[0], 1))

    def where(self, chosen: Sequence[bool] | NDArray[np.bool_]) -> Terms:
        """Some of the terms, `chosen` [terms]."""
        kept = np.flatnonzero(chosen)
        return Terms(tuple(self.names[code] for code in kept), csr_array(self.items[:, kept]))


def words_of(titles: Iterable[str]) -> list[list[str]]:
    """The words of each title, in lower case, four characters or longer, without function words."""
    return [[word for word in _WORD.findall(title.lower()) if word not in FUNCTION_WORDS] for title in titles]
