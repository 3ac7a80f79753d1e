"""What a command says of a failure that its caller can mend: path, reason and mend in a line, and no traceback."""

from __future__ import annotations

import errno
from typing import Final

import httpx

from app.access.keyfile import KeyFileError
from app.errors import PenchantError
from app.storage.errors import StorageError
from indexer.snapshot_files import SnapshotError

_KNOWN: Final = (PenchantError, StorageError, SnapshotError, KeyFileError)
_MENDS: Final = {
    errno.ENOENT: "make it, or name another",
    errno.ENOTDIR: "a file stands where a folder is wanted: move it, or name another folder (PENCHANT_DATA_DIR)",
    errno.EEXIST: "a file stands where a folder is wanted: move it, or name another folder (PENCHANT_DATA_DIR)",
    errno.EISDIR: "a folder stands where a file is wanted: name the file",
    errno.EACCES: "give the account that runs this the right to it",
    errno.EPERM: "give the account that runs this the right to it",
    errno.EROFS: "mount it for writing, or name another folder",
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.EADDRINUSE: "end what listens there, or take another port (PENCHANT_HTTP__PORT)",
}


def account_of(error: Exception) -> str | None:
    """The line; None of what is no such failure."""
    if isinstance(error, OSError) and error.strerror:
        named = f"{error.filename}: " if error.filename is not None else ""
        mend = _MENDS.get(error.errno or 0)
        return f"{named}{error.strerror}{f'; {mend}' if mend else ''}"
    if isinstance(error, httpx.TransportError):
        return f"the service cannot be reached ({error}): start it with `penchant serve`, or name another with --url"
    return str(error) if isinstance(error, _KNOWN) else None
