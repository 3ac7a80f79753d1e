"""How many rows came in and how many of them were rejected, hour by hour, kept over restarts.

alerts/rows.json    {"491234": [10000, 12], ...}: hour since 1970, rows, rejected
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import orjson

from app.alerts.facts import Share

_FILE: Final = "rows.json"
_HOUR, _DAY_HOURS, _BEFORE_HOURS = 3600.0, 24, 28 * 24


class RowTally:
    """Counts in memory; `save` is called by whoever looks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / _FILE
        known = orjson.loads(path.read_bytes()) if path.exists() else {}
        self._hours: dict[int, tuple[int, int]] = {int(hour): (rows, bad) for hour, (rows, bad) in known.items()}

    def count(self, rows: int, rejected: int, now: float) -> None:
        """Add what one body held."""
        hour = int(now // _HOUR)
        before = self._hours.get(hour, (0, 0))
        self._hours[hour] = (before[0] + rows, before[1] + rejected)

    def shares(self, now: float) -> tuple[Share, Share]:
        """(of the last 24 hours, of the 28 days before)."""
        start = int(now // _HOUR) - _DAY_HOURS
        return self._between(start + 1, None), self._between(start - _BEFORE_HOURS + 1, start + 1)

    def save(self, now: float) -> None:
        """Write down what is known, without what is too old to be asked for."""
        oldest = int(now // _HOUR) - _DAY_HOURS - _BEFORE_HOURS
        self._hours = {hour: counts for hour, counts in self._hours.items() if hour > oldest}
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f".{_FILE}-{os.getpid()}"
        beside.write_bytes(orjson.dumps(self._hours, option=orjson.OPT_NON_STR_KEYS))
        beside.replace(self._folder / _FILE)

    def _between(self, first: int, after: int | None) -> Share:
        counts = [each for hour, each in self._hours.items() if hour >= first and (after is None or hour < after)]
        return Share(sum(bad for _, bad in counts), sum(rows for rows, _ in counts))
