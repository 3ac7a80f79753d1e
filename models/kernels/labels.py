"""Which reason the label of each item of a slate rests on.

Claims are tested in the order in which they would be made, until one is; what comes after it is not computed.
The order is that of app/pipeline/explanation/label_choice.py, where every reason of an item is wanted. Of many events
those that cannot carry as much as others are passed over: no event carries more of a score than the product of the
lengths of its vector and of the item's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.counterfactual import NOTHING_LEFT
from models.kernels.claims import Constants
from models.kernels.compiler import kernel
from models.kernels.evidence_sums import (
    AMOUNT,
    FACTOR,
    FORMAT,
    INTEREST,
    LONG_TERM,
    NOW,
    PLACE,
    REST,
    ROW,
    SHARE,
    TOPIC,
    WHOLE,
    Candidates,
    Events,
    Sets,
    World,
    holds,
    no_sums,
    part_of,
)
from models.kernels.evidence_sums import SESSION as SESSION_PART
from models.kernels.likeness import inner

Codes = NDArray[np.int32]
Numbers = NDArray[np.int64]
Vectors = NDArray[np.float32]
Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

TAG, ITEM, SESSION, STATED, HISTORY, FRESH, POPULAR, WHAT = range(8)
"""What a label may rest on; the last is what an item is about."""
_NONE = -1
_CLAIMS = 4
"""Kinds of claims but for that of all events, which is made where there is no other."""
_PLACES = 1e9
"""Parts that are equal to so many places are equal."""
_ROUNDING = 1.0001
"""What a bound is multiplied by, so that rounding does not make it too small."""
SCORE, MULTIPLIED, NEW, LIKED = range(4)
"""Columns of a slate's values: score, what it is multiplied by, and the parts of it that an item has by being new and
by being popular, 0 where it is not."""
APART, CLOSE, NEARLY, NEARLY_WITH_A_TAG = range(4)
"""Cosine of any two items and of close ones; shares of the way between from which two are alike, and with a tag."""


class Shown(NamedTuple):
    """The n items of a slate.

    Attributes:
        rows: of the catalogue.
        positions: int64 [n], place of each among the candidates.
        values: float64 [n, 4].
        exploratory: whether each lies outside of what is the person's own.
        own: whether each is the person's own.
        asked: whether each may be there for what the person stated.
        recent: likewise for the session.
        ranks: float64, scores of all candidates.
        vectors: content vectors, float32 [rows, width].
        places: int32 [n], the row of each.
        others: content vectors, float32 [rows, width].
        of_event: int32 [k], the row in it of each event's item.
        likeness: float64 [4], what makes items alike.
    """

    rows: Codes
    positions: Numbers
    values: Values
    exploratory: Mask
    own: Mask
    asked: Mask
    recent: Mask
    ranks: Values
    vectors: Vectors
    places: Codes
    others: Vectors
    of_event: Codes
    likeness: Values


class Tags(NamedTuple):
    """Tags of a slate's items and of a person's events.

    Attributes:
        of_item: int64 [n + 1], where the tags of each item begin.
        slots: int32 [m], number of each among the tags of the slate.
        nearness: float32 [m], of each to its item.
        nameable: bool [tags of the slate].
        known: bool, likewise: whether the person stated it or liked an item that bears it.
        masses: float64, likewise: decayed weight of the events that bear it.
        of_event: int64 [k + 1], where the tags of each event begin.
        borne: int32, number of each.
    """

    of_item: Numbers
    slots: Codes
    nearness: Vectors
    nameable: Mask
    known: Mask
    masses: Values
    of_event: Numbers
    borne: Codes


class Products(NamedTuple):
    """What is known of single events, which are in order of what they may carry at most.

    Attributes:
        near: float32 [first events, n], inner products of the first events' vectors with the slate's.
        alike: float32 [first events, n], the same of their content blocks.
        bounds: float64 [k], more than each event carries of any score, factors aside.
    """

    near: Vectors
    alike: Vectors
    bounds: Values


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


class _State(NamedTuple):
    """A slate while it is gone through.

    Attributes:
        world: events, candidates and sets: those of tags, one for each item of the slate, which is filled once the
            event that carries most of it is known, the session, all events, and the profile.
        shown: the slate.
        tags: of its items.
        sayable: bool [tags of the slate], whether claims may be about each.
        whole: int64 [3], the numbers of the last three sets; -1 of an empty one.
        carried: float64 [first events, n, 3], what each adds to a score: to its long term before division, to the
            interest, and to the session.
        bounds: float64 [k], more than each event carries of any score, factors aside.
        most_item: the same of all events on one item.
        most: how many events of a claim are looked at for one that may be named.
    """

    world: World
    shown: Shown
    tags: Tags
    sayable: Mask
    whole: Numbers
    carried: Values
    bounds: Values
    most_item: float
    most: int


@kernel
def first_reasons(
    scored: tuple[Events, Candidates, Constants],
    slate: tuple[Shown, Tags, Products],
    profile: tuple[Vectors, float],
    sizes: tuple[int, int, int],
) -> Reasons:
    """What the label of each item rests on.

    Args:
        scored: the person's events, all candidates, best first, and the constants of the score.
        slate: its items, their tags and those of the events, and products of some events and items.
        profile: vector of the explicit profile times its mass, and that mass; empty for none.
        sizes: numbers of topics and formats, and of events of a claim of which one may be named.
    """
    count = len(slate[0].rows)
    found = Reasons(
        np.full(count, WHAT), np.full(count, _NONE), np.full(count, _NONE), np.zeros(count), np.zeros(count, np.bool_)
    )
    state = _begun(scored, slate, profile, sizes)
    for place in range(count):
        if slate[0].exploratory[place]:
            _explored(state, place, found)
        elif not _claimed(state, place, found):
            _unclaimed(state, place, found)
    return found


@kernel
def _begun(
    scored: tuple[Events, Candidates, Constants],
    slate: tuple[Shown, Tags, Products],
    profile: tuple[Vectors, float],
    sizes: tuple[int, int, int],
) -> _State:
    (events, candidates, constants), (shown, tags, products) = scored, slate
    sayable = _sayable(events, shown, tags)
    bounds, members = _sets_of(events, tags, sayable, len(shown.rows))
    shape = (len(candidates.values), candidates.vectors.shape[1], sizes[0], sizes[1], constants.width)
    world = World(events, candidates, constants, no_sums(bounds, members, profile, shape), sizes[1])
    carried = np.empty((*products.near.shape, 3))
    for event in range(carried.shape[0]):
        for place in range(carried.shape[1]):
            near, alike = products.near[event, place], products.alike[event, place]
            of_event = _carried(world, event, shown.positions[place], near, alike)
            carried[event, place, 0], carried[event, place, 1], carried[event, place, 2] = of_event
    most = _most_of_an_item(events.codes[:, ROW], products.bounds)
    whole = _whole_sets(world.sets)
    return _State(world, shown, tags, sayable, whole, carried, products.bounds, most, sizes[2])


@kernel
def _carried(world: World, event: int, item: int, near: float, alike: float) -> tuple[float, float, float]:
    """What one event adds to a score: to its long term before division, to the interest, and to the session."""
    events, constants = world.events, world.constants
    codes, others, values, linked = events.codes[event], world.candidates.codes[item], events.values[event], 0.0
    for link in range(events.links[event, 0], events.links[event, 1]):
        if events.linked[link] == item:
            linked += events.strengths[link]
    long_term = constants.similarity * (near + linked)
    if others[FORMAT] >= 0 and codes[FORMAT] == others[FORMAT]:
        long_term += constants.format
    interest = constants.interest * values[SHARE] * alike if codes[TOPIC] == others[TOPIC] else 0.0
    return values[AMOUNT] * long_term, interest, constants.session * values[NOW] * near


@kernel
def bounds_of(
    values: Values, reach: Values, links: tuple[Numbers, Vectors], constants: Constants, length: float
) -> Values:
    """float64 [k]: more than each event carries of any item's score, factors aside.

    Args:
        values: of events, float64 [k, 3].
        reach: float64 [k], lengths of their vectors.
        links: where the links of each begin and end, int64 [k, 2], and their weights.
        constants: of the score.
        length: of the longest vector of an item.
    """
    bounds, root = np.empty(len(values)), np.sqrt(constants.square)
    for event in range(len(bounds)):
        strongest = 0.0
        for link in range(links[0][event, 0], links[0][event, 1]):
            strongest = max(strongest, links[1][link])
        product = _ROUNDING * reach[event] * length
        long_term = constants.similarity * (product + strongest) + constants.format
        averages = constants.interest * values[event, SHARE] + constants.session * values[event, NOW]
        bounds[event] = values[event, AMOUNT] * long_term / root + averages * product
    return bounds


@kernel
def _most_of_an_item(items: Codes, bounds: Values) -> float:
    """The largest sum of the bounds of all events on one item."""
    most, total, order = 0.0, 0.0, np.argsort(items)
    for place in range(len(order)):
        if place and items[order[place]] != items[order[place - 1]]:
            total = 0.0
        total += bounds[order[place]]
        most = max(most, total)
    return most


@kernel
def _sayable(events: Events, shown: Shown, tags: Tags) -> Mask:
    """Of each tag of the slate whether claims may be about it.

    What is borne by an item that is none of the person's own is not said to be what they like.
    """
    sayable = np.zeros(len(tags.nameable), np.bool_)
    for event in range(len(events.shown)):
        if events.shown[event]:
            sayable[tags.borne[tags.of_event[event] : tags.of_event[event + 1]]] = True
    for place in range(len(shown.own)):
        if not shown.own[place]:
            sayable[tags.slots[tags.of_item[place] : tags.of_item[place + 1]]] = False
    return sayable & tags.nameable


@kernel
def nearness(tags: tuple[Vectors, Codes], items: tuple[Vectors, Codes], pairs: tuple[Numbers, Codes]) -> Vectors:
    """float32 [m]: inner product of each pair of an item and a tag; both are vectors, and the rows of some."""
    found = np.empty(len(pairs[0]), np.float32)
    for pair in range(len(found)):
        item, tag = items[0][items[1][pairs[0][pair]]], tags[0][tags[1][pairs[1][pair]]]
        found[pair] = inner(tag, item, len(tag))
    return found


@kernel
def _sets_of(events: Events, tags: Tags, sayable: Mask, items: int) -> tuple[Numbers, Numbers]:
    """Where each set begins and ends, int64 [sets, 2], and its events, in order."""
    count, k = len(sayable), len(events.codes)
    bounds, session, history, total = np.zeros((count + items + 3, 2), np.int64), count + items, count + items + 1, 0
    for slot in tags.borne:
        bounds[slot, 1] += sayable[slot]
    bounds[count : history + 1, 1] = k
    for number in range(len(bounds)):
        size = bounds[number, 1]
        bounds[number, 0] = bounds[number, 1] = total
        total += size
    members = np.empty(total, np.int64)
    for event in range(k):
        _join(bounds, members, history, event)
        if events.values[event, NOW] > 0:
            _join(bounds, members, session, event)
        for borne in range(tags.of_event[event], tags.of_event[event + 1]):
            if sayable[tags.borne[borne]]:
                _join(bounds, members, tags.borne[borne], event)
    return bounds, members


@kernel
def _join(bounds: Numbers, members: Numbers, number: int, event: int) -> None:
    members[bounds[number, 1]] = event
    bounds[number, 1] += 1


@kernel
def _explored(state: _State, place: int, found: Reasons) -> None:
    """An item from outside of what is the person's own: what they stated, or that it is different or for variety.

    For variety it is not if they just looked at what it is like.
    """
    stated = state.whole[2] if state.shown.asked[place] else _NONE
    if stated >= 0 and holds(state.world, stated, state.shown.positions[place]):
        _make(found, place, STATED, _NONE, _NONE, _part(state, stated, place))
        return
    tag, different = _different(state, place)
    recent = not different and state.whole[0] >= 0 and state.shown.recent[place]
    if not (recent and _claimed(state, place, found) and found.kinds[place] == SESSION):
        _make(found, place, WHAT, tag, _NONE, 0.0)
        found.different[place] = different


@kernel
def _unclaimed(state: _State, place: int, found: Reasons) -> None:
    """An item that nothing of the person carries: what is true of itself, the larger part first, or what it is."""
    fresh, popular = state.shown.values[place, NEW], state.shown.values[place, LIKED]
    if not _raises(state, place, fresh):
        fresh = 0.0
    if not _raises(state, place, popular):
        popular = 0.0
    if fresh > 0 or popular > 0:
        _make(found, place, FRESH if fresh > popular else POPULAR, _NONE, _NONE, max(fresh, popular))
        return
    best = _NONE
    for pair in range(state.tags.of_item[place], state.tags.of_item[place + 1]):
        if state.tags.nameable[state.tags.slots[pair]] and (
            best < 0 or state.tags.nearness[pair] > state.tags.nearness[best]
        ):
            best = pair
    _make(found, place, WHAT, int(state.tags.slots[best]) if best >= 0 else _NONE, _NONE, 0.0)


@kernel
def _raises(state: _State, place: int, part: float) -> bool:
    """Whether without a part of its score an item would stand below a candidate that is below it now."""
    if part <= 0:
        return False
    score = state.shown.values[place, SCORE]
    above = 0
    for rank in state.shown.ranks:
        above += score - part < rank < score
    return above > 0


@kernel
def _different(state: _State, place: int) -> tuple[int, bool]:
    """The tag that is new to a person and nearest to an item, and True; or that of which they did least, and False."""
    new, least, any_known, fewest = _NONE, _NONE, False, np.inf
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
        return _NONE, True
    for pair in range(state.tags.of_item[place], state.tags.of_item[place + 1]):
        slot = tags.slots[pair]
        if tags.nameable[slot] and tags.masses[slot] <= fewest and (least < 0 or near[pair] > near[least]):
            least = pair
    return (int(tags.slots[least]) if least >= 0 else _NONE), False


@kernel
def _claimed(state: _State, place: int, found: Reasons) -> bool:
    """Make the first claim about an item that holds and is not far-fetched, else the first that holds.

    That all the person did carries an item is said only where no other claim holds.
    """
    parts, sets = np.zeros(_CLAIMS), np.full(_CLAIMS, _NONE)
    sets[TAG] = _nearest_tag(state, place)
    sets[SESSION] = state.whole[0] if state.shown.recent[place] else _NONE
    sets[STATED] = state.whole[2] if state.shown.asked[place] else _NONE
    for kind in (TAG, SESSION, STATED):
        if sets[kind] >= 0:
            parts[kind] = _part(state, sets[kind], place)
    late = parts[SESSION] / 2 >= _just_now(state, place)
    parts[ITEM] = state.most_item * state.shown.values[place, MULTIPLIED]
    sets[ITEM] = len(state.sayable) + place if len(state.bounds) else _NONE
    far, held, sought = False, sets[TAG] >= 0, False
    while True:
        kind = _first(parts, sets, late)
        if kind < 0:
            break
        if kind == ITEM and not sought:
            sought = True
            if _fill(state, place):
                parts[ITEM] = _part(state, sets[ITEM], place)
            else:
                sets[ITEM] = _NONE
            continue
        number, sets[kind] = sets[kind], _NONE
        if kind == TAG or holds(state.world, number, state.shown.positions[place]):
            held = True
            event = _NONE if kind == STATED else _named(state, number, place)
            if event < 0 and kind not in (SESSION, STATED):
                continue
            apart = kind == ITEM and not _alike(state, place, event)
            if not (apart and far):
                _make(found, place, kind, number if kind == TAG else _NONE, event, parts[kind])
                found.different[place] = apart
            if not apart:
                return True
            far = True
    return far if held else _carried_by_all(state, place, found)


@kernel
def _carried_by_all(state: _State, place: int, found: Reasons) -> bool:
    number = state.whole[1]
    if number < 0 or not holds(state.world, number, state.shown.positions[place]):
        return False
    event = _named(state, number, place)
    if event >= 0:
        _make(found, place, HISTORY, _NONE, event, _part(state, number, place))
    return bool(event >= 0)


@kernel
def _make(found: Reasons, place: int, kind: int, tag: int, event: int, part: float) -> None:
    found.kinds[place], found.tags[place], found.events[place], found.parts[place] = kind, tag, event, part


@kernel
def _first(parts: Values, sets: Numbers, late: bool) -> int:
    """The kind of claim that comes first: what carries most, of equals the session; -1 if there is none.

    The session comes last if its events carry no more by having happened just now than by having happened at all.
    """
    first = _NONE
    for kind in (SESSION, TAG, ITEM, STATED):
        if sets[kind] < 0:
            continue
        passed = first < 0 or (first == SESSION and late)
        if passed or np.rint(parts[kind] * _PLACES) > np.rint(parts[first] * _PLACES):
            first = kind
    return first


@kernel
def _whole_sets(sets: Sets) -> Numbers:
    """int64 [3]: the numbers of the sets of the session, of all events and of the profile; -1 of an empty one."""
    found, first = np.full(3, _NONE), len(sets.bounds) - 3
    for place in range(2):
        if sets.bounds[first + place, 1] > sets.bounds[first + place, 0]:
            found[place] = first + place
    if len(sets.profile):
        found[2] = first + 2
    return found


@kernel
def _part(state: _State, number: int, place: int) -> float:
    return part_of(state.world, number, state.shown.positions[place], state.shown.values[place, MULTIPLIED])


@kernel
def _just_now(state: _State, place: int) -> float:
    """The session's part of a score."""
    return float(
        state.world.candidates.values[state.shown.positions[place], SESSION_PART]
        * state.shown.values[place, MULTIPLIED]
    )


