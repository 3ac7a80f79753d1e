"""Declared attributes of the items that are served: a snapshot's columns, patched and extended by what came since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.attributes.columns import ABSENT_TRUTH, AttributeColumn, readable
from indexer.attributes.declaration import AttributeType
from models.columns import CodesColumn, LiveColumn
from models.ids import Rows
from models.live_codes import LiveCodes
from models.words import MISSING, Words

Codes = NDArray[np.int32]


class ItemAttributes:
    """Attributes by name."""

    def __init__(self, columns: Mapping[str, AttributeColumn]) -> None:
        self.declaration = {name: column.type for name, column in columns.items()}
        self._words = {name: Words(column.words) for name, column in columns.items()}
        self._lists: dict[str, LiveCodes] = {}
        self._scalars: dict[str, LiveColumn[Any]] = {}
        for name, column in columns.items():
            if isinstance(column.values, CodesColumn):
                self._lists[name] = LiveCodes(column.values)
            else:
                self._scalars[name] = LiveColumn(column.values)

    def put(self, row: int, attributes: Mapping[str, Any]) -> None:
        """Take over the attributes of an item that was added or replaced."""
        for name, kind in self.declaration.items():
            value = readable(kind, attributes.get(name))
            if kind is AttributeType.TEXTS:
                self._lists[name].put(row, self._words[name].add_all(value if isinstance(value, tuple) else ()))
            elif kind is AttributeType.TEXT:
                self._scalars[name].put(row, self._words[name].add(value) if isinstance(value, str) else MISSING)
            else:
                absent = ABSENT_TRUTH if kind is AttributeType.BOOLEAN else np.nan
                self._scalars[name].put(row, absent if value is None else value)

    def scalars(self, name: str, rows: Rows | None) -> NDArray[Any]:
        """[n]: numbers, moments, truths or codes, as `indexer.attributes.columns` says; `rows` None for all."""
        column = self._scalars[name]
        return column.all() if rows is None else column[rows]

    def lists(self, name: str, rows: Rows) -> tuple[NDArray[np.int64], Codes]:
        """(positions in `rows`, codes) of the entries of lists of texts."""
        return self._lists[name].gather(rows)

    def words(self, name: str) -> Words:
        """The texts behind the codes of an attribute."""
        return self._words[name]
