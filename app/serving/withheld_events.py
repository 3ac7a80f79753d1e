"""Withheld events: which events the firewall holds back as things stand, where they are not kept as seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from app.serving.generation import Generation
from app.storage.rows import SeenColumns

Withheld = Callable[[SeenColumns], NDArray[np.bool_]]
"""Bool [n]: for each pair of a person and an item whether the person's events on it are held back."""


def withheld_from(generation: Generation, before: Mapping[str, np.uint64] | None = None) -> Withheld:
    """What is held back by the catalogue and the permissions of a generation.

    Args:
        generation: in service.
        before: what some people permitted before. Of an item that the catalogue no longer has, nobody can say what it
            is about: from who permits less than before, it is held back.
    """
    people = generation.people
    less = {user_id for user_id, bits in (before or {}).items() if bits & ~people.permitted(user_id)}
    return partial(_withheld, generation, less)


def _withheld(generation: Generation, less: set[str], pairs: SeenColumns) -> NDArray[np.bool_]:
    catalogue = generation.catalogue
    rows = catalogue.rows(pairs.items)[pairs.item_codes]
    permitted = np.array([generation.people.permitted(user_id) for user_id in pairs.users], dtype=np.uint64)
    withheld = np.array([user_id in less for user_id in pairs.users], dtype=np.bool_)[pairs.user_codes]
    known = rows >= 0
    bits = catalogue.sensitive[rows[known]]
    withheld[known] = ~catalogue.firewall.usable_for_training(bits, permitted[pairs.user_codes][known])
    return withheld
