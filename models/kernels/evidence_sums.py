"""Sums over sets of a person's events, each formed when it is first asked for.

They tell what a set carries of a score, and what candidates would score without it (models/counterfactual.py).
However many events a set has, a candidate is compared with their sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.counterfactual import NOTHING_LEFT
from models.kernels.claims import NEAR_TIE, NOTICEABLE, Constants
from models.kernels.compiler import kernel
from models.kernels.likeness import inner

Codes = NDArray[np.int32]
Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

TOPIC, FORMAT, PLACE, ROW = range(4)
"""Columns of codes: topic, format (-1 for none), row of the vector, and row of the catalogue."""
AMOUNT, SHARE, NOW = range(3)
"""Columns of events' values: decayed weight on the person's scale, p_k of the interest in the topic, b_k of the
session."""
LONG_TERM, INTEREST, SESSION, REST, FACTOR, WHOLE = range(6)
"""Columns of candidates' values: parts of the score, by what it is multiplied if it is positive, and the score."""
_SQUARE, _NOW = range(2)
_PAST = 2
"""Columns of a set's sums: what it adds to Q, its part of the session; then by topic its part of the interest, and by
format the amount."""
_AT_A_TIME = 8
"""Candidates that are looked at beyond those above an item before it is asked again whether that is enough."""


class Events(NamedTuple):
    """A person's k positive events.

    Attributes:
        codes: int32 [k, 4]; topics that no candidate has are -1.
        values: float64 [k, 3].
        shown: bool [k], whether each may be named.
        vectors: engage vectors, float32 [rows, d].
        links: int64 [k, 2], where the links of each event begin and end.
        linked: position of the candidate that each link leads to, -1 for none.
        strengths: float32, weight of each link.
    """

    codes: Codes
    values: Values
    shown: Mask
    vectors: Vectors
    links: Numbers
    linked: Codes
    strengths: Vectors


class Candidates(NamedTuple):
    """n candidates, best first: int32 [n, 4], float64 [n, 6], and index vectors, float32 [rows, d]."""

    codes: Codes
    values: Values
    vectors: Vectors


class Sets(NamedTuple):
    """Sets of events, and what is known of each so far.

    Attributes:
        bounds: int64 [sets, 2], where the events of each begin and end among the members.
        members: int64, numbers of events.
        profile: float32, vector of the explicit profile times its mass, which is the last set; empty without one.
        mass: of the profile.
        formed: bool [sets], whether what follows is there.
        vectors: float32 [sets, 2, d], sums of the vectors by amount, and by part of the session.
        sums: float64 [sets, 2 + topics + formats].
        linked: float64 [sets, n], what its links add to each candidate.
        interests: float32 [sets, topics, width], sums of the vectors of each topic by share.
        summed: bool [sets, topics], whether that is there.
        without: float64 [sets, n], score of each candidate without the set.
        known: int64 [sets], for how many, from the best on, that is there.
    """

    bounds: Numbers
    members: Numbers
    profile: Vectors
    mass: float
    formed: Mask
    vectors: Vectors
    sums: Values
    linked: Values
    interests: Vectors
    summed: Mask
    without: Values
    known: Numbers


class World(NamedTuple):
    """All that claims are tested on, and the number of formats."""

    events: Events
    candidates: Candidates
    constants: Constants
    sets: Sets
    formats: int


@kernel
def no_sums(
    bounds: Numbers, members: Numbers, profile: tuple[Vectors, float], shape: tuple[int, int, int, int, int]
) -> Sets:
    """Sets of which nothing is known yet.

    Args:
        bounds: where each begins and where it ends.
        members: their events.
        profile: vector of the explicit profile times its mass, and that mass.
        shape: numbers of candidates, of places of a vector, of topics and of formats, and places of the content block.
    """
    count, (items, width, topics, formats, content) = len(bounds), shape
    return Sets(
        bounds,
        members,
        profile[0],
        profile[1],
        np.zeros(count, np.bool_),
        np.empty((count, 2, width), np.float32),
        np.empty((count, _PAST + topics + formats)),
        np.empty((count, items)),
        np.empty((count, topics, content), np.float32),
        np.empty((count, topics), np.bool_),
        np.empty((count, items)),
        np.zeros(count, np.int64),
    )


@kernel
def holds(world: World, number: int, item: int) -> bool:
    """Whether without a set a candidate scores less, and fewer stand below it: of equals, half count as above.

    Candidates are looked at from the best on, some at a time, until that is decided.
    """
    _form(world, number)
    candidates, without = world.candidates.values, world.sets.without[number]
    now, then, count, before = candidates[item, WHOLE], _without(world, number, item, item + 1), len(candidates), 0
    size = max(1.0, abs(now))
    if not now - then > NOTICEABLE * size:
        return False
    for other in range(count):
        score = candidates[other, WHOLE]
        before += (score > now + NEAR_TIE * size) + (score >= now - NEAR_TIE * size)
    for other in range(count):
        if other == world.sets.known[number]:
            world.sets.known[number] = min(count, max(item, other) + _AT_A_TIME)
            _without(world, number, other, world.sets.known[number])
        before -= (without[other] > then + NEAR_TIE * size) + (without[other] >= then - NEAR_TIE * size)
        if before < 0:
            return True
        if before >= 2 * (count - 1 - other):
            return False
    return False


