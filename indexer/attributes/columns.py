"""Declared attributes as columns of a snapshot, by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from indexer.attributes.declaration import AttributeType, Declaration, Value, value_of
from models.columns import CodesColumn, StringColumn
from models.words import MISSING, Words

ABSENT_TRUTH: Final = np.int8(-1)
_SCALARS: Final[dict[AttributeType, tuple[Any, Any]]] = {
    AttributeType.NUMBER: (np.float64, np.nan),
    AttributeType.DATE: (np.float64, np.nan),
    AttributeType.BOOLEAN: (np.int8, ABSENT_TRUTH),
    AttributeType.TEXT: (np.int32, MISSING),
}
"""Type of the array and what stands for an absent value."""


@dataclass(frozen=True, slots=True)
class AttributeColumn:
    """The values of one attribute.

    Attributes:
        type: as declared.
        values: [n]: float64 numbers, or seconds since 1970, NaN where absent; int8 truths, -1 where absent; int32 codes
            of texts, -1 where absent; lists of such codes, empty where absent.
        words: texts by code.
    """

    type: AttributeType
    values: NDArray[Any] | CodesColumn
    words: tuple[str, ...] = ()

    @classmethod
    def build(cls, kind: AttributeType, values: Sequence[Value | None]) -> AttributeColumn:
        """From values as `value_of` reads them, in order."""
        words = Words()
        if kind is AttributeType.TEXTS:
            lists = [words.add_all(each) if isinstance(each, tuple) else [] for each in values]
            return cls(kind, CodesColumn.build(lists), tuple(words.names))
        dtype, absent = _SCALARS[kind]
        scalars = [absent if each is None else words.add(each) if isinstance(each, str) else each for each in values]
        return cls(kind, np.array(scalars, dtype=dtype), tuple(words.names))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name; the inverse of `from_arrays`."""
        words = StringColumn.build(self.words).arrays()
        values = self.values.arrays() if isinstance(self.values, CodesColumn) else {"values": self.values}
        return {**values, **{f"words.{part}": array for part, array in words.items()}}

    @classmethod
    def from_arrays(cls, kind: AttributeType, arrays: dict[str, NDArray[Any]]) -> AttributeColumn:
        """The inverse of `arrays`."""
        words = StringColumn(arrays["words.offsets"], arrays["words.payload"])
        values = CodesColumn.from_arrays(arrays) if kind is AttributeType.TEXTS else arrays["values"]
        return cls(kind, values, tuple(words[code] for code in range(len(words))))


def build_attributes(attributes: Sequence[dict[str, Any]], declaration: Declaration) -> dict[str, AttributeColumn]:
    """The columns that are declared, from the attributes of each item; values of another type are absent."""
    return {
        name: AttributeColumn.build(kind, [readable(kind, each.get(name)) for each in attributes])
        for name, kind in declaration.items()
    }


def readable(kind: AttributeType, given: object) -> Value | None:
    """A value as its column keeps it; None where it is absent or of another type."""
    try:
        return value_of(kind, given)
    except ValueError:
        return None


def attributes_of_documents(documents: StringColumn) -> list[dict[str, Any]]:
    """The attributes of each item, from its JSON."""
    return [_attributes(documents[row]) for row in range(len(documents))]


def _attributes(document: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(document).get("attributes", {}) if '"attributes":{"' in document else {}
    return found


def with_declared(
    held: Mapping[str, AttributeColumn], documents: StringColumn, declaration: Declaration
) -> dict[str, AttributeColumn]:
    """The columns that are declared: those that a snapshot holds, and those that its documents make."""
    missing = {name: kind for name, kind in declaration.items() if name not in held or held[name].type is not kind}
    made = build_attributes(attributes_of_documents(documents), missing) if missing else {}
    return {name: made.get(name) or held[name] for name in declaration}
