"""Memory that libraries keep for later use goes back to the machine."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import ModuleType
from typing import Final

import pyarrow as pa

_ARENA_MAX: Final = -8
"""Of glibc's mallopt."""
_ARENAS: Final = 2


def hold_little() -> None:
    """For a process that serves for long: few arenas, each of which keeps what it once held, and no pandas.

    Arrow imports pandas wherever it is installed, to see whether it was handed any: 30 MB for what never comes up here.
    """
    sys.meta_path.insert(0, _WithoutPandas())
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


class _WithoutPandas:
    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:  # noqa: ARG004 - as importers are called
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def give_back() -> None:
    """Return what Arrow and the C library hold without using it; after large work, of which it is a third or more."""
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # of another C library than glibc nothing is known
        ctypes.CDLL(None).malloc_trim(0)
