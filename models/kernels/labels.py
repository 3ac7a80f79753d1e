"""Which reason the label of each item of a slate rests on.

Claims are tested in the order in which they would be made, until one is; what comes after it is not computed.
The order is that of app/pipeline/explanation/label_choice.py, where every reason of an item is wanted. Of many events
those that cannot carry as much as others are passed over: no event carries more of a score than the product of the
lengths of its vector and of the item's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.kernels.claims import Constants
from models.kernels.compiler import kernel
from models.kernels.evidence_sums import SESSION as SESSION_PART
from models.kernels.evidence_sums import Candidates, Events, holds, part_of
from models.kernels.label_state import NONE, State, begun
from models.kernels.likeness import inner
from models.kernels.named_events import alike, fill, named_event
from models.kernels.slate_columns import (
    LIKED,
    MULTIPLIED,
    NEW,
    SCORE,
    Codes,
    Mask,
    Numbers,
    Products,
    Shown,
    Tags,
    Values,
    Vectors,
)

TAG, ITEM, SESSION, STATED, HISTORY, FRESH, POPULAR, WHAT = range(8)
"""What a label may rest on; the last is what an item is about."""
_CLAIMS = 4
"""Kinds of claims but for that of all events, which is made where there is no other."""
_PLACES = 1e9
"""Parts that are equal to so many places are equal."""


class Reasons(NamedTuple):
    """What the labels of n items rest on.

    Attributes:
        kinds: int64 [n].
        tags: int64 [n], number of a tag of the slate, -1 for none.
        events: int64 [n], event that is named, -1 for none.
        parts: float64 [n], what the evidence carries of the score; 0 of what an item is about.
        different: bool [n], of that, whether it is new to the person; of another item, whether the two are not alike.
    """

    kinds: Numbers
    tags: Numbers
    events: Numbers
    parts: Values
    different: Mask


@kernel
def first_reasons(
    scored: tuple[Events, Candidates, Constants],
    slate: tuple[Shown, Tags, Products],
    profile: tuple[Vectors, float],
    sizes: tuple[int, int, int],
) -> Reasons:
    """What the label of each item rests on.

    An item from outside of what is the person's own is there for what they stated, or because it is different, or for
    variety; for variety it is not if they just looked at what it is like.

    Args:
        scored: the person's events, all candidates, best first, and the constants of the score.
        slate: its items, their tags and those of the events, and products of some events and items.
        profile: vector of the explicit profile times its mass, and that mass; empty for none.
        sizes: numbers of topics and formats, and of events of a claim of which one may be named.
    """
    count = len(slate[0].rows)
    found = Reasons(
        np.full(count, WHAT), np.full(count, NONE), np.full(count, NONE), np.zeros(count), np.zeros(count, np.bool_)
    )
    state = begun(scored, slate, profile, sizes)
    for place in range(count):
        explored = slate[0].exploratory[place]
        if explored and _stated(state, place, found):
            continue
        tag, different = _different(state, place) if explored else (NONE, False)
        recent = not different and state.whole[0] >= 0 and slate[0].recent[place]
        claimed = (recent or not explored) and _claimed(state, place, found)
        if explored and not (claimed and found.kinds[place] == SESSION):
            _make(found, place, WHAT, tag, NONE, 0.0)
            found.different[place] = different
        elif not claimed:
            _unclaimed(state, place, found)
    return found


@kernel
def nearness(tags: tuple[Vectors, Codes], items: tuple[Vectors, Codes], pairs: tuple[Numbers, Codes]) -> Vectors:
    """float32 [m]: inner product of each pair of an item and a tag; both are vectors, and the rows of some."""
    found = np.empty(len(pairs[0]), np.float32)
    for pair in range(len(found)):
        item, tag = items[0][items[1][pairs[0][pair]]], tags[0][tags[1][pairs[1][pair]]]
        found[pair] = inner(tag, item, len(tag))
    return found


@kernel
def _stated(state: State, place: int, found: Reasons) -> bool:
    """Say of an explored item that it is there for what the person stated, if it is."""
    stated = state.whole[2] if state.shown.asked[place] else NONE
    if stated < 0 or not holds(state.world, stated, state.shown.positions[place]):
        return False
    _make(found, place, STATED, NONE, NONE, _part(state, stated, place))
    return True


@kernel
def _unclaimed(state: State, place: int, found: Reasons) -> None:
    """An item that nothing of the person carries: what is true of itself, the larger part first, or what it is."""
    fresh, popular = state.shown.values[place, NEW], state.shown.values[place, LIKED]
    if not _raises(state, place, fresh):
        fresh = 0.0
    if not _raises(state, place, popular):
        popular = 0.0
    if fresh > 0 or popular > 0:
        _make(found, place, FRESH if fresh > popular else POPULAR, NONE, NONE, max(fresh, popular))
        return
    best = NONE
    for pair in range(state.tags.of_item[place], state.tags.of_item[place + 1]):
        if state.tags.nameable[state.tags.slots[pair]] and (
            best < 0 or state.tags.nearness[pair] > state.tags.nearness[best]
        ):
            best = pair
    _make(found, place, WHAT, int(state.tags.slots[best]) if best >= 0 else NONE, NONE, 0.0)


@kernel
def _raises(state: State, place: int, part: float) -> bool:
    """Whether without a part of its score an item would stand below a candidate that is below it now."""
    if part <= 0:
        return False
    score = state.shown.values[place, SCORE]
    above = 0
    for rank in state.shown.ranks:
        above += score - part < rank < score
    return above > 0


@kernel
def _different(state: State, place: int) -> tuple[int, bool]:
    """The tag that is new to a person and nearest to an item, and True; or that of which they did least, and False."""
    new, least, any_known, fewest = NONE, NONE, False, np.inf
    tags, near = state.tags, state.tags.nearness
    for pair in range(state.tags.of_item[place], state.tags.of_item[place + 1]):
        slot = tags.slots[pair]
        any_known |= tags.known[slot]
        if tags.nameable[slot]:
            fewest = min(fewest, tags.masses[slot])
            if not tags.known[slot] and (new < 0 or near[pair] > near[new]):
                new = pair
    if new >= 0:
        return int(tags.slots[new]), True
    if not any_known:
        return NONE, True
    for pair in range(state.tags.of_item[place], state.tags.of_item[place + 1]):
        slot = tags.slots[pair]
        if tags.nameable[slot] and tags.masses[slot] <= fewest and (least < 0 or near[pair] > near[least]):
            least = pair
    return (int(tags.slots[least]) if least >= 0 else NONE), False


@kernel
def _claimed(state: State, place: int, found: Reasons) -> bool:
    """Make the first claim about an item that holds and is not far-fetched, else the first that holds.

    That all the person did carries an item is said only where no other claim holds.
    """
    parts, sets = np.zeros(_CLAIMS), np.full(_CLAIMS, NONE)
    sets[TAG] = _nearest_tag(state, place)
    sets[SESSION] = state.whole[0] if state.shown.recent[place] else NONE
    sets[STATED] = state.whole[2] if state.shown.asked[place] else NONE
    for kind in (TAG, SESSION, STATED):
        if sets[kind] >= 0:
            parts[kind] = _part(state, sets[kind], place)
    late = parts[SESSION] / 2 >= _just_now(state, place)
    parts[ITEM] = state.most_item * state.shown.values[place, MULTIPLIED]
    sets[ITEM] = len(state.sayable) + place if len(state.bounds) else NONE
    far, held, sought = False, sets[TAG] >= 0, False
    while True:
        kind = _first(parts, sets, late)
        if kind < 0:
            break
        if kind == ITEM and not sought:
            sought = True
            if fill(state, place):
                parts[ITEM] = _part(state, sets[ITEM], place)
            else:
                sets[ITEM] = NONE
            continue
        number, sets[kind] = sets[kind], NONE
        if kind == TAG or holds(state.world, number, state.shown.positions[place]):
            held = True
            event = NONE if kind == STATED else named_event(state, number, place)
            if event < 0 and kind not in (SESSION, STATED):
                continue
            apart = kind == ITEM and not alike(state, place, event)
            if not (apart and far):
                _make(found, place, kind, number if kind == TAG else NONE, event, parts[kind])
                found.different[place] = apart
            if not apart:
                return True
            far = True
    return far if held else _carried_by_all(state, place, found)


@kernel
def _carried_by_all(state: State, place: int, found: Reasons) -> bool:
    number = state.whole[1]
    if number < 0 or not holds(state.world, number, state.shown.positions[place]):
        return False
    event = named_event(state, number, place)
    if event >= 0:
        _make(found, place, HISTORY, NONE, event, _part(state, number, place))
    return bool(event >= 0)


@kernel
def _make(found: Reasons, place: int, kind: int, tag: int, event: int, part: float) -> None:
    found.kinds[place], found.tags[place], found.events[place], found.parts[place] = kind, tag, event, part


@kernel
def _first(parts: Values, sets: Numbers, late: bool) -> int:
    """The kind of claim that comes first: what carries most, of equals the session; -1 if there is none.

    The session comes last if its events carry no more by having happened just now than by having happened at all.
    """
    first = NONE
    for kind in (SESSION, TAG, ITEM, STATED):
        if sets[kind] < 0:
            continue
        passed = first < 0 or (first == SESSION and late)
        if passed or np.rint(parts[kind] * _PLACES) > np.rint(parts[first] * _PLACES):
            first = kind
    return first


@kernel
def _part(state: State, number: int, place: int) -> float:
    return part_of(state.world, number, state.shown.positions[place], state.shown.values[place, MULTIPLIED])


@kernel
def _just_now(state: State, place: int) -> float:
    """The session's part of a score."""
    return float(
        state.world.candidates.values[state.shown.positions[place], SESSION_PART]
        * state.shown.values[place, MULTIPLIED]
    )


@kernel
def _nearest_tag(state: State, place: int) -> int:
    """Of the tags of which a claim holds the nearest to the item; -1 of none."""
    first, last = state.tags.of_item[place], state.tags.of_item[place + 1]
    tested = np.zeros(last - first, np.bool_)
    while True:
        best = NONE
        for pair in range(first, last):
            possible = not tested[pair - first] and state.sayable[state.tags.slots[pair]]
            if possible and (best < 0 or state.tags.nearness[pair] > state.tags.nearness[best]):
                best = pair
        if best < 0:
            return NONE
        tested[best - first] = True
        if holds(state.world, int(state.tags.slots[best]), state.shown.positions[place]):
            return int(state.tags.slots[best])
