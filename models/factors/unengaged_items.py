"""What it says of an item that nobody engaged with it: much if it was on offer for long, nothing if it is new.

The rates at which items are engaged with differ: let them be drawn from a gamma distribution of mean m and variance v,
and let k of the log's interactions be with an item that was on offer during a share E of the log. Given k = 0, the
expected rate is the mean divided by 1 + E v / m. Mean and variance are found by moments: m = sum k / sum E, and
v + m^2 = sum k (k - 1) / sum E^2, since counts are drawn from a Poisson distribution of mean rate times E.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def promise_of_silence(degrees: NDArray[np.int64], offered: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 [n], in (0, 1]: expected engagement with each item if nobody engaged with it so far, 1 a new item's.

    Args:
        degrees: int64 [n], interactions with each item.
        offered: float32 [n], share of all interactions that happened while the item was on offer.
    """
    share = offered.astype(np.float64)
    counts = np.where(share > 0, degrees, 0).astype(np.float64)
    mean = counts.sum() / max(share.sum(), 1e-300)
    square = (counts * (counts - 1)).sum() / max(np.square(share).sum(), 1e-300)
    excess = max(square - mean**2, 0.0) / mean if mean > 0 else 0.0
    return (1.0 / (1.0 + share * excess)).astype(np.float32)
