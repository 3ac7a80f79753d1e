"""Whether claims hold: scores of candidates without sets of a person's events, as far as ranks have to be known.

models/counterfactual.py says what is computed. A claim about an item holds if without its evidence the item's score
falls and more candidates than before stand above it. These are counted from the best down, and no further than it takes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.counterfactual import NOTHING_LEFT
from models.kernels.compiler import kernel

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
        vectors: index vectors, float32 [n, d].
        parts: float64 [n, 4], of each score: long term, interest, session and what rests on no evidence.
        factors: by which a positive score is multiplied.
    """

    topics: Codes
    formats: Codes
    vectors: Vectors
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


@kernel
def finished(total: float, factor: float) -> float:
    """A score, from the sum of its terms."""
    return total * factor if total > 0 else total


@kernel
def dot(one: Vectors, other: Vectors, start: int, end: int) -> float:
    """Inner product of the places from `start` to `end`, in single precision."""
    total = np.float32(0)
    for place in range(start, end):
        total += one[place] * other[place]
    return total


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
    whole = np.empty(len(scored.factors))
    for item in range(len(whole)):
        whole[item] = finished(scored.parts[item].sum(), scored.factors[item])
    held = np.zeros(len(about[0]), np.bool_)
    order = np.argsort(about[0], kind="mergesort")
    without = np.empty(len(whole))
    topic_of = np.full(max(engaged.topics.max() if len(engaged.topics) else 0, scored.topics.max()) + 1, -1)
    formats = np.empty(max(engaged.formats.max() if len(engaged.formats) else 0, scored.formats.max()) + 2)
    known, number = -1, 0
    for claim in order:
        if about[0][claim] != known:
            known, number = about[0][claim], 0
            members = sets[1][sets[0][known] : sets[0][known + 1]] if known + 1 < len(sets[0]) else sets[1][:0]
            vector, square = profile if known + 1 == len(sets[0]) else (profile[0] * np.float32(0), 0.0)
            lost = _sum_up(engaged, members, constants, (vector, square), topic_of, formats, len(whole))
        position = about[1][claim]
        now = whole[position]
        then = _without(position, lost, topic_of, formats, scored, constants)
        margin = max(1.0, abs(now))
        if not now - then > NOTICEABLE * margin:
            continue
        above = -1
        for item in range(len(whole)):
            above += whole[item] >= now - NEAR_TIE * margin
        for item in range(len(whole)):
            if item == number:
                without[item] = _without(item, lost, topic_of, formats, scored, constants)
                number += 1
            above -= without[item] > then + NEAR_TIE * margin
            if above < 0:
                held[claim] = True
                break
    return held


Lost = tuple[Vectors, Vectors, Vectors, Values, Values, float, float]


@kernel
def _sum_up(
    engaged: Engaged,
    members: Numbers,
    constants: Constants,
    profile: tuple[Vectors, float],
    topic_of: Numbers,
    formats: Values,
    candidates: int,
) -> Lost:
    """What a set of events, or the profile, takes with it.

    `topic_of` gets the place of each topic among the rows of the third and fifth value, -1 for none; `formats` the
    mass of each format.
    """
    long_term, session, linked = profile[0].copy(), np.zeros_like(profile[0]), np.zeros(candidates)
    square, now, topics = profile[1], 0.0, 0
    topic_of[:], formats[:] = -1, 0.0
    for event in members:
        if topic_of[engaged.topics[event]] < 0:
            topic_of[engaged.topics[event]] = topics
            topics += 1
    interests, shares = np.zeros((topics, constants.width), np.float32), np.zeros(topics)
    for event in members:
        amount, topic = engaged.amounts[event], topic_of[engaged.topics[event]]
        _add(long_term, engaged.vectors[event], np.float32(amount), len(long_term))
        _add(interests[topic], engaged.vectors[event], np.float32(engaged.shares[event]), constants.width)
        if engaged.now[event] > 0:
            _add(session, engaged.vectors[event], np.float32(engaged.now[event]), len(session))
        square += amount * amount
        now += engaged.now[event]
        shares[topic] += engaged.shares[event]
        if engaged.formats[event] >= 0:
            formats[engaged.formats[event]] += amount
        for link in range(engaged.starts[event], engaged.starts[event + 1]):
            if engaged.linked[link] >= 0:
                linked[engaged.linked[link]] += np.float32(amount) * engaged.strengths[link]
    return long_term, session, interests, shares, linked, square, now


@kernel
def _add(total: Vectors, vector: Vectors, amount: float, width: int) -> None:
    for place in range(width):
        total[place] += amount * vector[place]


@kernel
def _without(
    item: int, lost: Lost, topic_of: Numbers, formats: Values, scored: Scored, constants: Constants
) -> float:
    """The score of a candidate without what is lost."""
    long_term, session, interests, shares, linked, square, now = lost
    vector, parts = scored.vectors[item], scored.parts[item]
    part = constants.similarity * (dot(long_term, vector, 0, len(vector)) + linked[item])
    if scored.formats[item] >= 0:
        part += constants.format * formats[scored.formats[item]]
    left = constants.square - square
    total = (parts[0] * np.sqrt(constants.square) - part) / np.sqrt(left) if left > NOTHING_LEFT * constants.square else 0.0
    topic = topic_of[scored.topics[item]]
    interest = parts[1]
    if topic >= 0:
        interest = (interest - constants.interest * dot(interests[topic], vector, 0, constants.width)) / (1 - shares[topic])
    rest = parts[2]
    if now > 0:
        rest = (rest - constants.session * dot(session, vector, 0, len(vector))) / (1 - now)
    return finished(total + interest + rest + parts[3], scored.factors[item])
