"""What settings are worth: how high what people took up next stands when items are ranked by similarity.

The whole catalogue is ranked but for what a person has met. Similarity is that of the service: the user embedding, with
negative events subtracted, and the index vectors, plus the neighbours, here by exact search.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from app.settings import Settings
from indexer.behaviour import LearnedVectors, Offer, join_vectors
from models.factors.learning import Behaviour, learn_behaviour
from models.interactions import Interactions
from models.metrics import hits_of, ndcgs
from models.user_state import DAY_SECONDS, Blend
from scripts.benchmarks.recall.top_k import EXCLUDED, top_k
from scripts.benchmarks.tuning.division import Division, Signals, TooFewEventsError

LISTED: Final = 20
"""How far down a ranking is looked."""

METRIC: Final = f"ndcg@{LISTED}"

_BLOCK_SCORES: Final = 1 << 25
"""Scores that are held at a time; a float32 each."""

_KEPT: Final = 2
"""Results of learning that are kept: what stands, and what is tried."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judge:
    """Tells what settings are worth to each person who is asked.

    Attributes:
        division: of the log.
        offer: the catalogue.
        encoder: fingerprint of the encoder of its contents.
    """

    division: Division
    offer: Offer
    encoder: str
    _kept: list[tuple[str, Behaviour]] = field(default_factory=list)

    def __call__(self, settings: Settings) -> Values:
        """float64 [people asked]: NDCG of each one's ranking.

        Raises:
            TooFewEventsError: nothing can be learned from what is known.
        """
        interactions = self.division.known.interactions(self._users, len(self.offer.content))
        behaviour = self._behaviour(interactions, settings)
        learned = join_vectors(
            self.offer.content, behaviour, len(interactions), self.encoder, settings.index.behaviour.content_share
        )
        people = np.arange(len(self.division.asked))
        block = max(1, _BLOCK_SCORES // max(len(self.offer.content), 1))
        parts = [self._ndcgs(people[start : start + block], learned, settings) for start in people[::block]]
        return np.concatenate(parts)

    @property
    def _users(self) -> int:
        return int(self.division.known.users.max(initial=-1)) + 1

    def _behaviour(self, interactions: Interactions, settings: Settings) -> Behaviour:
        """What is learned anew only where the settings of learning differ from those just tried."""
        factors = settings.index.behaviour.factors
        key = factors.model_dump_json()
        for known, behaviour in self._kept:
            if known == key:
                return behaviour
        offered = interactions.share_since(self.offer.since)
        learned = learn_behaviour(interactions, self.offer.content, factors, offered)
        if learned is None:
            raise TooFewEventsError(
                f"{len(interactions)} interactions remain to learn from, and behaviour is learned from "
                f"{factors.least_interactions} on"
            )
        self._kept[:] = [*self._kept[1 - _KEPT :], (key, learned)]
        return learned

    def _ndcgs(self, people: NDArray[np.int64], learned: LearnedVectors, settings: Settings) -> Values:
        told, owners = self._told(people)
        scores = _scores(told, owners, _Asked(self.division.moments[people], learned, settings))
        scores[owners, told.items] = EXCLUDED
        begin, end = self.division.offsets[people[0]], self.division.offsets[people[-1] + 1]
        offsets = self.division.offsets[people[0] : people[-1] + 2] - begin
        hits = hits_of(top_k(scores, LISTED), offsets, self.division.targets[begin:end])
        return ndcgs(hits, np.diff(offsets), LISTED)

    def _told(self, people: NDArray[np.int64]) -> tuple[Signals, NDArray[np.int64]]:
        """(what is known of some people, whose each event is, as a position among them)."""
        known, asked = self.division.known, self.division.asked[people]
        place = np.searchsorted(asked, known.users)
        mine = asked[np.minimum(place, len(asked) - 1)] == known.users
        return known.take(mine), place[mine]


@dataclass(frozen=True, slots=True)
class _Asked:
    moments: Values
    learned: LearnedVectors
    settings: Settings


def _scores(told: Signals, owners: NDArray[np.int64], asked: _Asked) -> NDArray[np.float32]:
    """float32 [people, items]; the user embedding's denominator is the same for all items and left out."""
    learned, space, user = asked.learned, asked.learned.space, asked.settings.query.user
    blend = Blend.build(user.beta, user.gamma, space.content_dimension, space.dimension)
    amounts = _amounts(told, owners, asked, blend)
    shape = (len(asked.moments), len(learned.index))

    def engaged(sign: int) -> sparse.csr_array:
        parts = np.maximum(sign * amounts, 0).astype(np.float32)
        return sparse.csr_array((parts, (owners, told.items)), shape=shape)

    liked, disliked = engaged(1), engaged(-1)
    embeddings = liked @ learned.engage - blend.beta * (disliked @ learned.engage)
    return np.asarray(embeddings @ learned.index.T + (liked @ learned.neighbours.matrix()).toarray(), dtype=np.float32)


def _amounts(told: Signals, owners: NDArray[np.int64], asked: _Asked, blend: Blend) -> Values:
    """float64 [events]: what is left of each weight, on the scale of what is left of the person's newest evidence."""
    events = asked.settings.events
    half_lives = np.where(told.weights > 0, events.half_life_positive_days, events.half_life_negative_days)
    exponents = (told.times - asked.moments[owners]) / (half_lives * DAY_SECONDS)
    counted = (told.weights > 0) | ((told.weights < 0) & (blend.beta_mass > 0))
    newest = np.full(len(asked.moments), -np.inf)
    np.maximum.at(newest, owners[counted], exponents[counted])
    return np.asarray(told.weights * np.exp2(np.minimum(exponents - newest[owners], 0.0)))
