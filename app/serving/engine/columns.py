"""The catalogue's columns as engines hold them: numbers only, texts by their digests.

An engine's columns are as old as what was written there. They decide what is brought, never what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from indexer.attributes.declaration import AttributeType
from indexer.engines.conditions import ABSENT_INTEGER, ABSENT_NUMBER, Column, Kind, Lists
from indexer.engines.engine import NOTHING, Batch, Keys
from models.ids import Rows, digests_of
from models.words import Words

if TYPE_CHECKING:
    from app.serving.catalogue import Catalogue, ItemNames

BITS: Final = np.uint64(2**63 - 1)
"""Of sensitive topics, what a signed number holds without its sign."""
_KINDS: Final = {
    AttributeType.NUMBER: Kind.NUMBER,
    AttributeType.DATE: Kind.NUMBER,
    AttributeType.BOOLEAN: Kind.INTEGER,
    AttributeType.TEXT: Kind.INTEGER,
    AttributeType.TEXTS: Kind.INTEGERS,
}
_BUILT_IN: Final = {
    "published_at": Kind.INTEGER,
    "expires_at": Kind.INTEGER,
    "sensitive": Kind.INTEGER,
    "language": Kind.INTEGER,
    "format": Kind.INTEGER,
    "provider": Kind.INTEGER,
    "topic": Kind.INTEGER,
    "tags": Kind.INTEGERS,
}


def attribute_field(name: str) -> str:
    """The column of an attribute; engines do not take every name."""
    return f"a_{blake2b(name.encode(), digest_size=8).hexdigest()}"


def numbered(texts: Iterable[str]) -> NDArray[np.int64]:
    """int64 [n]: what stands for texts."""
    return digests_of(texts).view(np.int64)


class EngineKeys:
    """Keys of rows: rows themselves, and below 0 what stands for the ids of items that were added since."""

    def __init__(self, names: ItemNames, base: int) -> None:
        """`names` by row, of which the snapshot has the first `base`."""
        self._names, self._base = names, base
        self._keys, self._rows = dict[int, int](), dict[int, int]()

    def of(self, rows: Rows) -> Keys:
        """int64 [n]."""
        keys = rows.astype(np.int64)
        for place in np.flatnonzero(rows >= self._base).tolist():
            keys[place] = self._of_added(int(rows[place]))
        return keys

    def rows(self, keys: Keys) -> Rows:
        """int32 [...], -1 for keys that are not known here."""
        rows = np.where((keys < 0) | (keys >= self._base), -1, keys).astype(np.int32)
        for place in np.flatnonzero(keys.ravel() < NOTHING).tolist():
            rows.ravel()[place] = self._rows.get(int(keys.ravel()[place]), -1)
        return rows

    def _of_added(self, row: int) -> int:
        if row not in self._keys:
            key = -2 - int(digests_of((self._names[row],))[0] >> np.uint64(2))
            self._keys[row], self._rows[key] = key, row
        return self._keys[row]


class EngineColumns:
    """What an engine is told of the items of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._numbers = dict[str, NDArray[np.int64]]()
        declaration = catalogue.attributes.declaration
        self.fields = _BUILT_IN | {attribute_field(name): _KINDS[kind] for name, kind in declaration.items()}

    def batch(self, rows: Rows, keys: Keys) -> Batch:
        """Some rows under keys."""
        vectors = np.asarray(self._catalogue.index[rows], dtype=np.float32)
        return Batch(keys, vectors, self._built_in(rows) | self._attributes(rows))

    def rules_digest(self) -> str:
        """Tells one reading of what is sensitive from another, over the items of the snapshot."""
        bits = self._catalogue.sensitive.all()[: len(self._catalogue.snapshot.items.ids)]
        return blake2b(bits.tobytes(), digest_size=16).hexdigest()

    def numbers(self, name: str, words: Words) -> NDArray[np.int64]:
        """int64 [words]: what stands for each word of a vocabulary, by code."""
        known = self._numbers.get(name, numbered(()))
        if len(known) < len(words):
            known = self._numbers[name] = np.concatenate([known, numbered(words.names[len(known) :])])
        return known

    def _built_in(self, rows: Rows) -> dict[str, Column]:
        held = self._catalogue
        return {
            "published_at": held.published_at[rows],
            "expires_at": held.expires_at[rows],
            "sensitive": (held.sensitive[rows] & BITS).astype(np.int64),
            "language": self._coded("language", held.language_words, held.languages[rows]),
            "format": self._coded("format", held.format_words, held.formats[rows]),
            "provider": self._coded("provider", held.provider_words, held.providers[rows]),
            "topic": held.topics[rows].astype(np.int64),
            "tags": self._listed("tags", held.tag_words, rows, held.tag_pairs(rows)),
        }

    def _attributes(self, rows: Rows) -> dict[str, Column]:
        held = self._catalogue.attributes
        return {attribute_field(name): self._attribute(name, kind, rows) for name, kind in held.declaration.items()}

    def _attribute(self, name: str, kind: AttributeType, rows: Rows) -> Column:
        held, field = self._catalogue.attributes, attribute_field(name)
        if kind is AttributeType.TEXTS:
            return self._listed(field, held.words(name), rows, held.lists(name, rows))
        values = held.scalars(name, rows)
        if kind is AttributeType.TEXT:
            return self._coded(field, held.words(name), values)
        if kind is AttributeType.BOOLEAN:
            return np.where(values < 0, ABSENT_INTEGER, values.astype(np.int64))
        return np.where(np.isnan(values), ABSENT_NUMBER, values)

    def _coded(self, name: str, words: Words, codes: NDArray[np.int32]) -> NDArray[np.int64]:
        return np.append(self.numbers(name, words), ABSENT_INTEGER)[codes]

    def _listed(self, name: str, words: Words, rows: Rows, entries: tuple[NDArray[np.int64], NDArray[Any]]) -> Lists:
        places, codes = entries
        offsets = np.concatenate([[0], np.cumsum(np.bincount(places, minlength=len(rows)))])
        return Lists(offsets, self.numbers(name, words)[codes])