@kernel
def _nearest_tag(state: _State, place: int) -> int:
    """Of the tags of which a claim holds the nearest to the item; -1 of none."""
    first, last = state.tags.of_item[place], state.tags.of_item[place + 1]
    tested = np.zeros(last - first, np.bool_)
    while True:
        best = _NONE
        for pair in range(first, last):
            possible = not tested[pair - first] and state.sayable[state.tags.slots[pair]]
            if possible and (best < 0 or state.tags.nearness[pair] > state.tags.nearness[best]):
                best = pair
        if best < 0:
            return _NONE
        tested[best - first] = True
        if holds(state.world, int(state.tags.slots[best]), state.shown.positions[place]):
            return int(state.tags.slots[best])


@kernel
def _fill(state: _State, place: int) -> bool:
    """Fill the set of an item of the slate with all events on the item whose event carries most of it, if any does."""
    best, most, events, sets = _NONE, 0.0, state.world.events, state.world.sets
    factor, root, first = state.shown.values[place, MULTIPLIED], np.sqrt(state.world.constants.square), state.carried
    for event in range(len(state.bounds)):
        if state.bounds[event] * factor < most:
            break
        if events.shown[event]:
            if event < len(first):
                part = factor * (first[event, place, 0] / root + first[event, place, 1] + first[event, place, 2])
            else:
                part = _part_of_event(state, event, place)
            if part > most:
                best, most = event, part
    if best < 0:
        return False
    item = events.codes[best, ROW]
    for event in range(len(state.bounds)):
        if events.codes[event, ROW] == item:
            _join(sets.bounds, sets.members, len(state.sayable) + place, event)
    return True


