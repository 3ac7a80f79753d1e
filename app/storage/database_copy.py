"""A copy of a database's file that is consistent though a service writes to it."""

from __future__ import annotations

import shutil
from pathlib import Path
from time import sleep
from typing import Final

from app.storage.errors import DatabaseCopyError

_HEADERS: Final = 3 * 4096
"""Bytes at the beginning of a file that say which of its blocks count; DuckDB writes them last."""
_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.2


def copy_database(path: Path, folder: Path) -> Path:
    """Copy a database's file and its write-ahead log into a folder; where the copy is.

    A checkpoint writes blocks that are free, then the headers that name them, and then lets go of the log. So while the
    headers stay as they are, what they name does too, and the log only grows; where they changed, it is tried again.

    Raises:
        DatabaseCopyError: it was rewritten all the time.
        OSError: there is no room, or nothing to read.
    """
    copy, log = folder / path.name, path.with_name(f"{path.name}.wal")
    for _ in range(_TRIES):
        headers = _headers(path)
        shutil.copyfile(path, copy)
        try:
            shutil.copyfile(log, copy.with_name(f"{copy.name}.wal"))
        except FileNotFoundError:
            copy.with_name(f"{copy.name}.wal").unlink(missing_ok=True)
        if headers == _headers(copy) == _headers(path):
            return copy
        sleep(_PAUSE_SECONDS)
    raise DatabaseCopyError(
        f"{path} changed each of {_TRIES} times while it was copied: try again, or stop the service"
    )


def _headers(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADERS)
