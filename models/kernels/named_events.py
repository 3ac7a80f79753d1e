"""The event that a label names: of a set those that carry most, tested one by one."""

from __future__ import annotations

import numpy as np

from models.counterfactual import NOTHING_LEFT
from models.kernels.compiler import kernel
from models.kernels.event_parts import carried_by
from models.kernels.evidence_sums import (
    AMOUNT,
    FACTOR,
    INTEREST,
    LONG_TERM,
    NOW,
    PLACE,
    REST,
    ROW,
    SESSION,
    SHARE,
    TOPIC,
    WHOLE,
)
from models.kernels.label_state import NONE, State, join
from models.kernels.likeness import inner
from models.kernels.slate_columns import APART, CLOSE, MULTIPLIED, NEARLY, NEARLY_WITH_A_TAG, Values


@kernel
def fill(state: State, place: int) -> bool:
    """Fill the set of an item of the slate with all events on the item whose event carries most of it, if any does."""
    best, most, events, sets = NONE, 0.0, state.world.events, state.world.sets
    factor, root, first = state.shown.values[place, MULTIPLIED], np.sqrt(state.world.constants.square), state.carried
    for event in range(len(state.bounds)):
        if state.bounds[event] * factor < most:
            break
        if events.shown[event]:
            if event < len(first):
                part = factor * _part_of_first(first, event, place, root)
            else:
                part = _part_of_event(state, event, place)
            if part > most:
                best, most = event, part
    if best < 0:
        return False
    item = events.codes[best, ROW]
    for event in range(len(state.bounds)):
        if events.codes[event, ROW] == item:
            join(sets.bounds, sets.members, len(state.sayable) + place, event)
    return True


@kernel
def _part_of_first(first: Values, event: int, place: int, root: float) -> float:
    """Of one of the first events, what is known of it put together: a call with a whole state costs more than this."""
    return float(first[event, place, 0] / root + first[event, place, 1] + first[event, place, 2])


@kernel
def _part_of_event(state: State, event: int, place: int) -> float:
    """What one event carries of the score of an item of the slate."""
    long_term, interest, session = _of_event(state, event, place)
    root = np.sqrt(state.world.constants.square)
    return float(state.shown.values[place, MULTIPLIED] * (long_term / root + interest + session))


@kernel
def _of_event(state: State, event: int, place: int) -> tuple[float, float, float]:
    """What one event adds to a score: to its long term before division, to the interest, and to the session."""
    if event < len(state.carried):
        return state.carried[event, place, 0], state.carried[event, place, 1], state.carried[event, place, 2]
    events, candidates, item = state.world.events, state.world.candidates, state.shown.positions[place]
    vector, other = candidates.vectors[candidates.codes[item, PLACE]], events.vectors[events.codes[event, PLACE]]
    alike = inner(other, vector, state.world.constants.width)
    return carried_by(state.world, event, item, inner(other, vector, len(vector)), alike)


@kernel
def named_event(state: State, number: int, place: int) -> int:
    """The event of a set that a label names: of the few that carry most the first that may be named; -1 of none.

    It may if the score falls without all events on its item. An item that is shown again is not explained by itself.
    """
    sets, events, first = state.world.sets, state.world.events, state.carried
    factor, root = state.shown.values[place, MULTIPLIED], np.sqrt(state.world.constants.square)
    strongest, parts, count = np.empty(state.most, np.int64), np.empty(state.most), 0
    for member in range(sets.bounds[number, 0], sets.bounds[number, 1]):
        event = sets.members[member]
        if count == state.most and state.bounds[event] * factor < parts[count - 1]:
            break
        if not events.shown[event]:
            continue
        if event < len(first):
            part = factor * _part_of_first(first, event, place, root)
        else:
            part = _part_of_event(state, event, place)
        if part <= 0 or (count == state.most and part <= parts[count - 1]):
            continue
        count = min(count + 1, state.most)
        at = count - 1
        while at > 0 and part > parts[at - 1]:
            strongest[at], parts[at] = strongest[at - 1], parts[at - 1]
            at -= 1
        strongest[at], parts[at] = event, part
    for at in range(count):
        if events.codes[strongest[at], ROW] != state.shown.rows[place] and _falls(state, strongest[at], place):
            return int(strongest[at])
    return NONE


@kernel
def _falls(state: State, named: int, place: int) -> bool:
    """Whether the score of an item of the slate falls without all that the person did with the item of one event."""
    events, candidates, constants = state.world.events, state.world.candidates, state.world.constants
    item, long_term, interest, session = state.shown.positions[place], 0.0, 0.0, 0.0
    square, share, now, row = 0.0, 0.0, 0.0, events.codes[named, ROW]
    for event in range(len(events.codes)):
        if events.codes[event, ROW] == row:
            of_event, values = _of_event(state, event, place), events.values[event]
            long_term, interest, session = long_term + of_event[0], interest + of_event[1], session + of_event[2]
            square, now = square + values[AMOUNT] ** 2, now + values[NOW]
            if events.codes[event, TOPIC] == candidates.codes[item, TOPIC]:
                share += values[SHARE]
    left, parts = constants.square - square, candidates.values[item]
    scale = 1 / np.sqrt(left) if left > NOTHING_LEFT * constants.square else 0.0
    total = (parts[LONG_TERM] * np.sqrt(constants.square) - long_term) * scale + parts[REST]
    total += (parts[INTEREST] - interest) / (1 - share) + (parts[SESSION] - session) / (1 - now)
    return bool((total * parts[FACTOR] if total > 0 else total) < parts[WHOLE])


@kernel
def alike(state: State, place: int, event: int) -> bool:
    """Whether an item is like that of an event: nearly as close as neighbours are, less so if they share a tag."""
    shown, tags, likeness, sharing = state.shown, state.tags, state.shown.likeness, False
    vector, other = shown.vectors[shown.places[place]], shown.others[shown.of_event[event]]
    close = (inner(vector, other, len(vector)) - likeness[APART]) / (likeness[CLOSE] - likeness[APART])
    for borne in range(tags.of_event[event], tags.of_event[event + 1]):
        for pair in range(tags.of_item[place], tags.of_item[place + 1]):
            sharing |= tags.slots[pair] == tags.borne[borne] and tags.nameable[tags.slots[pair]]
    return bool(close >= likeness[NEARLY_WITH_A_TAG if sharing else NEARLY])