@kernel
def _part_of_event(state: _State, event: int, place: int) -> float:
    """What one event carries of the score of an item of the slate."""
    long_term, interest, session = _of_event(state, event, place)
    root = np.sqrt(state.world.constants.square)
    return float(state.shown.values[place, MULTIPLIED] * (long_term / root + interest + session))


@kernel
def _of_event(state: _State, event: int, place: int) -> tuple[float, float, float]:
    """What one event adds to a score: to its long term before division, to the interest, and to the session."""
    if event < len(state.carried):
        return state.carried[event, place, 0], state.carried[event, place, 1], state.carried[event, place, 2]
    events, candidates, item = state.world.events, state.world.candidates, state.shown.positions[place]
    vector, other = candidates.vectors[candidates.codes[item, PLACE]], events.vectors[events.codes[event, PLACE]]
    alike = inner(other, vector, state.world.constants.width)
    return _carried(state.world, event, item, inner(other, vector, len(vector)), alike)


@kernel
def _named(state: _State, number: int, place: int) -> int:
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
            part = factor * (first[event, place, 0] / root + first[event, place, 1] + first[event, place, 2])
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
    return _NONE


@kernel
def _falls(state: _State, named: int, place: int) -> bool:
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
    total += (parts[INTEREST] - interest) / (1 - share) + (parts[SESSION_PART] - session) / (1 - now)
    return bool((total * parts[FACTOR] if total > 0 else total) < parts[WHOLE])


@kernel
def _alike(state: _State, place: int, event: int) -> bool:
    """Whether an item is like that of an event: nearly as close as neighbours are, less so if they share a tag."""
    shown, tags, likeness, sharing = state.shown, state.tags, state.shown.likeness, False
    vector, other = shown.vectors[shown.places[place]], shown.others[shown.of_event[event]]
    close = (inner(vector, other, len(vector)) - likeness[APART]) / (likeness[CLOSE] - likeness[APART])
    for borne in range(tags.of_event[event], tags.of_event[event + 1]):
        for pair in range(tags.of_item[place], tags.of_item[place + 1]):
            sharing |= tags.slots[pair] == tags.borne[borne] and tags.nameable[tags.slots[pair]]
    return bool(close >= likeness[NEARLY_WITH_A_TAG if sharing else NEARLY])
