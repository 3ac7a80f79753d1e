"""Memory that libraries keep for later use goes back to the machine."""

from __future__ import annotations

import ctypes
from contextlib import suppress

import pyarrow as pa


def give_back() -> None:
    """Return what Arrow and the C library hold without using it; after large work, of which it is a third or more."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # of another C library than glibc nothing is known
        ctypes.CDLL(None).malloc_trim(0)