@kernel
def part_of(world: World, number: int, item: int, factor: float) -> float:
    """What a set carries of the score of a candidate that is multiplied by a factor."""
    _form(world, number)
    carried = np.empty((1, 3))
    _carry(world, number, item, carried)
    return float(factor * (carried[0, 0] / np.sqrt(world.constants.square) + carried[0, 1] + carried[0, 2]))


@kernel
def _without(world: World, number: int, first: int, last: int) -> float:
    """Write what some candidates score without a set, as far as that is not known; that of the first of them."""
    sets, candidates, constants = world.sets, world.candidates, world.constants
    sums, left = sets.sums[number], constants.square - sets.sums[number, _SQUARE]
    scale = 1 / np.sqrt(left) if left > NOTHING_LEFT * constants.square else 0.0
    root = np.sqrt(constants.square)
    carried = np.empty((last - first, 3))
    _carry(world, number, first, carried)
    for item in range(first, last):
        parts, taken = candidates.values[item], carried[item - first]
        total = (parts[LONG_TERM] * root - taken[0]) * scale + parts[REST]
        total += (parts[INTEREST] - taken[1]) / (1 - sums[_PAST + candidates.codes[item, TOPIC]])
        total += (parts[SESSION] - taken[2]) / (1 - sums[_NOW])
        sets.without[number, item] = total * parts[FACTOR] if total > 0 else total
    return float(sets.without[number, first])


@kernel
def _carry(world: World, number: int, first: int, carried: Values) -> None:
    """Write what a set adds to scores from a candidate on: to long terms before division, interests and sessions."""
    sets, candidates, constants = world.sets, world.candidates, world.constants
    sums, whole, recent = sets.sums[number], sets.vectors[number, 0], sets.vectors[number, 1]
    formats, width = len(sums) - world.formats, len(whole)
    for place in range(len(carried)):
        codes = candidates.codes[first + place]
        vector, topic = candidates.vectors[codes[PLACE]], codes[TOPIC]
        near = inner(whole, vector, width) + sets.linked[number, first + place]
        carried[place, 0] = constants.similarity * near
        if codes[FORMAT] >= 0:
            carried[place, 0] += constants.format * sums[formats + codes[FORMAT]]
        carried[place, 1] = 0.0
        if sums[_PAST + topic] > 0:
            if not sets.summed[number, topic]:
                _sum_topic(world, number, topic)
            carried[place, 1] = constants.interest * inner(sets.interests[number, topic], vector, constants.width)
        carried[place, 2] = constants.session * inner(recent, vector, width) if sums[_NOW] > 0 else 0.0


@kernel
def _form(world: World, number: int) -> None:
    """Sum up a set."""
    sets, events = world.sets, world.events
    if sets.formed[number]:
        return
    sets.formed[number], sets.summed[number] = True, False
    sums, linked, whole, recent = (
        sets.sums[number],
        sets.linked[number],
        sets.vectors[number, 0],
        sets.vectors[number, 1],
    )
    formats, width = len(sums) - world.formats, len(whole)
    sums[:], linked[:], whole[:], recent[:] = 0, 0, 0, 0
    if number + 1 == len(sets.bounds) and len(sets.profile):
        sums[_SQUARE] = sets.mass
        whole[:] = sets.profile
    for place in range(sets.bounds[number, 0], sets.bounds[number, 1]):
        event = sets.members[place]
        codes, values = events.codes[event], events.values[event]
        amount, vector = values[AMOUNT], events.vectors[codes[PLACE]]
        sums[_SQUARE] += amount * amount
        add(whole, vector, np.float32(amount), width)
        if values[NOW] > 0:
            sums[_NOW] += values[NOW]
            add(recent, vector, np.float32(values[NOW]), width)
        if codes[TOPIC] >= 0:
            sums[_PAST + codes[TOPIC]] += values[SHARE]
        if codes[FORMAT] >= 0:
            sums[formats + codes[FORMAT]] += amount
        for link in range(events.links[event, 0], events.links[event, 1]):
            if events.linked[link] >= 0:
                linked[events.linked[link]] += amount * events.strengths[link]


@kernel
def _sum_topic(world: World, number: int, topic: int) -> None:
    """Sum up the members of a set that are of one topic."""
    sets, events = world.sets, world.events
    sets.summed[number, topic] = True
    total = sets.interests[number, topic]
    total[:] = 0
    for place in range(sets.bounds[number, 0], sets.bounds[number, 1]):
        codes = events.codes[sets.members[place]]
        if codes[TOPIC] == topic:
            share = np.float32(events.values[sets.members[place], SHARE])
            add(total, events.vectors[codes[PLACE]], share, len(total))


@kernel
def add(total: Vectors, vector: Vectors, amount: np.float32, width: int) -> None:
    """Add the first places of a vector times an amount."""
    for place in range(width):
        total[place] += amount * vector[place]
