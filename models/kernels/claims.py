"""Whether claims hold: what all candidates would score without sets of a person's events.

models/counterfactual.py says what is computed. A claim about an item holds if without its evidence the item's score
falls and more candidates than before stand above it. Of equals, half count as above: in a catalogue where nothing else
tells items apart, what one event lifted above the others falls back among them.
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
        near: float32 [k, n], inner products with the candidates' vectors, and `alike` with their content blocks; [0, 0]
            for many events, whose sums are compared instead.
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
    near: Vectors
    alike: Vectors


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
    held, order = np.zeros(len(about[0]), np.bool_), np.argsort(about[0], kind="mergesort")
    known = -1
    for claim in order:
        number, position = about[0][claim], about[1][claim]
        if number != known:
            behind, known = number + 1 == len(sets[0]), number
            members = sets[1][:0] if behind else sets[1][sets[0][number] : sets[0][number + 1]]
            _leave_out(members, profile if behind else _NOTHING, engaged, scored, constants, without)
        now, then = whole[position], without[position]
        size = max(1.0, abs(now))
        if now - then > NOTICEABLE * size:
            held[claim] = _above(without, then, size) > _above(whole, now, size)
    return held


@kernel
def _above(scores: Values, own: float, size: float) -> int:
    """Twice the number of scores above one, itself among them; what is as good as equal stands on either side."""
    twice = 0
    for score in scores:
        twice += (score > own + NEAR_TIE * size) + (score >= own - NEAR_TIE * size)
    return twice


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
    whole, without = _whole(scored), np.empty(len(scored.factors))
    falls, order = np.zeros(len(named[0]), np.bool_), np.argsort(items[named[0]], kind="mergesort")
    known = -1
    for number in order:
        event, position = named[0][number], named[1][number]
        if known < 0 or items[event] != items[known]:
            known = event
            members = np.flatnonzero(items == items[event])
            _leave_out(members, _NOTHING, engaged, scored, constants, without)
        falls[number] = without[position] < whole[position]
    return falls


@kernel
def _whole(scored: Scored) -> Values:
    whole = np.empty(len(scored.factors))
    for item in range(len(whole)):
        whole[item] = finished(scored.parts[item].sum(), scored.factors[item])
    return whole


@kernel
def _leave_out(
    members: Numbers,
    profile: tuple[Vectors, float],
    engaged: Engaged,
    scored: Scored,
    constants: Constants,
    without: Values,
) -> None:
    """Write the score of every candidate without a set of events and a profile, float64 [n]."""
    n = len(without)
    near, alike, session, linked, shares = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    same_format = np.zeros(n)
    square, now = profile[1], 0.0
    for event in members:
        amount, share = engaged.amounts[event], engaged.shares[event]
        square += amount * amount
        now += engaged.now[event]
        for item in range(n):
            shares[item] += share * (scored.topics[item] == engaged.topics[event])
        for item in range(n):
            same_format[item] += amount * (scored.formats[item] == engaged.formats[event])
        for link in range(engaged.starts[event], engaged.starts[event + 1]):
            if engaged.linked[link] >= 0:
                linked[engaged.linked[link]] += amount * engaged.strengths[link]
    if len(engaged.near):
        _add_products(members, engaged, scored, near, alike, session)
    elif len(members):
        _add_sums(members, engaged, scored, constants, near, alike, session)
    if len(profile[0]):
        for item in range(n):
            near[item] += inner(profile[0], scored.vectors[scored.places[item]], len(profile[0]))
    left, root = constants.square - square, np.sqrt(constants.square)
    scale = 1 / np.sqrt(left) if left > NOTHING_LEFT * constants.square else 0.0
    for item in range(n):
        parts = scored.parts[item]
        removed = constants.similarity * (near[item] + linked[item])
        removed += constants.format * same_format[item] * (scored.formats[item] >= 0)
        total = (parts[0] * root - removed) * scale + parts[3]
        total += (parts[1] - constants.interest * alike[item]) / (1 - shares[item])
        total += (parts[2] - constants.session * session[item]) / (1 - now)
        without[item] = total * scored.factors[item] if total > 0 else total


@kernel
def _add_products(
    members: Numbers, engaged: Engaged, scored: Scored, near: Values, alike: Values, session: Values
) -> None:
    """Add up products of events' vectors and candidates' that are known."""
    for event in members:
        amount, share, now = engaged.amounts[event], engaged.shares[event], engaged.now[event]
        for item in range(len(near)):
            near[item] += amount * engaged.near[event, item]
        for item in range(len(near)):
            alike[item] += share * engaged.alike[event, item] * (scored.topics[item] == engaged.topics[event])
        if now > 0:
            for item in range(len(near)):
                session[item] += now * engaged.near[event, item]


@kernel
def _add_sums(
    members: Numbers,
    engaged: Engaged,
    scored: Scored,
    constants: Constants,
    near: Values,
    alike: Values,
    session: Values,
) -> None:
    """The same for many events, from the sums of their vectors: of all, of each topic, and of the session."""
    width = engaged.vectors.shape[1]
    long_term, recent = np.zeros(width, np.float32), np.zeros(width, np.float32)
    rows = np.full(max(engaged.topics.max(), scored.topics.max()) + 1, -1)
    count = 0
    for event in members:
        if rows[engaged.topics[event]] < 0:
            rows[engaged.topics[event]] = count
            count += 1
    interests = np.zeros((count, constants.width), np.float32)
    now = 0.0
    for event in members:
        vector = engaged.vectors[event]
        _add(long_term, vector, np.float32(engaged.amounts[event]), width)
        _add(interests[rows[engaged.topics[event]]], vector, np.float32(engaged.shares[event]), constants.width)
        if engaged.now[event] > 0:
            _add(recent, vector, np.float32(engaged.now[event]), width)
            now += engaged.now[event]
    for item in range(len(near)):
        vector, row = scored.vectors[scored.places[item]], rows[scored.topics[item]]
        near[item] = inner(long_term, vector, width)
        if row >= 0:
            alike[item] = inner(interests[row], vector, constants.width)
        if now > 0:
            session[item] = inner(recent, vector, width)


@kernel
def _add(total: Vectors, vector: Vectors, amount: np.float32, width: int) -> None:
    for place in range(width):
        total[place] += amount * vector[place]
