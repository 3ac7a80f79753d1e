"""What is to be said of the PostgreSQL database, where people are kept in one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

from app.doctor.finding import Finding, look, ok, wrong
from app.doctor.fit import of_log
from app.settings import Settings
from app.storage.database import FILE_NAME
from app.storage.errors import StorageError

if TYPE_CHECKING:
    from app.storage.postgres.health import Health


def of_database(settings: Settings) -> Iterator[Finding]:
    """Whether it can be reached, is whole, and keeps what it is given; nothing where `storage.url` is not set."""
    if settings.storage.url is None:
        return
    if find_spec("psycopg") is None:
        yield wrong(
            "database", "storage.url names PostgreSQL, for which a part is missing", "pip install 'penchant[postgres]'"
        )
        return
    from app.storage.postgres.health import health  # noqa: PLC0415 - an extra

    try:
        found = health(settings.storage.url.get_secret_value())
    except StorageError as error:
        yield wrong("database", str(error), "as it says")
    else:
        yield from _of_server(found, settings)
        yield from of_log(found.span, settings)
    left = settings.data_dir / FILE_NAME
    if left.exists():
        said = f"{left} is from before the move: it holds people's data, and erasures do not reach it"
        yield look("database", said, f"delete it and {left.name}.wal once all is well")


def _of_server(found: Health, settings: Settings) -> Iterator[Finding]:
    said = f"{found.place} is PostgreSQL {found.version}, {found.bytes / 1e6:,.0f} MB"
    if found.is_unfinished:
        yield wrong("database", f"{found.place} holds an unfinished move", "penchant migrate, again")
    elif found.is_standby:
        yield wrong("database", f"{found.place} is a standby", "name the primary in storage.url")
    elif not found.has_tables:
        yield look("database", f"{said}, without any table of ours", "the first start makes them; or penchant migrate")
    else:
        yield ok("database", said)
    if not found.survives:
        yield wrong("database", "fsync or full_page_writes is off: a crash may lose everything", "switch them on")
    if not found.waits:
        yield look("database", "synchronous_commit is off: a crash loses what was just acknowledged", "switch it on")
    if found.connections <= settings.storage.connections:
        said = (
            f"it takes {found.connections} connections, and one process of the service {settings.storage.connections}"
        )
        yield look("database", said, "raise max_connections, lower storage.connections, or put pgbouncer before it")
