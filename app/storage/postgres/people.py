"""What concerns one person: one transaction, under the lock of their row in `people`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection

from app.storage.postgres.statements import statements

PEOPLE: Final = statements("people")


@contextmanager
def changing(connection: Connection[Any], *user_ids: str) -> Iterator[None]:
    """A transaction in which what is kept of some people changes; their rows are locked in one order everywhere."""
    with connection.transaction():
        for user_id in sorted(set(user_ids)):
            connection.execute(PEOPLE["change"], {"user": user_id})
        yield


@contextmanager
def deleting(connection: Connection[Any], user_id: str) -> Iterator[None]:
    """The same where something of a person goes: of who is not known nothing is written."""
    with connection.transaction():
        connection.execute(PEOPLE["change_known"], {"user": user_id})
        yield


def deleted(connection: Connection[Any], user_id: str, *statements: bytes) -> int:
    """Delete rows of a person; how many went."""
    with deleting(connection, user_id):
        return sum(connection.execute(each, {"user": user_id}).rowcount for each in statements)


def strings(texts: Collection[str] | None) -> list[str] | None:
    """A parameter that says which rows, or that all are meant."""
    return None if texts is None else list(texts)
