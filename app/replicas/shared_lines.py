"""Lines that are only ever added to, in a document that all processes on one database share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from app.storage.protocols import SharedState
from app.storage.rows import SharedDocument


class SharedLines:
    """A list of JSON objects under a name; what one process adds, the others read. Both block.

    Args:
        shared: where it is kept.
        name: of the document.
        first: what there is to begin with, if nobody has put anything there.
    """

    def __init__(self, shared: SharedState, name: str, first: list[dict[str, Any]]) -> None:
        self._shared, self._name = shared, name
        if first:
            shared.put(name, orjson.dumps(first), expected=0).result()

    def read(self) -> list[dict[str, Any]]:
        """All of them, oldest first."""
        return _lines(self._shared.get(self._name))

    def add(self, line: Mapping[str, Any]) -> None:
        """Add one after those that there are by then, durably."""
        while True:
            document = self._shared.get(self._name)
            content = orjson.dumps([*_lines(document), line])
            if self._shared.put(self._name, content, expected=document.version if document else 0).result():
                return


def _lines(document: SharedDocument | None) -> list[dict[str, Any]]:
    return orjson.loads(document.content) if document else []
