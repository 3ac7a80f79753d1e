"""The user state: decayed sums of the engage vectors of what a person engaged with and dismissed.

With a_k = w_k * 2^(-(now - t_k) / half_life), the sums over positive events are kept per topic:

    P_topic = sum a_k * engage[i_k]        m_topic = sum a_k

and likewise for negative events. Sums commute, so neither the order of delivery nor the moment of evaluation matters.
They are stored as of a reference time, the latest event's, because all of them decay by the same factor from there.

A person's embedding is a ratio of such sums. It is formed on a scale of the person's own, that of the newest evidence,
so that it is the same after a day and after ten thousand half-lives; only an explicit profile, which does not fade,
stands beside what is left in absolute terms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.config import Config
from models.kernels.sums import add_weighted

Vectors = NDArray[np.float32]
DAY_SECONDS = 86_400.0
_SHARE_DIGITS = 9


class Beta(Config):
    """How strongly negative events are subtracted from the user embedding, per block of the item vectors."""

    content: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    """Share of the negative sum that is subtracted in the content block."""

    behaviour: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """The same in the behaviour block, where to rate a thing at all is to engage with its kind."""


@dataclass(frozen=True, slots=True)
class Blend:
    """The constants of the user embedding in one vector space.

    Attributes:
        beta: float32 [d], how strongly negatives are subtracted in each dimension.
        beta_mass: how much of the negative mass counts in the denominator.
        gamma: mass of the explicit profile, in events of weight 1.
    """

    beta: NDArray[np.float32]
    beta_mass: float
    gamma: float

    @classmethod
    def build(cls, beta: Beta, gamma: float, content_dimension: int, dimension: int) -> Blend:
        """Spread the two betas over the blocks [0, content_dimension) and [content_dimension, dimension)."""
        spread = np.full(dimension, beta.behaviour, dtype=np.float32)
        spread[:content_dimension] = beta.content
        return cls(spread, max(beta.content, beta.behaviour), gamma)


@dataclass(frozen=True, slots=True)
class Engagements:
    """Events of one polarity, ready to be summed.

    Attributes:
        topics: int32 [n], topic of each event's item.
        vectors: float32 [m, d], engage vectors.
        weights: float32 [n], before decay, non-negative.
        times: float64 [n], seconds since 1970.
        places: int32 [n], which of the vectors is that of each event's item; None where each has its own.
    """

    topics: NDArray[np.int32]
    vectors: Vectors
    weights: NDArray[np.float32]
    times: NDArray[np.float64]
    places: NDArray[np.int32] | None = None

    @property
    def located(self) -> tuple[Vectors, NDArray[np.int32]]:
        """(float32 [m, d], which of them is that of each event's item)."""
        places = np.arange(len(self.topics), dtype=np.int32) if self.places is None else self.places
        return self.vectors.astype(np.float32, copy=False), places

    def weighty(self) -> Engagements:
        """Those with weight: one without adds nothing, and must not become the newest, beside which others vanish."""
        some = self.weights > 0
        if some.all():
            return self
        vectors, places = self.located
        return Engagements(self.topics[some], vectors, self.weights[some], self.times[some], places[some])


class DecayedSums:
    """Per-topic decayed sums of vectors and of mass.

    Attributes:
        reference: seconds since 1970 as of which the sums stand; -inf while empty.
        topics: int32 [k], ascending.
        vectors: float32 [k, d].
        masses: float64 [k].
    """

    __slots__ = ("_whole", "half_life", "masses", "reference", "topics", "vectors")

    def __init__(self, dimension: int, half_life: float) -> None:
        """`half_life` is in seconds."""
        self.half_life = half_life
        self.reference = -np.inf
        self.topics = np.empty(0, dtype=np.int32)
        self.vectors = np.empty((0, dimension), dtype=np.float32)
        self.masses = np.empty(0, dtype=np.float64)
        self._whole: tuple[Vectors, float] | None = None

    def add(self, events: Engagements) -> None:
        """Add events in any order; the result does not depend on how they are grouped or ordered."""
        events = events.weighty()
        if not len(events.times):
            return
        self._whole = None
        self._advance(float(events.times.max()))
        self._open(np.setdiff1d(events.topics, self.topics))
        slots = np.searchsorted(self.topics, events.topics)
        amounts = events.weights * decay(self.reference - events.times, self.half_life)
        add_weighted(self.vectors, slots, amounts.astype(np.float32), *events.located)
        np.add.at(self.masses, slots, amounts)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.topics.nbytes + self.vectors.nbytes + self.masses.nbytes

    def exponent(self, now: float) -> float:
        """log2 of what every sum has faded to at `now`, at most 0, so that nothing counts double; -inf if empty."""
        return min(0.0, (self.reference - now) / self.half_life)

    def total(self, now: float, scale: float = 0.0) -> tuple[Vectors, float]:
        """(float32 [d], mass) over all topics, as of `now`, divided by 2^scale; never more than at the reference."""
        factor = self._factor(now, scale)
        vector, mass = self.whole
        return vector * np.float32(factor), mass * factor

    def mass(self, now: float, scale: float = 0.0) -> float:
        """The mass alone."""
        return self.whole[1] * self._factor(now, scale)

    def _factor(self, now: float, scale: float) -> float:
        return float(np.exp2(min(0.0, self.exponent(now) - scale)))

    @property
    def whole(self) -> tuple[Vectors, float]:
        """(float32 [d], mass) over all topics, as of the reference; summed up once."""
        if self._whole is None:
            self._whole = self.vectors.sum(axis=0), float(self.masses.sum())
        return self._whole

    def _advance(self, time: float) -> None:
        if time <= self.reference:
            return
        if len(self.topics):
            factor = decay(time - self.reference, self.half_life)
            self.vectors *= np.float32(factor)
            self.masses *= factor
        self.reference = time

    def _open(self, new: NDArray[np.int32]) -> None:
        if not len(new):
            return
        places = np.searchsorted(self.topics, new)
        self.topics = np.insert(self.topics, places, new)
        self.vectors = np.insert(self.vectors, places, np.float32(0), axis=0)
        self.masses = np.insert(self.masses, places, 0.0)


class UserState:
    """What was learned of one person in one vector space: positive and negative decayed sums."""

    __slots__ = ("negative", "positive")

    def __init__(self, dimension: int, half_life_positive: float, half_life_negative: float) -> None:
        """Half-lives in seconds."""
        self.positive = DecayedSums(dimension, half_life_positive)
        self.negative = DecayedSums(dimension, half_life_negative)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self.positive.nbytes + self.negative.nbytes

    def embedding(self, now: float, blend: Blend, explicit: Vectors | None = None) -> Vectors:
        """The user embedding u(now), float32 [d]; zeros for a person of whom nothing is known.

        Args:
            now: seconds since 1970.
            blend: beta and gamma.
            explicit: float32 [d], vector of the explicit profile, if there is one.
        """
        scale = self.scale(now, blend, explicit is not None)
        liked, _ = self.positive.total(now, scale)
        disliked, _ = self.negative.total(now, scale)
        numerator = liked - blend.beta * disliked
        if explicit is not None:
            numerator = numerator + np.float32(blend.gamma) * explicit
        mass = self.mass(now, blend, explicit is not None)
        return np.asarray(numerator / mass if mass > 0 else numerator, dtype=np.float32)

    def mass(self, now: float, blend: Blend, has_explicit: bool) -> float:
        """The denominator of the user embedding: m+ + beta m- + gamma, on the person's scale."""
        scale = self.scale(now, blend, has_explicit)
        positive, negative = self.positive.mass(now, scale), self.negative.mass(now, scale)
        return positive + blend.beta_mass * negative + (blend.gamma if has_explicit else 0.0)

    def scale(self, now: float, blend: Blend, has_explicit: bool) -> float:
        """log2 of what the newest evidence has faded to at `now`; 0 beside an explicit profile that counts."""
        if has_explicit and blend.gamma > 0:
            return 0.0
        negative = self.negative.exponent(now) if blend.beta_mass > 0 else -np.inf
        newest = max(self.positive.exponent(now), negative)
        return newest if np.isfinite(newest) else 0.0


def decay(age: NDArray[np.float64] | float, half_life: float) -> NDArray[np.float64]:
    """2^(-age / half_life), ages and half-life in the same unit; ages below 0, of what is yet to come, count as 0."""
    return np.exp2(-np.maximum(np.asarray(age, dtype=np.float64), 0.0) / half_life)


def established_topics(topics: NDArray[np.int32], masses: NDArray[np.float64], share: float) -> NDArray[np.int32]:
    """The smallest set of topics that holds `share` of the mass, heaviest first; ties by topic number.

    Shares count to nine digits: masses that the same events sum up to in another order are the same.
    """
    total = masses.sum()
    if total <= 0:
        return np.empty(0, dtype=np.int32)
    shares = np.round(masses / total, _SHARE_DIGITS)
    order = np.lexsort((topics, -shares))
    count = int(np.searchsorted(np.cumsum(shares[order]), share - len(shares) * 10.0**-_SHARE_DIGITS)) + 1
    return topics[order[:count]]
