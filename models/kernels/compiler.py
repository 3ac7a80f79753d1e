"""Compiles loops over arrays with numba, once a machine: what was compiled is kept on disk beside the code.

Without numba there is nothing to compile with, and callers take the same arithmetic in numpy: slower, and the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Final, TypeVar, cast

COMPILED: Final = find_spec("numba") is not None
"""Whether kernels are compiled; without that they would be loops in Python, and are not to be called."""
_REORDERED: Final = {"contract", "nsz", "reassoc"}
"""Sums may be formed in any order, as by numpy's own products; NaN and infinities mean what they mean."""

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """The function, compiled when first called, or as it is where nothing compiles."""
    if not COMPILED:
        return function
    from numba import njit  # noqa: PLC0415 - where it is installed

    compiled = partial(njit, nogil=True, fastmath=_REORDERED, error_model="numpy")
    try:
        return cast(Function, compiled(cache=True)(function))
    except RuntimeError:  # neither beside the source nor in the user's cache can anything be kept
        return cast(Function, compiled()(function))
