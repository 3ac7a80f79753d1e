"""The service's settings for a split: what the operator has set, and what validation chose, by dotted name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from app.settings import Settings as AppSettings
from indexer.problems import problems
from models.factors.learning import chosen_method
from models.factors.settings import Method
from scripts.benchmarks.recall.dataset import Clock, Entities
from scripts.benchmarks.recall.model import Settings
from scripts.benchmarks.recall.tuning import Axes
from scripts.benchmarks.sittings import Sittings

SomeModel = TypeVar("SomeModel", bound=BaseModel)

HALF_LIFE: Final = "events.half_life_positive_days"
RIDGE: Final = "index.behaviour.factors.exact.ridge"
CONTENT_WEIGHT: Final = "index.behaviour.factors.exact.content_weight"
CONTENT_SHARE: Final = "index.behaviour.content_share"
DIRECTED: Final = "index.behaviour.factors.transitions.weight"
RANK: Final = "index.behaviour.factors.rank"
NEIGHBOURS: Final = "index.behaviour.factors.neighbours"

NO_DECAY: Final = 1e6
"""A half-life in days in which nothing fades."""

_DECAY: Final[dict[Clock, Axes]] = {
    Clock.SECONDS: {HALF_LIFE: (30.0, 365.0, NO_DECAY)},
    Clock.STEPS: {HALF_LIFE: (1.4, 3.0)},
    Clock.NONE: {},
}
_EXACT: Final[dict[Clock, Axes]] = {
    Clock.SECONDS: {RIDGE: (100.0, 1000.0), DIRECTED: (0.0, 0.5)},
    Clock.STEPS: {DIRECTED: (0.0, 2.0), RIDGE: (100.0, 30.0), NEIGHBOURS: (20, 50)},
    Clock.NONE: {RIDGE: (100.0, 1000.0)},
}
_SPECTRAL: Final[Axes] = {RANK: (512,), NEIGHBOURS: (20, 50)}
_WITH_TEXT: Final[Axes] = {CONTENT_SHARE: (0.0, 0.3), CONTENT_WEIGHT: (0.0, 100.0)}
_WITHOUT_TEXT: Final[Axes] = {CONTENT_SHARE: (0.0,), CONTENT_WEIGHT: (0.0,)}


class TunedFileError(ValueError):
    """A file of settings that were chosen elsewhere cannot be read, or says what cannot be."""


def overlaid(settings: AppSettings, file: Path) -> AppSettings:
    """The settings with those of a TOML file in their place.

    Raises:
        TunedFileError: the file is missing, is no TOML, or sets what is no setting.
    """
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
        return AppSettings.model_validate(_merged(settings.model_dump(exclude_unset=True), written))
    except ValidationError as error:
        raise TunedFileError(f"{file}: {'; '.join(str(each) for each in problems(error))}") from error
    except (OSError, ValueError) as error:
        raise TunedFileError(f"{file}: {error}") from error


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = {
        name: _merged(below[name], above[name]) for name in below.keys() & above.keys() if _nested(below, above, name)
    }
    return {**below, **above, **both}


def _nested(below: dict[str, Any], above: dict[str, Any], name: str) -> bool:
    return isinstance(below[name], dict) and isinstance(above[name], dict)


def axes_of(entities: Entities, settings: AppSettings, told: Sittings | None = None) -> Axes:
    """What may be chosen for a data set, the operator's own values first; without texts, content has no part in it.

    What the times do not tell is not chosen, where they are times.
    """
    exact = chosen_method(len(entities.items), settings.index.behaviour.factors) is Method.EXACT
    by_method = _EXACT[entities.clock] if exact else _SPECTRAL
    own = {**_DECAY[entities.clock], **by_method, **(_WITH_TEXT if entities.documents else {})}
    if told is not None and entities.clock is Clock.SECONDS:
        own = {name: values for name, values in own.items() if _is_told(name, told)}
    chosen = {name: tuple(dict.fromkeys((value_of(settings, name), *values))) for name, values in own.items()}
    return chosen if entities.documents else {**chosen, **_WITHOUT_TEXT}


def _is_told(name: str, told: Sittings) -> bool:
    return (told.tell_order or name != DIRECTED) and (told.tell_fading or name != HALF_LIFE)


def value_of(settings: BaseModel, name: str) -> float:
    """The number that stands under a dotted name."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return float(value)


def configured(settings: SomeModel, chosen: Settings) -> SomeModel:
    """The settings with other numbers under dotted names."""
    for name, value in chosen.items():
        settings = _with(settings, name.split("."), value)
    return settings


def _with(model: SomeModel, path: list[str], value: float) -> SomeModel:
    name, *rest = path
    inner = getattr(model, name)
    changed = _with(inner, rest, value) if rest else type(inner)(value)
    return model.model_copy(update={name: changed})
