"""What the disk refuses, as an answer to whoever wanted to write: 503 with the reason, the path and what helps."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path
from typing import Final

from app.errors import UnavailableError

_FULL: Final = re.compile("|".join(os.strerror(each) for each in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)))
_REFUSED: Final = re.compile("|".join(os.strerror(each) for each in (errno.EROFS, errno.EACCES, errno.EPERM)))
_FAILED: Final = re.compile(
    rf"{os.strerror(errno.EIO)}|Could not (?:write|read|fsync|open|sync|truncate|move|seek)|fsync failed"
    r"|has been invalidated|already closed|Corrupt database file",
    re.IGNORECASE,
)
_KINDS: Final = {
    "Error",
    "IOException",
    "TransactionException",
    "FatalException",
    "ConnectionException",
    "InternalException",
}
"""Of the database's errors; others may quote what somebody sent."""
_NUMBERS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}


class DiskProblemError(UnavailableError):
    """The disk did not do what was asked of it; nothing was acknowledged."""

    slug, title = "disk-failing", "The disk does not do what is asked of it"

    def __init__(self, detail: str, retry_seconds: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_seconds)})


class DiskFullError(DiskProblemError):
    """There is no room left, or no more is allowed."""

    slug, title = "disk-full", "The disk is full"


class DiskReadOnlyError(DiskProblemError):
    """The service may not write there."""

    slug, title = "disk-read-only", "The disk cannot be written to"


def disk_problem(error: BaseException, folder: Path) -> DiskProblemError | None:
    """What an error says of the disk; None where it is about something else.

    Args:
        error: of the database, whose errors have a text only, or of the system.
        folder: which is written to.
    """
    if isinstance(error, DiskProblemError):
        return error
    of_disk = error.errno in _NUMBERS if isinstance(error, OSError) else type(error).__name__ in _KINDS
    return _problem(str(error), folder) if of_disk else None


def _problem(said: str, folder: Path) -> DiskProblemError | None:
    if _FULL.search(said):
        free = f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB"
        return DiskFullError(
            f"Nothing more can be written to {folder}: the disk or a quota is full ({free} of the disk are free). "
            "Make room; the service goes on by itself then.",
            retry_seconds=30,
        )
    if _REFUSED.search(said):
        return DiskReadOnlyError(
            f"{folder} cannot be written to: the file system is read-only, or the service may not write there. "
            "Mount it for writing, or give the service the right; it goes on by itself then.",
            retry_seconds=30,
        )
    return _failing(said, folder) if _FAILED.search(said) else None


def _failing(said: str, folder: Path) -> DiskProblemError:
    reason = said.splitlines()[0].removeprefix("FATAL Error: ").removeprefix("TransactionContext Error: ")
    return DiskProblemError(
        f"The disk under {folder} fails ({reason}). Nothing of this request was acknowledged. "
        "The service tries again by itself; if this goes on, look at the system's log.",
        retry_seconds=2,
    )
