"""What is chosen, among which values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from pydantic import BaseModel

from app.settings import Settings
from models.factors.learning import chosen_method
from models.factors.settings import Method
from scripts.benchmarks.recall.penchant.configuration import DIRECTED, value_of
from scripts.benchmarks.sittings import Sittings
from scripts.benchmarks.tuning.division import Signals

Axes = Mapping[str, tuple[float, ...]]
"""Values of each setting by its dotted name, the one that stands first."""

_FACTORS: Final = "index.behaviour.factors"

_ALWAYS: Final[Axes] = {
    "events.half_life_positive_days": (1, 7, 30, 90, 365, 3650),
    DIRECTED: (0, 0.5, 2),
    "index.behaviour.content_share": (0.05, 0.1, 0.2, 0.4),
    f"{_FACTORS}.rank": (64, 128, 256, 512),
    f"{_FACTORS}.neighbours": (20, 50),
}
_EXACT: Final[Axes] = {
    f"{_FACTORS}.exact.ridge": (30, 100, 300, 1000),
    f"{_FACTORS}.exact.content_weight": (0, 30, 100),
}
_SPECTRAL: Final[Axes] = {
    f"{_FACTORS}.spectral.user_exponent": (0.1, 0.3, 0.5),
    f"{_FACTORS}.spectral.item_exponent": (0.3, 0.4, 0.5),
    f"{_FACTORS}.spectral.popularity_exponent": (0.3, 0.4, 0.5),
}
_NEGATIVES: Final[Axes] = {
    "query.user.beta.content": (0.25, 0.5, 1),
    "query.user.beta.behaviour": (0, 0.05, 0.1, 0.25),
    "events.half_life_negative_days": (7, 60, 365),
}
"""beta of the content ends at .25: a dismissal has to count, whatever accuracy makes of it."""


def sittings_of(log: Signals, items: int) -> Sittings:
    """What the log's times tell of the order in which people took things up."""
    interactions = log.interactions(int(log.users.max(initial=-1)) + 1, items)
    users, _ = interactions.in_order()
    return Sittings.of(users, interactions.times if interactions.times is not None else np.empty(0))


def axes_of(settings: Settings, items: int, log: Signals) -> Axes:
    """What may be chosen for a catalogue of so many items and a log; settings that matter most come first.

    What the operator has set stays as it is, and so does what this log cannot tell anything of: dislikes where there
    are none, order and fading where its times tell none (`Sittings`).
    """
    method = chosen_method(items, settings.index.behaviour.factors)
    own = {**_ALWAYS, **(_EXACT if method is Method.EXACT else _SPECTRAL)}
    if bool((log.weights < 0).any()):
        own |= _NEGATIVES
    told = sittings_of(log, items)
    untold = {DIRECTED} if not told.tell_order else set()
    untold |= {name for name in own if "half_life" in name} if not told.tell_fading else set()
    axes = {}
    for name, values in own.items():
        stands = value_of(settings, name)
        most = items if name.endswith(".rank") else np.inf
        if name not in untold and not is_set(settings, name):
            axes[name] = (stands, *(value for value in values if value != stands and value <= most))
    return axes


def is_set(settings: BaseModel, name: str) -> bool:
    """Whether a setting was given by the environment or a file, rather than left at its default."""
    value: Any = settings
    for part in name.split("."):
        if part not in value.model_fields_set:
            return False
        value = getattr(value, part)
    return True
