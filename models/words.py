"""A growing vocabulary: words and their codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MISSING = -1


class Words:
    """Words numbered in the order in which they were met; a code is a position and never changes."""

    __slots__ = ("_codes", "names")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names: list[str] = list(names)
        self._codes = {name: code for code, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names)

    def code(self, name: str) -> int:
        """Code of a known word, or MISSING."""
        return self._codes.get(name, MISSING)

    def add(self, name: str | None) -> int:
        """Code of a word, which is new from now on if it was unknown; MISSING for None and the empty word."""
        if not name:
            return MISSING
        if name not in self._codes:
            self._codes[name] = len(self.names)
            self.names.append(name)
        return self._codes[name]

    def add_all(self, names: Sequence[str]) -> list[int]:
        """Codes of several words."""
        return [self.add(name) for name in names]
