"""A scenario: a named placement as settings declare it, and what it decides where a request names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, PrivateAttr

from app.filter_language.errors import FilterError
from app.filter_language.fields import Fields
from app.filter_language.reading import read
from app.pipeline.placement import By
from app.pipeline.settings import Days, QuerySettings
from app.requests.asked import FilterText, ItemFields, Limit
from indexer.fields import ExternalId
from models.config import Config

OVERRULED = ("weights", "floors", "sources", "repeats", "variety")
"""Groups of the query's settings in which a scenario may differ from the policy in force."""
Values = dict[str, float | int | bool]
Factor = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Said = Annotated[str, Field(min_length=1, max_length=100)]


class Boosted(Config):
    """Items that a scenario raises, or lowers."""

    filter: FilterText
    """Which."""

    times: Factor = 1.5
    """Factor of their positive scores; below 1 it lowers them, and their labels say nothing of it."""

    label: Said | None = None
    """What their labels say before the reason; absent, "Promoted" in the person's language."""


class Scenario(Config):
    """What a placement decides where the request does not."""

    when: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Circumstances under which requests that name no scenario are answered by this one: of each name, the values that
    do, such as `{ device = ["phone", "tablet"], page = ["home"] }`. Absent, it has to be named."""

    filter: FilterText | None = None
    """Which items may be shown; a request's own filter narrows that further."""

    limit: Limit | None = None
    """Items of an answer."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title."""

    hide_seen: bool | None = None
    """Whether items that the person has seen are left out."""

    seen_days: dict[str, Days] = Field(default_factory=dict)
    """For how many days an item counts as seen after an event of a type, instead of `query.seen_days`; 0: it does not.
    """

    hide_own: bool | None = None
    """Whether items that the person provides or wrote are left out."""

    by: By | None = None
    """How items are to be like the one that `/similar` names, or like what the person engaged with: by content, by
    behaviour, or by both as the index weighs them. Where no behaviour was learned yet, slates go by content."""

    pinned: tuple[ExternalId, ...] = Field(default=(), max_length=100)
    """Items that come first, in this order, as far as nothing keeps them from the person."""

    pinned_label: Said | None = None
    """What their labels say; absent, "Our pick" in the person's language."""

    boosted: tuple[Boosted, ...] = Field(default=(), max_length=20)
    """Items of which scores are multiplied."""

    weights: Values = Field(default_factory=dict)
    """Settings of `query.weights` that differ here."""

    floors: Values = Field(default_factory=dict)
    """Settings of `query.floors` that differ here."""

    sources: Values = Field(default_factory=dict)
    """Settings of `query.sources` that differ here; 0 switches a source off."""

    repeats: Values = Field(default_factory=dict)
    """Settings of `query.repeats` that differ here: how soon what is shown in vain rests, and for how long."""

    variety: Values = Field(default_factory=dict)
    """Settings of `query.variety` that differ here."""

    _queries: dict[str, QuerySettings] = PrivateAttr(default_factory=dict)

    @property
    def overrides(self) -> dict[str, Any]:
        """Settings of the query that differ."""
        return {name: values for name in OVERRULED if (values := getattr(self, name))}

    def meets(self, context: Mapping[str, str]) -> bool:
        """Whether it is for such circumstances."""
        return bool(self.when) and all(context.get(name) in values for name, values in self.when.items())

    def query(self, settings: QuerySettings, policy: str) -> QuerySettings:
        """The settings of a policy, with those of the scenario in their place.

        Args:
            settings: of the policy.
            policy: its id, which stands for them.

        Raises:
            pydantic.ValidationError: a setting is unknown or impossible.
        """
        if not self.overrides:
            return settings
        if policy not in self._queries:
            groups = {name: getattr(settings, name).model_dump() | values for name, values in self.overrides.items()}
            self._queries[policy] = QuerySettings.model_validate(settings.model_dump(exclude=set(groups)) | groups)
        return self._queries[policy]

    def check(self, fields: Fields) -> None:
        """Whether its filters can be read.

        Raises:
            ValueError: one cannot.
        """
        for place, text in (("filter", self.filter), *((f"boosted.{n}", b.filter) for n, b in enumerate(self.boosted))):
            try:
                read(text or "item_id is present", fields)
            except FilterError as error:
                raise ValueError(f"{place} cannot be used, {error.message}") from error
