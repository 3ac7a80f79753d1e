"""What single events carry of the scores of items, and what they may carry at most."""

from __future__ import annotations

import numpy as np

from models.kernels.claims import Constants
from models.kernels.compiler import kernel
from models.kernels.evidence_sums import AMOUNT, FORMAT, NOW, SHARE, TOPIC, World
from models.kernels.slate_columns import Codes, Numbers, Values, Vectors

_ROUNDING = 1.0001
"""What a bound is multiplied by, so that rounding does not make it too small."""


@kernel
def carried_by(world: World, event: int, item: int, near: float, alike: float) -> tuple[float, float, float]:
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
def most_of_an_item(items: Codes, bounds: Values) -> float:
    """The largest sum of the bounds of all events on one item."""
    most, total, order = 0.0, 0.0, np.argsort(items)
    for place in range(len(order)):
        if place and items[order[place]] != items[order[place - 1]]:
            total = 0.0
        total += bounds[order[place]]
        most = max(most, total)
    return most
