"""Reading: a connection of its own on which all views stand, on everything that was served and done until now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from duckdb import DuckDBPyConnection

from app.insights.served_files import ServedFiles
from app.insights.served_log import ServedLog
from app.insights.views import (
    ANSWERS,
    EVER,
    EVERYTHING,
    NO_SEGMENTS,
    TABLES,
    TABLES_OF_ANSWERS,
    VIEWS,
    Scope,
    Segments,
    Since,
    open_views,
)
from app.storage.protocols import Stores
from models.events import EventWeights

_STORED: Final = """
SELECT (SELECT coalesce(max(sequence), -1) FROM events), (SELECT coalesce(max(number), -1) FROM controls)
"""


@dataclass(frozen=True, slots=True)
class Insights:
    """What the views stand on.

    Attributes:
        stores: events, people and what they decided.
        files: of the served log.
        weights: what each event type counts.
        segments: of people, as the charter permits.
        log: where answers wait to be written; None where nobody serves.
        window_hours: after an answer, in which what people do with it is attributed to it.
    """

    stores: Stores
    files: ServedFiles
    weights: EventWeights
    segments: Segments = NO_SEGMENTS
    log: ServedLog | None = None
    window_hours: float = EVERYTHING.window_hours

    @contextmanager
    def reading(
        self, first: date | None = None, last: date | None = None, since: Since = EVER
    ) -> Iterator[DuckDBPyConnection]:
        """A connection with all views; blocks, so coroutines go through a thread.

        Args:
            first: day of UTC from which on the served log is read; None for its beginning.
            last: day up to which it is; None for its end.
            since: from when on anything counts, in an experiment.
        """
        with self._reading(first, last, Scope(self.segments, self.window_hours, since)) as connection:
            yield connection

    @contextmanager
    def answers(self, first: date, last: date) -> Iterator[DuckDBPyConnection]:
        """A connection with the views of what was served on some days only, which costs no read of what people did."""
        scope = Scope(self.segments, self.window_hours, views=ANSWERS)
        with self._reading(first, last, scope) as connection:
            yield connection

    @contextmanager
    def _reading(self, first: date | None, last: date | None, scope: Scope) -> Iterator[DuckDBPyConnection]:
        if self.log is not None:
            self.log.flush()
        tables = TABLES if scope.views == VIEWS else TABLES_OF_ANSWERS
        with self.files.gate.shared(), self.stores.reading(tables) as connection:
            open_views(connection, self.files.paths(first, last), self.weights, scope)
            yield connection

    def stored(self) -> tuple[int, int]:
        """Numbers of the last event and of the last control action; -1 where there is none."""
        with self.reading(date.max, date.min) as connection:  # of no day of the served log
            row = connection.execute(_STORED).fetchone()
        return row if row is not None else (-1, -1)
