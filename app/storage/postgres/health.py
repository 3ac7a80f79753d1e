"""What a PostgreSQL server says of itself, before anything is made of it: nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg import Connection

from app.storage.log_span import LogSpan
from app.storage.postgres.database import parsed, place_of
from app.storage.postgres.problems import refusal_to_open

_TOLD: Final = """
SELECT current_setting('server_version'), to_regclass('events') IS NOT NULL, to_regclass('unfinished_move') IS NOT NULL,
    current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on',
    current_setting('synchronous_commit') <> 'off', pg_is_in_recovery(),
    current_setting('max_connections')::int, pg_database_size(current_database())
"""
_SPAN: Final = """
SELECT count(*), min(occurred_at) / 1e6::float8, max(occurred_at) / 1e6::float8 FROM events WHERE forgotten_by IS NULL
"""
_PATIENCE: Final = "SET statement_timeout = '10s'"


@dataclass(frozen=True, slots=True)
class Health:
    """How a server is.

    Attributes:
        place: where it is, without secrets.
        version: of the server.
        has_tables: whether Penchant's tables are there.
        is_unfinished: whether a move into it is.
        survives: whether what was written survives a crash of its machine.
        waits: whether a commit waits until it does.
        is_standby: whether it cannot be written to.
        connections: of everybody, at most.
        bytes: of the database.
        span: of the events that count; None where there are none, or to count them takes too long.
    """

    place: str
    version: str
    has_tables: bool
    is_unfinished: bool
    survives: bool
    waits: bool
    is_standby: bool
    connections: int
    bytes: int
    span: LogSpan | None


def health(url: str) -> Health:
    """How the server at an address is.

    Raises:
        StorageError: it cannot be reached; the message says what helps.
    """
    given = parsed(url)
    given.setdefault("connect_timeout", "5")
    place = place_of(given)
    try:
        with psycopg.connect(**given, autocommit=True) as connection:
            connection.execute(_PATIENCE)
            ((version, has_tables, *told),) = connection.execute(_TOLD).fetchall()
            told.append(_span(connection) if has_tables else None)
            return Health(place, version, has_tables, *told)
    except psycopg.Error as error:
        raise refusal_to_open(error, place) from None


def _span(connection: Connection[Any]) -> LogSpan | None:
    try:
        ((events, first, last),) = connection.execute(_SPAN).fetchall()
    except psycopg.errors.QueryCanceled:
        return None
    return LogSpan(events, *(datetime.fromtimestamp(each, UTC) for each in (first, last))) if events else None
