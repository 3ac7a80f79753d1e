"""One at a time in a folder, among threads and processes; a lock dies with who held it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Final

LOCK: Final = ".lock"


@contextmanager
def sole(folder: Path, refusal: Exception | None = None) -> Iterator[None]:
    """Hold a folder's lock; wait until whoever holds it lets go, or raise `refusal`, where there is one, at once."""
    with (folder / LOCK).open("w") as lock:
        try:
            flock(lock, LOCK_EX if refusal is None else LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise (refusal or error) from error
        yield
