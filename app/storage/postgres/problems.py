"""What a PostgreSQL server says, as errors that tell what is the matter and what helps; never with a password."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout

from app.storage.errors import (
    DatabaseAwayError,
    DatabaseFailingError,
    DatabaseFullError,
    DatabaseReadOnlyError,
    StorageError,
)

_PASSWORD: Final = ("password authentication failed", "no password supplied", "no pg_hba.conf entry")
_NO_DATABASE: Final = ('database "', "does not exist")
_RETRIED: Final = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)


def problem_of(error: Exception, place: str) -> DatabaseFailingError | None:
    """What an error says of the server; None where it is about something else.

    Args:
        error: of psycopg or its pool.
        place: where the database is, without secrets.
    """
    if isinstance(error, DatabaseFailingError):
        return error
    if isinstance(error, (errors.DiskFull, errors.OutOfMemory, errors.ConfigurationLimitExceeded)):
        return DatabaseFullError(place)
    if isinstance(error, (errors.ReadOnlySqlTransaction, errors.InsufficientPrivilege)):
        return DatabaseReadOnlyError(place, _said(error))
    if isinstance(error, (psycopg.OperationalError, PoolTimeout, psycopg.InterfaceError)):
        return DatabaseAwayError(place, _said(error))
    return None


def passing(error: Exception) -> bool:
    """Whether the same may succeed at once when it is tried again: two transactions were in each other's way."""
    return isinstance(error, _RETRIED)


def refusal_to_open(error: Exception, place: str) -> StorageError:
    """Why the database cannot be opened, and what helps."""
    said = _said(error)
    if any(each in said for each in _PASSWORD):
        return StorageError(f"{place} refuses the user or the password of storage.url: {said}")
    if all(each in said for each in _NO_DATABASE):
        return StorageError(f"{place} does not exist: make it with `createdb`, or name another one in storage.url")
    if isinstance(error, errors.InsufficientPrivilege):
        return StorageError(f"{place} lets its user make no tables: {said}. Let the user own the database")
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return StorageError(f"{place} cannot be reached: {said}. Start the server, or correct storage.url")
    return StorageError(f"{place} cannot be brought up to date: {said}")


def _said(error: Exception) -> str:
    """The first line of what the server says; libpq names host, user and database there, and no password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
