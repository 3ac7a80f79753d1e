"""Why events of many answers were not taken, counted by kind, for the last line of a command."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol

from indexer.rejects import Rejects

TOLD: Final = 5
"""Kinds of reason that are told of a status, the commonest first."""
_UNTOLD: Final = frozenset(("accepted", "created", "updated", "duplicate"))
_DIGITS: Final = re.compile(r"\d+")


class Named(Protocol):
    """What is wrong with a field."""

    @property
    def field(self) -> str:
        """Its path."""

    @property
    def message(self) -> str:
        """A predicate."""


class Told(Protocol):
    """What became of a row."""

    @property
    def status(self) -> str:
        """In a word."""

    @property
    def errors(self) -> Sequence[Named] | None:
        """What is wrong with it."""

    @property
    def message(self) -> str | None:
        """What else there is to know."""

    @property
    def reason(self) -> str | None:
        """The kind of reason for the status."""


class Reasons:
    """Counts reasons by status and kind, and keeps the words of the first of each."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._words: dict[tuple[str, str], str] = {}

    def note(self, row: Told) -> None:
        """What became of one row."""
        if row.status in _UNTOLD:
            return
        words = (
            "; ".join(f"{each.field} {each.message}" for each in row.errors or ()) or row.message or "no reason given"
        )
        self._count(row.status, row.reason or _DIGITS.sub("0", words), words, 1)

    def note_rejects(self, rejects: Rejects) -> None:
        """The rows of a file that were not even sent."""
        for kind, reason in rejects.reasons.items():
            self._count("rejected", kind, reason.example, reason.count)

    def count(self, status: str, words: str, count: int) -> None:
        """So many rows became this for one and the same reason."""
        self._count(status, words, words, count)

    def account(self, counts: Counter[str], nothing: str = "no events") -> str:
        """In a line: "3 accepted, 9 ignored (9 is older than the 1095 days that ...)"; `nothing` where nothing came."""
        if not counts:
            return nothing
        return ", ".join(f"{count:,} {status}{self._why(status)}" for status, count in sorted(counts.items()))

    def _why(self, status: str) -> str:
        of_status = Counter({key: count for key, count in self._counts.items() if key[0] == status}).most_common()
        told = [f"{count:,}: {self._words[key]}" for key, count in of_status[:TOLD]]
        others = sum(count for _, count in of_status[TOLD:])
        return f" ({'; '.join([*told, *([f'{others:,} for other reasons'] if others else [])])})" if told else ""

    def _count(self, status: str, kind: str, words: str, count: int) -> None:
        self._counts[status, kind] += count
        self._words.setdefault((status, kind), words)
