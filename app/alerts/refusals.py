"""Why rows were refused or ignored since the service started, counted by field and reason.

Nothing of a row is kept but its number: what was refused may be what the charter does not let in. Names of fields are
what callers sent, so only so many reasons are told apart, those that came last.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

REFUSED: Final = frozenset({"rejected", "conflict"})
IGNORED: Final = "ignored"
_MOST: Final = 200
_PLACE: Final = re.compile(r"\.\d+(?=\.|$)")
"""The place of an entry in a list: the third tag is refused for the same reason as the first."""
_MOST_CHARACTERS: Final = 300


@dataclass(slots=True)
class Refusal:
    """One reason.

    Attributes:
        kind: `items` or `events`.
        status: `rejected`, `conflict` or `ignored`.
        field: path of the field, `*` for a place in a list; empty for the row as a whole.
        message: what is wrong with it.
        rows: how many rows.
        last_at: when the last one came, RFC 3339.
        last_row: its number in its body.
    """

    kind: str
    status: str
    field: str
    message: str
    rows: int = 0
    last_at: str = ""
    last_row: int = 0


class Refusals:
    """Counts in memory."""

    def __init__(self) -> None:
        self._reasons: OrderedDict[tuple[str, ...], Refusal] = OrderedDict()

    def count(self, kind: str, results: Sequence[Mapping[str, Any]], now: float) -> None:
        """Add the rows of one body that were refused or ignored; a row with several reasons counts under each."""
        at = datetime.fromtimestamp(now, UTC).isoformat()
        for result in results:
            if result["status"] not in REFUSED and result["status"] != IGNORED:
                continue
            for field, message, code in _reasons(result):
                key = (kind, result["status"], field, code)
                refusal = self._reasons.setdefault(key, Refusal(kind, result["status"], field, message))
                refusal.rows, refusal.last_at, refusal.last_row = refusal.rows + 1, at, result["row"]
                self._reasons.move_to_end(key)
        while len(self._reasons) > _MOST:
            self._reasons.popitem(last=False)

    def told(self) -> list[dict[str, Any]]:
        """Every reason, the last one first."""
        return [asdict(each) for each in reversed(self._reasons.values())]


def _reasons(result: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(Field, message, what tells it from others) of each reason."""
    for problem in result.get("errors", ()):
        message = problem.message[:_MOST_CHARACTERS]
        yield _PLACE.sub(".*", problem.field), message, message
    if not result.get("errors"):
        message = (result.get("message") or "")[:_MOST_CHARACTERS]
        yield "", message, result.get("reason") or message
