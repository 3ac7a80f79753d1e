"""What follows what: counts of "a, and then b" over all users, weighted by how soon.

For every user in order of time, each pair (a, b) with b at most `window` steps after a adds decay^(steps - 1).
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from models.ids import Rows
from models.interactions import Interactions


def count_transitions(interactions: Interactions, decay: float, window: int) -> sparse.csr_array:
    """float32 [items, items]: entry (a, b) is the decayed count of "a, and then b", the diagonal is empty.

    Raises:
        UntimedError: the interactions have no times.
    """
    users, items = interactions.in_order()
    total = _at_distance(users, items, 1, interactions.items)
    for step in range(2, window + 1):
        total = total + _at_distance(users, items, step, interactions.items) * np.float32(decay ** (step - 1))
    return sparse.csr_array(total)


def _at_distance(users: Rows, items: Rows, step: int, size: int) -> sparse.csr_array:
    together = users[:-step] == users[step:]
    before, after = items[:-step][together], items[step:][together]
    ones = np.ones(len(before), dtype=np.float32)
    return sparse.csr_array((ones, (before, after)), shape=(size, size))
