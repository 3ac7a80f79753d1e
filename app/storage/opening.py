"""Opens the stores, in the database that the settings name."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from app.storage import duckdb
from app.storage.errors import StorageError
from app.storage.protocols import Stores
from app.storage.settings import StorageSettings


def open_stores(folder: Path, settings: StorageSettings | None = None) -> Stores:
    """The stores of a data folder: in PostgreSQL where a URL is set, or else in a DuckDB file in the folder.

    Whoever opens them has to close them.

    Raises:
        StorageError: the database cannot be opened; the message says why, and what helps.
        DiskProblemError: DuckDB's file cannot be read.
    """
    if settings is None or settings.url is None:
        return duckdb.open_stores(folder, settings)
    if find_spec("psycopg") is None or find_spec("psycopg_pool") is None:
        raise StorageError("storage.url names a PostgreSQL database, which needs `pip install 'penchant[postgres]'`")
    from app.storage.postgres import stores  # noqa: PLC0415 - an extra

    return stores.open_stores(settings.url.get_secret_value(), folder, settings)
