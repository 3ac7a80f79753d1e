"""Types of events as files name them, and what they are to Penchant: what nobody said is counted, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from app.imports.column_names import snake
from indexer.problems import printable
from indexer.readers import InputFileError
from models.events import EVENT_TYPES

LEFT_OUT: Final = ""
"""In place of a type: such rows are left out."""
KNOWN: Final = frozenset(each.value for each in EVENT_TYPES)
SHARES: Final[Mapping[str, str]] = {"completion": "complete", "scroll": "scroll", "scroll_depth": "scroll"}
"""Names of analytics tools for how far somebody came, whose value is a share or a percentage."""
_TOLD: Final = 40


class EventTypes:
    """Translates types, and counts what it was asked.

    Attributes:
        counts: by name in the file, and what it became; None for an unknown one.
    """

    def __init__(self, said: Mapping[str, str], of_source: Mapping[str, str], known: frozenset[str] = KNOWN) -> None:
        """What somebody `said` holds before what is known `of_source`; `known` are the types that there are.

        Raises:
            InputFileError: something is said to be a type that there is not.
        """
        for name, kind in said.items():
            if kind not in known and kind != LEFT_OUT:
                near = get_close_matches(kind, known, 1)
                hint = f", perhaps {near[0]}" if near else f": one of {', '.join(sorted(known))}"
                raise InputFileError(f"--type {name}={kind}: there is no type of event {kind!r}{hint}")
        self._known = known
        self._table = {**SHARES, **of_source, **said}
        self.counts: Counter[tuple[str, str | None]] = Counter()

    def __call__(self, name: str) -> str | None:
        """The type; None where it is unknown, `LEFT_OUT` where its rows are to be left out."""
        found = self.of(name)
        self.counts[name, found] += 1
        return found

    def of(self, name: str) -> str | None:
        """The same, uncounted."""
        found = self._table.get(name)
        if found is None:
            plain = name if name in self._known else snake(name)
            found = plain if plain in self._known else self._table.get(plain)
        return found

    def account(self) -> str:
        """What was asked so far, in words: "view -> click (12), star (3): unknown"."""
        parts = [f"{name} -> {kind or ('unknown' if kind is None else 'left out')} ({count:,})"
                 for (name, kind), count in self.counts.most_common(_TOLD)]  # fmt: skip
        others = len(self.counts) - len(parts)
        return ", ".join([*map(printable, parts), *([f"and {others} more"] if others > 0 else [])])


def unknown(name: str) -> str:
    """What is wrong with a row of an unknown type, as a predicate."""
    told = printable(name)
    say = f'--type "{told}=save", or leave it out: --type "{told}="'
    return f'has the unknown type "{told}": say what it is, such as {say}'
