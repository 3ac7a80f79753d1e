"""The three kinds of row that there are to import."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from indexer.documents import Document, EventDocument, ItemDocument, UserDocument

Row = dict[str, Any]
"""One row's values by name of column, or by field once it is mapped."""


class Kind(StrEnum):
    """What the rows of a file are about."""

    ITEMS = "items"
    EVENTS = "events"
    USERS = "users"

    @property
    def document(self) -> type[Document]:
        """What a row becomes."""
        return DOCUMENTS[self]


DOCUMENTS: Final[Mapping[Kind, type[Document]]] = MappingProxyType(
    {Kind.ITEMS: ItemDocument, Kind.EVENTS: EventDocument, Kind.USERS: UserDocument}
)
