from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest

TABLES = """
CREATE TABLE answers (recommendation_id VARCHAR, user_id VARCHAR, served_at TIMESTAMP, personalized BOOLEAN);
CREATE TABLE served (
    recommendation_id VARCHAR, user_id VARCHAR, served_at TIMESTAMP, personalized BOOLEAN, position INTEGER,
    item_id VARCHAR, topic VARCHAR, exploration BOOLEAN
);
CREATE TABLE events (user_id VARCHAR, item_id VARCHAR, type VARCHAR, polarity TINYINT, occurred_at TIMESTAMP);
CREATE TABLE outcomes (
    recommendation_id VARCHAR, user_id VARCHAR, item_id VARCHAR, type VARCHAR, polarity TINYINT, signs UTINYINT,
    occurred_at TIMESTAMP, served_at TIMESTAMP
);
CREATE TABLE people (user_id VARCHAR, segment_band VARCHAR, machine BOOLEAN);
CREATE TABLE controls (user_id VARCHAR, action VARCHAR, subject VARCHAR, "at" TIMESTAMP);
"""
POLARITY = {"click": 1, "like": 1, "dislike": -1, "dismiss": -1, "impression": 0}
SIGNS = {"impression": 1, "click": 6, "like": 4, "dislike": 8, "dismiss": 8}


class Log:
    """The views' names as tables, filled by what happened."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._waiting: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._served_at: dict[str, str] = {}
        connection.execute(TABLES)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """With all that happened so far in its tables."""
        for table, rows in self._waiting.items():
            columns = [f"{name}::{kind}" for name, kind, *_ in self._connection.execute(f"DESCRIBE {table}").fetchall()]
            names = [each.split("::")[0] for each in columns]
            waiting = pa.table([pa.array(each) for each in zip(*rows, strict=True)], names=names)
            self._connection.register("waiting", waiting)
            casts = ", ".join(f'"{name}"::{each.split("::")[1]}' for name, each in zip(names, columns, strict=True))
            self._connection.execute(f"INSERT INTO {table} SELECT {casts} FROM waiting")  # noqa: S608
        self._waiting.clear()
        return self._connection

    def person(self, user_id: str, band: str | None, *, machine: bool = False) -> None:
        self._put("people", user_id, band, machine)

    def answer(self, name: str, user_id: str | None, at: str, items: Sequence[tuple[str, str, bool]]) -> None:
        """Items as (id, topic, exploration)."""
        self._served_at[name] = at
        self._put("answers", name, user_id, at, True)
        for place, (item_id, topic, exploration) in enumerate(items, 1):
            self._put("served", name, user_id, at, True, place, item_id, topic, exploration)

    def event(self, user_id: str, item_id: str, kind: str, at: str, answer: str | None = None) -> None:
        self._put("events", user_id, item_id, kind, POLARITY[kind], at)
        if answer is not None:
            told = (kind, POLARITY[kind], SIGNS[kind], at, self._served_at[answer])
            self._put("outcomes", answer, user_id, item_id, *told)

    def see(self, name: str, user_id: str, items: Sequence[tuple[str, str, bool]]) -> None:
        """Impressions of all items of an answer."""
        for item_id, _, _ in items:
            self.event(user_id, item_id, "impression", self._served_at[name], name)

    def control(self, user_id: str, action: str, at: str, subject: str | None = None) -> None:
        self._put("controls", user_id, action, subject, at)

    def _put(self, table: str, *values: Any) -> None:
        self._waiting[table].append(values)


@pytest.fixture
def log() -> Iterator[Log]:
    with duckdb.connect() as connection:
        yield Log(connection)


@pytest.fixture
def rows(log: Log) -> Callable[[str], dict[str, tuple[float, float]]]:
    """A measure's numerator and denominator by person, of the last quarter of 2026."""
    from app.insights.equity.measures import MEASURES  # noqa: PLC0415

    def read(name: str) -> dict[str, tuple[float, float]]:
        measure = next(each for each in MEASURES if each.name == name)
        bounds = {"first": "2026-10-01", "end": "2027-01-01"}
        return {user: (top, below) for user, top, below in log.connection.execute(measure.sql(), bounds).fetchall()}

    return read
