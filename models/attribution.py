"""Exact attribution: which events, and how much of them, a score consists of.

    score(u, j) = (sum_k c_kj + e_j) / sqrt(Q)      c_kj = contribution of event k, e_j = of the explicit profile

Q is the sum of the squared masses of all evidence, so that a score grows with the square root of agreeing evidence and
stays comparable between people with few and many events.

The label of an item must be a fact: leaving its evidence out has to lower the score. As the evidence is also in the
denominator, an event can have a share and yet pull the score down, so the drop is computed for every event:

    drop_kj = score - (sum_{l != k} c_lj + e_j) / sqrt(Q - q_k)

What a person does just now adds a second part, the session: sum_k s_kj with s_kj = p_k * x_kj, p_k = b_k / (1 + sum b).
Without event k it is (sum_l s_lj - s_kj) / (1 - p_k), since the b that are left are divided by less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
_NOTHING_LEFT = 1e-9


@dataclass(frozen=True, slots=True)
class Attribution:
    """What the personal part of n items' scores consists of.

    Attributes:
        contributions: float64 [k, n], c_kj before division; negative events contribute negatively.
        explicit: float64 [n], contribution of the explicit profile before division.
        squares: float64 [k], what each event adds to Q.
        explicit_square: what the explicit profile adds to Q.
        session: float64 [k, n], s_kj, the session's part of the score that each event carries; None without a session.
        session_parts: float64 [k], p_k, 0 for events outside the session; None without one.
    """

    contributions: Matrix
    explicit: NDArray[np.float64]
    squares: NDArray[np.float64]
    explicit_square: float
    session: Matrix | None = None
    session_parts: NDArray[np.float64] | None = None

    @property
    def square(self) -> float:
        """Q."""
        return float(self.squares.sum()) + self.explicit_square

    def scores(self) -> NDArray[np.float64]:
        """float64 [n]: the personal part of the score of each item."""
        return np.asarray(self._scaled(self._totals()) + self._session().sum(axis=0))

    def shares(self) -> Matrix:
        """float64 [k, n]: the part of the score that each event carries; with `explicit_shares` it sums up."""
        return self._scaled(self.contributions) + self._session()

    def explicit_shares(self) -> NDArray[np.float64]:
        """float64 [n]: the part of the score that the explicit profile carries."""
        return self._scaled(self.explicit)

    def drops(self) -> Matrix:
        """float64 [k, n]: how much each score falls when one event is left out; negative where it would rise."""
        rest = self.square - self.squares
        remains = rest > _NOTHING_LEFT * self.square
        scale = np.where(remains, 1 / np.sqrt(np.where(remains, rest, 1.0)), 0.0)
        long_term = self._scaled(self._totals()) - (self._totals() - self.contributions) * scale[:, None]
        return long_term + self._session_drops()

    def _session(self) -> Matrix:
        return np.zeros_like(self.contributions) if self.session is None else self.session

    def _session_drops(self) -> Matrix:
        session, whole = self._session(), self._session().sum(axis=0)
        parts = np.zeros(len(session)) if self.session_parts is None else self.session_parts
        return np.asarray(whole - (whole - session) / (1 - parts)[:, None])

    def _totals(self) -> NDArray[np.float64]:
        return np.asarray(self.contributions.sum(axis=0) + self.explicit)

    def _scaled(self, amounts: Matrix) -> NDArray[np.float64]:
        return amounts / np.sqrt(self.square) if self.square > 0 else np.zeros_like(amounts)
