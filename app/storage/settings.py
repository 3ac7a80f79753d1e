"""What can be set of the storage."""

from __future__ import annotations

from pydantic import Field, SecretStr

from models.config import Config


class StorageSettings(Config):
    """Where what may not be lost is kept, and the database's share of the machine."""

    url: SecretStr | None = None
    """URL of a PostgreSQL database, such as `postgresql://user:password@host:5432/penchant`, in which people, their
    events and the items' journal are kept; absent, they are kept in a DuckDB file in the data folder. Best given in the
    environment, as `PENCHANT_STORAGE__URL`. Needs `pip install penchant[postgres]`."""

    connections: int = Field(default=8, ge=2)
    """Connections of one process to PostgreSQL at most."""

    connect_seconds: int = Field(default=3, ge=1)
    """Seconds to wait for a connection to PostgreSQL, before a request is answered with 503."""

    threads: int = Field(default=2, ge=1)
    """Threads of DuckDB's own."""

    memory_mb: int = Field(default=1024, ge=64)
    """Megabytes that DuckDB may use; beyond that it writes to temporary files beside the database."""

    checkpoint_mb: int = Field(default=64, ge=1)
    """Megabytes of write-ahead log after which it is folded into the database file, while writes wait for it."""

    copy_from_events: int = Field(default=200_000, ge=0)
    """Events of the log from which a copy of it, sorted by person, is kept beside the database, so that a start need
    not read and sort the whole log."""

    least_free_mb: int = Field(default=512, ge=0)
    """Megabytes of the data folder's disk below which `/readyz` and `/admin/status` warn that it fills up."""

    waiting_writes: int = Field(default=10_000, ge=1)
    """Writes that may wait for the disk; further ones are refused until there is room."""
