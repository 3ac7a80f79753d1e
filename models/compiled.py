"""Functions that are compiled to machine code when first called (numba), and kept compiled from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The same function as machine code that runs without the interpreter's lock.

    The code is kept beside the source, or in the user's cache; where neither can be written, it is made anew by each
    process.
    """
    try:
        kept = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        kept = numba.njit(nogil=True)(function)
    return cast("Function", kept)
