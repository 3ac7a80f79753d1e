"""Why events of many answers were not taken, counted by kind, for the last line of a command."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from app.api.schemas.rows import EventRow
from indexer.rejects import Rejects

TOLD: Final = 5
"""Kinds of reason that are told of a status, the commonest first."""
_UNTOLD: Final = frozenset(("accepted", "duplicate"))
_DIGITS: Final = re.compile(r"\d+")


class Reasons:
    """Counts reasons by status and kind, and keeps the words of the first of each."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._words: dict[tuple[str, str], str] = {}

    def note(self, row: EventRow) -> None:
        """What became of one event."""
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

    def account(self, counts: Counter[str]) -> str:
        """In a line: "3 accepted, 9 ignored (9 is older than the 1095 days that ...)"."""
        if not counts:
            return "no events"
        return ", ".join(f"{count:,} {status}{self._why(status)}" for status, count in sorted(counts.items()))

    def _why(self, status: str) -> str:
        of_status = Counter({key: count for key, count in self._counts.items() if key[0] == status}).most_common()
        told = [f"{count:,}: {self._words[key]}" for key, count in of_status[:TOLD]]
        others = sum(count for _, count in of_status[TOLD:])
        return f" ({'; '.join([*told, *([f'{others:,} for other reasons'] if others else [])])})" if told else ""

    def _count(self, status: str, kind: str, words: str, count: int) -> None:
        self._counts[status, kind] += count
        self._words.setdefault((status, kind), words)
