"""Compiles loops over arrays with numba, once a machine: what was compiled is kept on disk beside the code."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar, cast

from numba import njit

_REORDERED: Final = {"contract", "nsz", "reassoc"}
"""Sums may be formed in any order, as by numpy's own products; NaN and infinities mean what they mean."""

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """The function, compiled when first called."""
    compiled = partial(njit, nogil=True, fastmath=_REORDERED, error_model="numpy")
    try:
        return cast(Function, compiled(cache=True)(function))
    except RuntimeError:  # neither beside the source nor in the user's cache can anything be kept
        return cast(Function, compiled()(function))
