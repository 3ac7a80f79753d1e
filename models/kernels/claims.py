"""Whether claims hold: scores of candidates without sets of a person's events, as far as ranks have to be known.

models/counterfactual.py says what is computed. A claim about an item holds if without its evidence the item's score
falls and more candidates than before stand above it. These are counted from the best down, no further than it takes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.counterfactual import NOTHING_LEFT
from models.kernels.compiler import kernel
from models.kernels.likeness import inner

Codes = NDArray[np.int32]
Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]

NOTICEABLE = 1e-6
"""Least fall of a score, relative to it, that is more than rounding."""
NEAR_TIE = 1e-5
"""Difference of two scores, relative to the item's, by which single precision may order them either way."""


class Engaged(NamedTuple):
    """A person's k positive events.

    Attributes:
        topics: of their items.
        formats: likewise; -1 for none.
        amounts: decayed weights.
        shares: p_k, of the interest in the topic.
        now: b_k, of the session.
        vectors: engage vectors, float32 [k, d].
        starts: int64 [k + 1], where the links of each event begin.
        linked: position of the candidate that each link leads to, -1 for none.
        strengths: float32, weight of each link.
    """

    topics: Codes
    formats: Codes
    amounts: Values
    shares: Values
    now: Values
    vectors: Vectors
    starts: Numbers
    linked: Codes
    strengths: Vectors


class Scored(NamedTuple):
    """n candidates, best first.

    Attributes:
        topics: of their items.
        formats: likewise; -1 for none.
        vectors: index vectors, float32 [rows, d].
        places: int32 [n], the row of each.
        parts: float64 [n, 4], of each score: long term, interest, session and what rests on no evidence.
        factors: by which a positive score is multiplied.
    """

    topics: Codes
    formats: Codes
    vectors: Vectors
    places: Codes
    parts: Values
    factors: Values


class Constants(NamedTuple):
    """Weights of the terms similarity, format, interest and session; width of the content block; Q."""

    similarity: float
    format: float
    interest: float
    session: float
    width: int
    square: float


_NOTHING = (np.zeros(0, np.float32), 0.0)
"""The profile of who states nothing."""


@kernel
def finished(total: float, factor: float) -> float:
    """A score, from the sum of its terms."""
    return total * factor if total > 0 else total


@kernel
def hold(
    engaged: Engaged,
    scored: Scored,
    constants: Constants,
    sets: tuple[Numbers, Numbers],
    profile: tuple[Vectors, float],
    about: tuple[Numbers, Numbers],
) -> NDArray[np.bool_]:
    """bool [m]: whether each claim holds.

    Args:
        engaged: the events.
        scored: the candidates.
        constants: of the score.
        sets: where each set begins, int64 [sets + 1], and its events.
        profile: vector of the explicit profile times its mass, and that mass; it is the set behind all others.
        about: set and position of the candidate of each claim, int64 [m].
    """
    whole, without = _whole(scored), np.empty(len(scored.factors))
    topic_of, formats = _groups(engaged, scored)
    held, order = np.zeros(len(about[0]), np.bool_), np.argsort(about[0], kind="mergesort")
    for first in range(len(order)):
        number = about[0][order[first]]
        if first and number == about[0][order[first - 1]]:
            continue
        behind = number + 1 == len(sets[0])
        members = sets[1][:0] if behind else sets[1][sets[0][number] : sets[0][number + 1]]
        lost = _sum_up(engaged, members, constants, profile if behind else _NOTHING, (topic_of, formats))
        linked = _linked(engaged, members, len(whole))
        known = 0
        for claim in order[first:]:
            if about[0][claim] != number:
                break
            now, position = whole[about[1][claim]], about[1][claim]
            then = _without(position, lost, (topic_of, formats, linked), scored, constants)
            size = max(1.0, abs(now))
            if not now - then > NOTICEABLE * size:
                continue
            above = -1
            for item in range(len(whole)):
                above += whole[item] >= now - NEAR_TIE * size
            for item in range(len(whole)):
                if item == known:
                    without[item] = _without(item, lost, (topic_of, formats, linked), scored, constants)
                    known += 1
                above -= without[item] > then + NEAR_TIE * size
                if above < 0:
                    held[claim] = True
                    break
    return held


