"""A slate while its labels are chosen: which sets of events claims may be about."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.kernels.claims import Constants
from models.kernels.compiler import kernel
from models.kernels.event_parts import carried_by, most_of_an_item
from models.kernels.evidence_sums import NOW, ROW, Candidates, Events, Sets, World, no_sums
from models.kernels.slate_columns import Mask, Numbers, Products, Shown, Tags, Values, Vectors

NONE = -1


class State(NamedTuple):
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
def begun(
    scored: tuple[Events, Candidates, Constants],
    slate: tuple[Shown, Tags, Products],
    profile: tuple[Vectors, float],
    sizes: tuple[int, int, int],
) -> State:
    """The sets of a slate, of which nothing is summed up yet, and what is known of single events."""
    (events, candidates, constants), (shown, tags, products) = scored, slate
    sayable = _sayable(events, shown, tags)
    bounds, members = _sets_of(events, tags, sayable, len(shown.rows))
    shape = (len(candidates.values), candidates.vectors.shape[1], sizes[0], sizes[1], constants.width)
    world = World(events, candidates, constants, no_sums(bounds, members, profile, shape), sizes[1])
    carried = np.empty((*products.near.shape, 3))
    for event in range(carried.shape[0]):
        for place in range(carried.shape[1]):
            near, alike = products.near[event, place], products.alike[event, place]
            of_event = carried_by(world, event, shown.positions[place], near, alike)
            carried[event, place, 0], carried[event, place, 1], carried[event, place, 2] = of_event
    most = most_of_an_item(events.codes[:, ROW], products.bounds)
    whole = _whole_sets(world.sets)
    return State(world, shown, tags, sayable, whole, carried, products.bounds, most, sizes[2])


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
        join(bounds, members, history, event)
        if events.values[event, NOW] > 0:
            join(bounds, members, session, event)
        for borne in range(tags.of_event[event], tags.of_event[event + 1]):
            if sayable[tags.borne[borne]]:
                join(bounds, members, tags.borne[borne], event)
    return bounds, members


@kernel
def join(bounds: Numbers, members: Numbers, number: int, event: int) -> None:
    """Put an event at the end of a set."""
    members[bounds[number, 1]] = event
    bounds[number, 1] += 1


@kernel
def _whole_sets(sets: Sets) -> Numbers:
    """int64 [3]: the numbers of the sets of the session, of all events and of the profile; -1 of an empty one."""
    found, first = np.full(3, NONE), len(sets.bounds) - 3
    for place in range(2):
        if sets.bounds[first + place, 1] > sets.bounds[first + place, 0]:
            found[place] = first + place
    if len(sets.profile):
        found[2] = first + 2
    return found
