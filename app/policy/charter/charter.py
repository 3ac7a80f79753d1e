"""The charter as a value, and the file that it comes from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.insights.equity.measures import MeasureName
from indexer.fields import Label
from indexer.problems import problems
from indexer.sensitive.rules import Mode, SensitiveRules
from indexer.sensitive.taxonomy import load_taxonomy, unknown_topic
from models.events import CODE_OF, TYPE_NAME

PACKAGED: Final = Path(__file__).parent / "default.toml"
ANY: Final = "*"
"""Declares every name of a category."""

ProfileField = Literal[
    "role",
    "time_zone",
    "goals",
    "preferences.tags",
    "preferences.topics",
    "preferences.less_of",
    "preferences.providers",
    "preferences.formats",
    "preferences.languages",
    "muted.tags",
    "muted.topics",
    "muted.providers",
    "allowed_sensitive_topics",
    "personalization",
]
Words = Annotated[str, Field(min_length=1, max_length=5_000)]
Days = Annotated[float, Field(gt=0, allow_inf_nan=False)]
TypeName = Annotated[str, Field(pattern=rf"{TYPE_NAME}|^\*$")]
Ratio = Annotated[float, Field(gt=0, le=1)]


class CharterError(ValueError):
    """The charter cannot be read, or says what cannot be."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Use(_Part):
    """One kind of data that is used."""

    why: Words
    """What it is used for, in words for the person whom it is about."""


class EventUse(Use):
    """One event type that is used; events are always deleted after some time."""

    keep_days: Days
    """Days from the event until it is deleted."""


class SeenUse(Use):
    """That an item was seen, and nothing else of it, after the event that says so is deleted."""

    keep_days: Days
    """Days from the event on."""


class ServedUse(Use):
    """What was recommended to whom, so that it can be told what came of it."""

    keep_days: Days
    """Days from the answer until it is deleted, with its whole day."""


class Topic(_Part):
    """How one sensitive topic is treated."""

    mode: Mode
    """`permission`, `recommend_only` or `free`."""

    why: Words | None = None
    """Reason, where it is not plain."""


class EquityRules(_Part):
    """What the equity audit judges by, declared before anything is measured."""

    minimum_group: int = Field(default=50, ge=10)
    """People of the smallest group that is told of; smaller ones are suppressed."""

    thresholds: dict[MeasureName, Ratio] = Field(default_factory=dict)
    """Measure -> how many times as well as all others each group is to fare at least, such as 0.8; what is good to be
    rare may be 1 / threshold times as frequent at most. A measure that does not stand here is shown and not judged."""

    exposure: Ratio | None = None
    """The same for providers, topics and formats: share of the attention by share of what people take up."""


class Charter(_Part):
    """What is personalised, for which outcome, with which data, and what a person can do about it."""

    name: Words
    """Of the service, as people know it."""

    personalised: Words
    """What is chosen for each person."""

    outcome: Words
    """What this is to improve."""

    disclosure: Words
    """What people are told where they meet it."""

    contact: Words | None = None
    """Whom to ask."""

    controls: dict[str, Words] = Field(default_factory=dict)
    """What a person can do -> how."""

    events: dict[TypeName, EventUse] = Field(default_factory=dict)
    """Event types that are accepted; `*` stands for all that the settings declare (`events.types`)."""

    seen: SeenUse | None = None
    """That an item was seen is kept longer than its event, so that it is not recommended again; absent, it is not."""

    served: ServedUse | None = None
    """Each answer is logged as it was given; absent, none is, and nobody can say how the service does."""

    exports: dict[Literal["events", "people"], Use] = Field(default_factory=dict)
    """What is copied to a warehouse by `penchant export`, and what for; absent, it is not."""

    similar_people: Use | None = None
    """Operators may ask who is like a person, by what both took; absent, nobody may."""

    segments: dict[str, Use] = Field(default_factory=dict)
    """Attributes of people, among those declared below, by which figures of the service may be told apart."""

    equity: EquityRules = EquityRules()
    """What the equity audit judges by."""

    profile: dict[ProfileField, Use] = Field(default_factory=dict)
    """Fields of the explicit profile that are accepted."""

    attributes: dict[str, Use] = Field(default_factory=dict)
    """Attributes of people that are accepted, by name."""

    context: dict[str, Use] = Field(default_factory=dict)
    """Entries of an event's context that are accepted, by name; `*` stands for all."""

    item_attributes: dict[str, Use] = Field(default_factory=dict)
    """Attributes of items that are accepted, by name; `*` stands for all."""

    sensitive: dict[Label, Topic] = Field(default_factory=dict)
    """Sensitive topics that matter here. Items that the classifier or an ambiguous tag only suspects of one are treated
    like those that declare it; what is suspected of a topic that does not stand here is reported, and shown."""

    def use_of(self, event_type: str) -> EventUse | None:
        """What events of a type are used for; None of one that is not accepted."""
        use = self.events.get(event_type)
        return self.events.get(ANY) if use is None and event_type not in CODE_OF else use

    def rules(self) -> SensitiveRules:
        """How sensitive topics are treated."""
        return SensitiveRules({name: topic.mode for name, topic in self.sensitive.items()})


def load_charter(path: Path | None = None, taxonomy: Path | None = None) -> Charter:
    """The charter of a TOML file; without one, the packaged charter.

    Args:
        path: the file.
        taxonomy: file of the sensitive topics that it may name; without one, the packaged taxonomy.

    Raises:
        CharterError: the file is missing, is no TOML, or says what cannot be.
        TaxonomyError: the taxonomy cannot be read.
    """
    place = path or PACKAGED
    topics = load_taxonomy(taxonomy).names
    try:
        charter = Charter.model_validate(tomllib.loads(place.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise CharterError(f"charter {place}: {'; '.join(str(each) for each in problems(error))}") from error
    except (OSError, ValueError) as error:
        raise CharterError(f"charter {place}: {error}") from error
    for name in sorted(charter.segments.keys() - charter.attributes.keys()):
        raise CharterError(f"charter {place}: segments.{name} must be declared under attributes")
    for name in charter.sensitive.keys() - set(topics):
        raise CharterError(f"charter {place}: sensitive.{name} {unknown_topic(topics)}")
    return charter