@kernel
def carry(
    engaged: Engaged,
    items: Codes,
    scored: Scored,
    constants: Constants,
    named: tuple[Numbers, Numbers],
) -> NDArray[np.bool_]:
    """bool [m]: whether a candidate's score falls without all that a person did with the item of one event.

    Args:
        engaged: the events.
        items: int32 [k], their items.
        scored: the candidates.
        constants: of the score.
        named: event and position of the candidate, int64 [m].
    """
    topic_of, formats = _groups(engaged, scored)
    falls = np.zeros(len(named[0]), np.bool_)
    for number in range(len(falls)):
        members, position = np.flatnonzero(items == items[named[0][number]]), named[1][number]
        lost = _sum_up(engaged, members, constants, _NOTHING, (topic_of, formats))
        linked = _linked(engaged, members, len(scored.factors))
        then = _without(position, lost, (topic_of, formats, linked), scored, constants)
        falls[number] = then < finished(scored.parts[position].sum(), scored.factors[position])
    return falls


@kernel
def _whole(scored: Scored) -> Values:
    whole = np.empty(len(scored.factors))
    for item in range(len(whole)):
        whole[item] = finished(scored.parts[item].sum(), scored.factors[item])
    return whole


@kernel
def _groups(engaged: Engaged, scored: Scored) -> tuple[Numbers, Values]:
    """A place for each topic, and one for each format."""
    topics, formats = scored.topics.max(), scored.formats.max()
    if len(engaged.topics):
        topics, formats = max(topics, engaged.topics.max()), max(formats, engaged.formats.max())
    return np.full(topics + 1, -1), np.zeros(formats + 2)


class Lost(NamedTuple):
    """What a set of events takes with it: sums over them, of their interests one row a topic."""

    long_term: Vectors
    session: Vectors
    interests: Vectors
    shares: Values
    square: float
    now: float


@kernel
def _sum_up(
    engaged: Engaged,
    members: Numbers,
    constants: Constants,
    profile: tuple[Vectors, float],
    groups: tuple[Numbers, Values],
) -> Lost:
    """The sums over a set, to which a profile is added.

    Of `groups` the first one gets the row of each topic, -1 for none, and the second one the mass of each format.
    """
    topic_of, formats = groups
    topic_of[:], formats[:] = -1, 0.0
    rows = 0
    for event in members:
        if topic_of[engaged.topics[event]] < 0:
            topic_of[engaged.topics[event]] = rows
            rows += 1
    long_term, session = np.zeros(engaged.vectors.shape[1], np.float32), np.zeros(engaged.vectors.shape[1], np.float32)
    long_term[: len(profile[0])] = profile[0]
    interests, shares = np.zeros((rows, constants.width), np.float32), np.zeros(rows)
    square, now = profile[1], 0.0
    for event in members:
        amount, row, vector = engaged.amounts[event], topic_of[engaged.topics[event]], engaged.vectors[event]
        _add(long_term, vector, np.float32(amount), len(vector))
        _add(interests[row], vector, np.float32(engaged.shares[event]), constants.width)
        if engaged.now[event] > 0:
            _add(session, vector, np.float32(engaged.now[event]), len(vector))
            now += engaged.now[event]
        square += amount * amount
        shares[row] += engaged.shares[event]
        if engaged.formats[event] >= 0:
            formats[engaged.formats[event]] += amount
    return Lost(long_term, session, interests, shares, square, now)


@kernel
def _linked(engaged: Engaged, members: Numbers, candidates: int) -> Values:
    """float64 [candidates]: the amounts of a set times the links to each candidate."""
    linked = np.zeros(candidates)
    for event in members:
        for link in range(engaged.starts[event], engaged.starts[event + 1]):
            if engaged.linked[link] >= 0:
                linked[engaged.linked[link]] += engaged.amounts[event] * engaged.strengths[link]
    return linked


@kernel
def _add(total: Vectors, vector: Vectors, amount: np.float32, width: int) -> None:
    for place in range(width):
        total[place] += amount * vector[place]


@kernel
def _without(
    item: int, lost: Lost, groups: tuple[Numbers, Values, Values], scored: Scored, constants: Constants
) -> float:
    """The score of a candidate without what is lost."""
    topic_of, formats, linked = groups
    vector, parts = scored.vectors[scored.places[item]], scored.parts[item]
    removed = constants.similarity * (inner(lost.long_term, vector, len(vector)) + linked[item])
    if scored.formats[item] >= 0:
        removed += constants.format * formats[scored.formats[item]]
    left = constants.square - lost.square
    total = parts[3]
    if left > NOTHING_LEFT * constants.square:
        total += (parts[0] * np.sqrt(constants.square) - removed) / np.sqrt(left)
    interest, session, row = parts[1], parts[2], topic_of[scored.topics[item]]
    if row >= 0:
        interest -= constants.interest * inner(lost.interests[row], vector, constants.width)
        interest /= 1 - lost.shares[row]
    if lost.now > 0:
        session = (session - constants.session * inner(lost.session, vector, len(vector))) / (1 - lost.now)
    return finished(total + interest + session, scored.factors[item])
