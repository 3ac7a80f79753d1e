"""What can go wrong in the storage, apart from the database's own errors.

StorageError                   when the stores are opened
├── DatabaseInUseError         somebody else holds the database
├── StorageVersionError        the database's file is of a version that the installed DuckDB does not read
├── DatabaseDamagedError       the database's file is damaged
├── DatabaseCopyError          the file changed all the time while it was copied
├── MigrationError             the database's tables are not those that this version knows
└── EventTypesError            the log has had more event types than it has codes for

UnavailableError (app.errors)  when a write is submitted; the write has had no effect
├── WriterBusyError       503  too many writes are waiting
├── WriterClosedError     503  the stores are closed
├── DatabaseFailingError  503  PostgreSQL does not do what is asked; also when something is read
│   ├── DatabaseAwayError      503  it cannot be reached, or was lost on the way
│   ├── DatabaseReadOnlyError  503  it may not be written to
│   └── DatabaseFullError      503  it has no room
└── DiskProblemError      503  the disk is full, read-only or fails (app.disk); also when something is read
"""

from __future__ import annotations

from app.disk import DiskProblemError
from app.errors import UnavailableError


class StorageError(Exception):
    """The stores cannot be opened; the message says why, and what to do."""


class DatabaseInUseError(StorageError):
    """Another process, or another part of this one, holds the database."""


class StorageVersionError(StorageError):
    """The file was written by a newer DuckDB than the one that is installed, or by a very old one."""


class DatabaseCopyError(StorageError):
    """No consistent copy of the file could be taken."""


class DatabaseDamagedError(StorageError):
    """The file is not what was written; nothing of it was changed."""


class MigrationError(StorageError):
    """The tables were made by other migrations than those that this version of Penchant brings."""


class EventTypesError(StorageError):
    """No code is left for a further event type: every type that ever was in the log keeps its own."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(
            f"event type {name!r} cannot be declared: the log has had {most} types of that kind, the most that it can"
        )


class PersonChangingError(UnavailableError):
    """Others change a person faster than their events can be checked."""

    slug, title = "person-changing", "The person is being changed"

    def __init__(self) -> None:
        super().__init__("This person is being changed elsewhere. Try again.", headers={"Retry-After": "1"})


class WriterBusyError(UnavailableError):
    """The queue of waiting writes is full."""

    slug, title = "busy", "Too many writes are waiting"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} writes are waiting for the disk. Try again in a second.", headers={"Retry-After": "1"}
        )


class WriterClosedError(UnavailableError):
    """The stores are closed, or closing."""

    def __init__(self) -> None:
        super().__init__("The service is shutting down.")


class DatabaseFailingError(DiskProblemError):
    """A database server did not do what was asked of it; nothing was acknowledged.

    Like a disk that fails, and treated as one: what was on its way may have been stored all the same.
    """

    slug, title = "database-failing", "The database does not do what is asked of it"


class DatabaseAwayError(DatabaseFailingError):
    """It cannot be reached, or the connection was lost."""

    slug, title = "database-away", "The database cannot be reached"

    def __init__(self, place: str, said: str) -> None:
        super().__init__(
            f"{place} cannot be reached ({said}). Nothing of this request was acknowledged. "
            "The service goes on by itself once the database is there again.",
            retry_seconds=2,
        )


class DatabaseReadOnlyError(DatabaseFailingError):
    """It may not be written to: a standby, or somebody without the right."""

    slug, title = "database-read-only", "The database cannot be written to"

    def __init__(self, place: str, said: str) -> None:
        super().__init__(
            f"{place} cannot be written to ({said}). Name the primary in storage.url, or give its user the right to "
            "read and write all tables; the service goes on by itself then.",
            retry_seconds=5,
        )


class DatabaseFullError(DatabaseFailingError):
    """The server has no room left."""

    slug, title = "database-full", "The database is full"

    def __init__(self, place: str) -> None:
        super().__init__(
            f"{place} has no room left, on its disk or in its memory. Make room; the service goes on by itself then.",
            retry_seconds=30,
        )
