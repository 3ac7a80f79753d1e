"""Numbered migrations: brings the tables of a database to the form that this version of Penchant knows.

A migration is a file `NNNN_name.sql` in `migrations/`, applied once, in order, in a transaction of its own, and never
changed afterwards: a database remembers the checksum of each one that made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from duckdb import DuckDBPyConnection

from app.storage.errors import MigrationError

_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name VARCHAR NOT NULL,
    checksum VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT (make_timestamp(epoch_us(now())))
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its file's name without the suffix, and its SQL."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the SQL, in hexadecimal."""
        return sha256(self.sql.encode()).hexdigest()


def shipped(folder: Traversable | None = None) -> list[Migration]:
    """The migrations of this version, in order; read from `folder` if it is given."""
    folder = folder or files("app.storage").joinpath("migrations")
    scripts = (file for file in folder.iterdir() if file.name.endswith(".sql"))
    found = [Migration(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in scripts]
    return sorted(found, key=lambda migration: migration.name)


def migrate(connection: DuckDBPyConnection, migrations: Iterable[Migration]) -> list[str]:
    """Apply those of the ordered `migrations` that the database has not seen; the names of those applied.

    Raises:
        MigrationError: the database has seen one that is not here, or that reads differently here.
    """
    connection.execute(_LEDGER)
    applied = dict(connection.execute("SELECT name, checksum FROM schema_migrations ORDER BY name").fetchall())
    ordered = list(migrations)
    check(applied, ordered)
    pending = [migration for migration in ordered if migration.name not in applied]
    for migration in pending:
        _apply(connection, migration)
    return [migration.name for migration in pending]


def check(applied: Mapping[str, str], migrations: Iterable[Migration]) -> None:
    """See to it that a database was made by these migrations, or by the first of them.

    Args:
        applied: checksum by name of those that it has seen.
        migrations: of this version.

    Raises:
        MigrationError: it has seen one that is not here, or that reads differently here.
    """
    known = {migration.name: migration.checksum for migration in migrations}
    if unknown := sorted(applied.keys() - known.keys()):
        raise MigrationError(
            f"the database was made by a newer version of Penchant, with {', '.join(unknown)}: "
            "install that version again, or restore a copy of the database from before"
        )
    if changed := sorted(name for name, checksum in applied.items() if known[name] != checksum):
        raise MigrationError(
            f"the database was made by other SQL than {', '.join(changed)} now holds: "
            "restore the file; what is to be changed in the tables belongs into a new migration"
        )


def _apply(connection: DuckDBPyConnection, migration: Migration) -> None:
    connection.begin()
    try:
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", [migration.name, migration.checksum]
        )
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
