"""The one entry to factor learning: which method, and what becomes of items that nobody engaged with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.factors.content_map import ContentMap
from models.factors.exact import learn_exact
from models.factors.gram import LocalGram, OpenGram
from models.factors.settings import FactorSettings, Method
from models.factors.spectral import learn_spectral
from models.factors.unengaged_items import promise_of_silence
from models.factors.value import Factors
from models.interactions import Interactions

Dense = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """All that is learned of behaviour.

    Attributes:
        factors: of all items, those without interactions included.
        content_map: what gives an item that arrives later its factors.
        method: how they were learned, `exact` or `spectral`.
    """

    factors: Factors
    content_map: ContentMap
    method: Method


def learn_behaviour(
    interactions: Interactions,
    content: Dense,
    settings: FactorSettings,
    offered: Dense | None = None,
    gram_of: OpenGram = LocalGram,
) -> Behaviour | None:
    """Item vectors from behaviour, None where there are fewer interactions than `settings.least_interactions`.

    Args:
        interactions: of users with n items.
        content: float32 [n, d], unit vectors; d may be 0.
        settings: how.
        offered: float32 [n], share of the interactions that happened while each item was on offer; without it, items
            that nobody engaged with are taken for new ones.
        gram_of: where products of everybody's interactions are computed.

    Raises:
        UntimedError: the directed term is on, and the interactions have no times.
    """
    if len(interactions) < max(settings.least_interactions, 1):
        return None
    method = chosen_method(interactions.items, settings)
    if method is Method.EXACT:
        factors = learn_exact(interactions, content, settings, gram_of(interactions.matrix))
    else:
        factors = learn_spectral(interactions, settings, gram_of)
    gram = gram_of(interactions.matrix)
    content_map = ContentMap.fit(content, factors, interactions, settings.cold_ridge, gram).hopeful(settings.optimism)
    degrees = interactions.item_degrees()
    promise = promise_of_silence(degrees, np.zeros(len(degrees), np.float32) if offered is None else offered)
    return Behaviour(content_map.fill(content, factors, degrees > 0, promise), content_map, method)


def chosen_method(items: int, settings: FactorSettings) -> Method:
    """The method for a catalogue of so many `items`."""
    if settings.method is not Method.AUTO:
        return settings.method
    return Method.EXACT if items <= settings.exact_items else Method.SPECTRAL
