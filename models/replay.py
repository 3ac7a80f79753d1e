"""Every person's decayed sums from the whole log, in one vectorised pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from models.columns import LiveColumn
from models.ids import Rows
from models.user_state import DecayedSums, decay

_TOPICS = np.int64(1) << 32
"""More than any number of topics: user and topic make one key."""


@dataclass(frozen=True, slots=True)
class EngagementLog:
    """Events of one polarity of many people, in any order.

    Attributes:
        users: int32 [n], numbered from 0.
        rows: int32 [n], items.
        topics: int32 [n], topics of these items.
        weights: float32 [n], before decay.
        times: float64 [n], seconds since 1970.
    """

    users: NDArray[np.int32]
    rows: Rows
    topics: NDArray[np.int32]
    weights: NDArray[np.float32]
    times: NDArray[np.float64]

    def where(self, mask: NDArray[np.bool_]) -> EngagementLog:
        """The events for which `mask` holds."""
        return EngagementLog(self.users[mask], self.rows[mask], self.topics[mask], self.weights[mask], self.times[mask])


def replay_sums(log: EngagementLog, engage: LiveColumn[np.float32], half_life: float) -> dict[int, DecayedSums]:
    """By user, the sums that adding every event to a `DecayedSums` gives; users without any of weight are left out.

    The sums of all (user, topic) pairs are one product of a sparse [pairs, items] matrix with the engage vectors.
    """
    log = log.where(log.weights > 0)
    if not len(log.rows):
        return {}
    latest: NDArray[np.float64] = np.full(int(log.users.max()) + 1, -np.inf)
    np.maximum.at(latest, log.users, log.times)
    amounts: NDArray[np.float64] = log.weights * decay(latest[log.users] - log.times, half_life)
    pairs, pair = np.unique(log.users * _TOPICS + log.topics, return_inverse=True)
    vectors = _summed(pair, amounts, log.rows, engage)
    masses = np.bincount(pair, weights=amounts, minlength=len(pairs)).astype(np.float64)
    users, starts = np.unique(pairs // _TOPICS, return_index=True)
    ends = np.append(starts[1:], len(pairs))
    topics = (pairs % _TOPICS).astype(np.int32)
    sums: dict[int, DecayedSums] = {}
    for user, start, end in zip(users.tolist(), starts, ends, strict=True):
        sums[user] = DecayedSums(vectors.shape[1], half_life)
        sums[user].reference = float(latest[user])
        sums[user].topics, sums[user].masses = topics[start:end], masses[start:end]
        sums[user].vectors = vectors[start:end]
    return sums


def _summed(
    pair: NDArray[np.intp], amounts: NDArray[np.float64], rows: Rows, engage: LiveColumn[np.float32]
) -> NDArray[np.float32]:
    """float32 [pairs, d]: for each pair the sum of amount times engage vector."""
    total = np.zeros((int(pair.max()) + 1, engage.base.shape[1]), dtype=np.float32)
    for part, start in ((engage.base, 0), (engage.tail, len(engage.base))):
        here = (rows >= start) & (rows < start + len(part))
        cells = (amounts[here].astype(np.float32), (pair[here], rows[here] - start))
        total += csr_matrix(cells, shape=(len(total), len(part))) @ part
    return total
