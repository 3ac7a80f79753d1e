"""Compiles loops over arrays with numba, once a machine: what was compiled is kept on disk beside the code.

Kernels call functions of other files, whose code is compiled into theirs. numba alone would look at a kernel's own file
to tell whether what was kept is of this source; here the sources of all kernels are looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Final, TypeVar, cast

import numba
from numba import njit
from numba.core.caching import InTreeCacheLocator, UserProvidedCacheLocator, UserWideCacheLocator

from models import counterfactual

_REORDERED: Final = {"contract", "nsz", "reassoc"}
"""Sums may be formed in any order, as by numpy's own products; NaN and infinities mean what they mean."""

Function = TypeVar("Function", bound=Callable[..., object])


@cache
def source_stamp() -> str:
    """Digest of all that may be compiled into a kernel: the files of this folder, and whose constants they read."""
    sources = [*sorted(Path(__file__).parent.glob("*.py")), Path(counterfactual.__file__)]
    return hashlib.sha256(b"\0".join(each.read_bytes() for each in sources)).hexdigest()


class _OfAllKernels:
    def get_source_stamp(self) -> str:
        return source_stamp()


class Provided(_OfAllKernels, UserProvidedCacheLocator):  # type: ignore[misc] # numba has no types there
    """In the folder that `NUMBA_CACHE_DIR` names."""


class InTree(_OfAllKernels, InTreeCacheLocator):  # type: ignore[misc]
    """Beside the source."""


class UserWide(_OfAllKernels, UserWideCacheLocator):  # type: ignore[misc]
    """In the account's cache, where nothing can be written beside the source."""


_LOCATORS: Final = ",".join(f"{__name__}.{each.__name__}" for each in (Provided, InTree, UserWide))
_COMPILED: Final = partial(njit, nogil=True, fastmath=_REORDERED, error_model="numpy", no_cfunc_wrapper=True)


def kernel(function: Function) -> Function:
    """The function, compiled when first called."""
    others, numba.config.CACHE_LOCATOR_CLASSES = numba.config.CACHE_LOCATOR_CLASSES, _LOCATORS
    try:
        return cast(Function, _COMPILED(cache=True)(function))
    except RuntimeError:  # neither beside the source nor in the user's cache can anything be kept
        return cast(Function, _COMPILED()(function))
    finally:
        numba.config.CACHE_LOCATOR_CLASSES = others  # what others compile is no business of this file
