"""Figures by day, read from the views on what was served and done, one SQL file each, and kept once a day is over.

    alerts/days.json    {"diversity": {"2026-03-01": [0.71, 1204.0]}, ...}: value, and what it was counted over

A day stays open for as long as events may still come in for it; then it is never read again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
import orjson
from duckdb import DuckDBPyConnection

from models.statistics.change_detection import Series

FIGURES: Final = ("diversity", "negative_feedback", "opt_outs")
RATES: Final = frozenset({"negative_feedback", "opt_outs"})
OPEN_DAYS: Final = 2
"""Days before today that are read again, since events are sent late."""
MOST_DAYS: Final = 420
_FILE: Final = "days.json"

Days = dict[str, tuple[float, float]]


class DailyFigures:
    """What is known of every day that is over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / _FILE
        self._days: dict[str, Days] = {figure: {} for figure in FIGURES}
        if path.exists():
            self._days |= orjson.loads(path.read_bytes())

    def first_open(self, today: date) -> date:
        """The first day that is to be read."""
        known = [date.fromisoformat(max(days)) for days in self._days.values() if days]
        oldest = today - timedelta(days=MOST_DAYS)
        return max(oldest, min(max(known) + timedelta(days=1), today - timedelta(days=OPEN_DAYS))) if known else oldest

    def read(self, connection: DuckDBPyConnection, today: date) -> None:
        """Read the days that are open, up to yesterday, and keep them."""
        first, after = _midnight(self.first_open(today)), _midnight(today)
        for figure in FIGURES:
            rows = connection.execute(statement(figure), {"first": first, "after": after}).fetchall()
            kept = {day: found for day, found in self._days[figure].items() if day < first.date().isoformat()}
            kept |= {day.isoformat(): (value, counted) for day, value, counted in rows}
            self._days[figure] = dict(sorted(kept.items())[-MOST_DAYS:])
        self._save()

    def series(self, figure: str, today: date) -> tuple[date, Series]:
        """(first day, every day since up to yesterday); days of which nothing is known count nothing."""
        days: Mapping[str, tuple[float, float]] = self._days[figure]
        first = date.fromisoformat(min(days)) if days else today
        every = [(first + timedelta(days=number)).isoformat() for number in range((today - first).days)]
        found = np.array([days.get(day, (np.nan, 0.0)) for day in every], dtype=np.float64).reshape(-1, 2)
        return first, Series(found[:, 0], found[:, 1], figure in RATES)

    def _save(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f".{_FILE}-{os.getpid()}"
        beside.write_bytes(orjson.dumps(self._days))
        beside.replace(self._folder / _FILE)


def statement(name: str) -> str:
    """The SQL of one file beside this one."""
    return (files(__package__) / f"{name}.sql").read_text(encoding="utf-8")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the views' times are UTC without saying so
