"""Tables of the views' names, filled row by row, in place of what a service logs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import duckdb
import pytest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = """
CREATE TABLE answers (recommendation_id TEXT, user_id TEXT, served_at TIMESTAMP, machine BOOL, floors_missed TEXT[]);
CREATE TABLE served (recommendation_id TEXT, user_id TEXT, served_at TIMESTAMP, machine BOOL, topic TEXT);
CREATE TABLE outcomes (recommendation_id TEXT, user_id TEXT, item_id TEXT, polarity INT, occurred_at TIMESTAMP);
CREATE TABLE people (user_id TEXT, machine BOOL);
CREATE TABLE controls (user_id TEXT, action TEXT, "at" TIMESTAMP);
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute(TABLES)
        yield opened


@pytest.fixture
def reading(connection) -> Callable[..., object]:
    """The views as `Watched.reading` gives them."""

    @contextmanager
    def read(_first, _last):
        with connection.cursor() as opened:
            yield opened

    return read
