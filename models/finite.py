"""Numbers that are not finite: refused where vectors are learned, counted where answers are made, never passed over.

Whatever runs into one while answering leaves it out, counts it by name, and warns. Tests take every warning for an
error, so that none of this happens there unseen.
"""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np
from numpy.typing import NDArray


class NotFiniteError(ArithmeticError):
    """A computation gave what is no finite number."""


class NotFiniteWarning(RuntimeWarning):
    """The same while answering, where it is left out and counted."""


def require_finite(**arrays: NDArray[np.floating]) -> None:
    """Check arrays by name.

    Raises:
        NotFiniteError: one holds NaN or an infinity; the message names it and says how many.
    """
    for name, values in arrays.items():
        wrong = values.size - int(np.isfinite(values).sum())
        if wrong:
            raise NotFiniteError(f"{wrong} of {values.size} numbers in {name} are not finite")


class NumericFaults:
    """Counts of what was not finite, by name."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def counts(self) -> dict[str, int]:
        """How many numbers of each name were left out; empty while nothing is the matter."""
        return dict(self._counts)

    def leave_out(self, name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """The values, 0 in place of those that are not finite, which are counted and warned of."""
        finite = np.isfinite(values)
        if finite.all():
            return values
        wrong = int((~finite).sum())
        self._counts[name] += wrong
        warnings.warn(f"{wrong} numbers of {name} are not finite and were left out", NotFiniteWarning, stacklevel=2)
        return np.where(finite, values, np.float32(0))
