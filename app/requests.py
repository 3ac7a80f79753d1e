"""What a caller can ask for: the same models for query strings and for JSON bodies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.insights.experiments.experiment import Name as ExperimentName
from app.insights.experiments.experiment import Plan
from indexer.fields import Attributes, ExternalId, Goals, Labels, LanguageRanges, Name, Names, Time, TimeZone

MAX_LIMIT = 500
MAX_DELETED = 10_000
MAX_BATCH = 10_000
"""Items of one answer."""
MAX_EXCLUDED = 10_000
"""Entries of `exclude`."""
MAX_PLACEMENTS = 20
"""Slates of one page."""
MAX_QUERY_TEXT = 10_000
"""Characters of a text to which similar items are sought."""
MAX_FIELD = 300
"""Characters of the name of a field."""
MAX_FIELDS = 50
"""Fields that are told of each item."""
MAX_FILTER = 8_000
"""Characters of a filter."""
MAX_ALTERNATIVES = 3
"""Slates beside the one by the settings in force."""
MAX_TRIED = 500
"""People on whom settings are tried at once."""
MAX_REASON = 500
"""Characters of why an operator did something."""
MAX_CURSOR = 1_000
"""Characters of a cursor."""


def _says_something(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _apart(entries: object) -> object:
    """`url,provider` is the same as `url` and `provider`."""
    if isinstance(entries, list) and all(isinstance(each, str) for each in entries):
        return [name.strip() for each in entries for name in each.split(",")]
    return entries


Wish = Literal["more", "less", "mute"]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT)]
ItemField = Literal[
    "text", "tags", "format", "language", "published_at", "expires_at", "url", "provider", "attributes"
]  # fmt: skip
OneAttribute = Annotated[str, Field(pattern=r"^attributes\..+$", max_length=MAX_FIELD)]
ItemFields = Annotated[list[ItemField | OneAttribute], Field(max_length=MAX_FIELDS), BeforeValidator(_apart)]
FilterText = Annotated[str, Field(max_length=MAX_FILTER)]
SeenDays = Annotated[
    list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*:[0-9]{1,6}(\.[0-9]{1,6})?$")]],
    Field(max_length=MAX_FIELDS),
    BeforeValidator(_apart),
]
Circumstances = Annotated[
    list[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}:.{1,100}$")]],
    Field(max_length=MAX_FIELDS),
    BeforeValidator(_apart),
]
Excluded = Annotated[list[ExternalId], Field(max_length=MAX_EXCLUDED)]
Reason = Annotated[str, Field(max_length=MAX_REASON), AfterValidator(_says_something)]
QueryText = Annotated[str, Field(max_length=MAX_QUERY_TEXT), AfterValidator(_says_something)]


class _Asked(BaseModel):
    """Strict, closed and immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


class PlacementRequest(_Asked):
    """A slate of a page."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        """In a body, null is the same as absent."""
        return {name: value for name, value in given.items() if value is not None} if isinstance(given, dict) else given

    limit: Limit = 20
    """Items wanted."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out, by id; ids that the catalogue does not know are allowed."""

    filter: FilterText | None = None
    """Which items may be in the slate, such as `category = "shoes" and price < 50 and not sold_out`; absent, all."""

    scenario: Name | None = None
    """Where the slate is shown, such as home or newsletter; kept with the answer. Where settings declare scenarios, one
    of them, which decides what the request leaves open."""

    context: Circumstances = Field(default_factory=list)
    """Where and on what the slate is shown, as in `device:phone,page:home`: where no `scenario` is named, it is the
    first declared one whose `when` this meets. It is not kept."""

    hide_seen: bool | None = None
    """Whether items that the person has seen are left out; absent, as the scenario or the settings say."""

    seen_days: SeenDays = Field(default_factory=list)
    """For how long an item counts as seen after an event of a type, as in `click:3,complete:0`: 3 days, not at all;
    other types as the scenario or the settings say."""

    hide_own: bool | None = None
    """Whether items that the person provides or wrote are left out; absent, as the scenario or the settings say."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title, `attributes` as a whole or one by one, as in
    `url,attributes.price`; what an item does not have is left out."""

    explain: Literal["label", "full"] = "label"
    """`label`: what a page shows, and of each item the one reason that its label rests on. `full`: every reason with
    its evidence, the account of each score, and which source brought the item."""


class RecommendRequest(PlacementRequest):
    """A slate for one person."""

    user_id: ExternalId
    """For whom; nothing need be known of them."""

    debug: bool = False
    """Whether the answer tells what every stage did, and each score's terms; it is explained in full, too."""

    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR)] | None = None
    """The `next_cursor` of an earlier answer, to continue it, under the same `filter`, `scenario` and `hide_seen`."""

    @property
    def full(self) -> bool:
        """Whether everything is to be explained."""
        return self.debug or self.explain == "full"


class PageRequest(_Asked):
    """Several slates for one page, in which no item stands twice."""

    user_id: ExternalId
    """For whom; nothing need be known of them."""

    placements: Annotated[list[PlacementRequest], Field(min_length=1, max_length=MAX_PLACEMENTS)]
    """The slates, in order: each leaves out what those before it show, and what says the same."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out of all of them, by id."""

    def requests(self) -> list[RecommendRequest]:
        """One request for each."""
        return [
            RecommendRequest(
                user_id=self.user_id,
                **each.model_dump(exclude_unset=True, exclude={"exclude"}),
                exclude=[*self.exclude, *each.exclude][:MAX_EXCLUDED],
            )
            for each in self.placements
        ]


class BatchRequest(PlacementRequest):
    """A slate for each of many people."""

    user_ids: Annotated[list[ExternalId], Field(min_length=1, max_length=MAX_BATCH)]
    """For whom, in this order; nothing need be known of them."""

    def requests(self) -> Iterator[RecommendRequest]:
        """One request for each."""
        asked = self.model_dump(exclude_unset=True, exclude={"user_ids"})
        first = RecommendRequest(user_id=self.user_ids[0], **asked)
        return (first.model_copy(update={"user_id": user_id}) for user_id in self.user_ids)


class SimilarRequest(_Asked):
    """The nearest neighbours of an item or of a text: exactly one of the two is given."""

    item_id: ExternalId | None = None
    """The item."""

    text: QueryText | None = None
    """The text: a title, a number or words, or what is wanted in natural language."""

    by: Literal["content", "behaviour", "both"] | None = None
    """How items are to be like `item_id`: in content, by what people did with them, or both, which is the default."""

    limit: Limit = 20
    """Items wanted."""

    user_id: ExternalId | None = None
    """On whose behalf: left out is what this person muted, spoke against, does not read, or did not permit."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out, by id; ids that the catalogue does not know are allowed."""

    filter: FilterText | None = None
    """Which items may be in the answer, such as `category = "shoes" and price < 50 and not sold_out`; absent, all."""

    hide_seen: bool = False
    """Whether items that this person has seen are left out."""

    seen_days: SeenDays = Field(default_factory=list)
    """For how long an item counts as seen after an event of a type, as in `click:3,complete:0`: 3 days, not at all."""

    scenario: Name | None = None
    """Where the answer is shown; where settings declare scenarios, one of them, which decides what is left open."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title, `attributes` as a whole or one by one, as in
    `url,attributes.price`; what an item does not have is left out."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.item_id is None) == (self.text is None):
            raise ValueError("must have exactly one of item_id and text")
        if (self.hide_seen or self.seen_days) and self.user_id is None:
            name = "hide_seen" if self.hide_seen else "seen_days"
            raise ValueError(f"has {name}, which has no effect without user_id")
        if self.text is not None and self.by is not None:
            raise ValueError("by goes with item_id: a text is found by its words and by its meaning")
        return self


class ListRequest(_Asked):
    """A list that is no one person's."""

    limit: Limit = 20
    """Items wanted."""

    user_id: ExternalId | None = None
    """On whose behalf: left out is what this person muted, spoke against, does not read, or did not permit."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out, by id; ids that the catalogue does not know are allowed."""

    filter: FilterText | None = None
    """Which items may be in the list, such as `category = "shoes" and not sold_out`; absent, all."""

    segment: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Of whom alone people are counted: an attribute of people that the charter declares under `segments`; absent, of
    everybody. Items of too few of them are left out."""

    value: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    """Of that attribute, such as `de`."""

    hide_seen: bool = False
    """Whether items that this person has seen are left out."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title."""

    @model_validator(mode="after")
    def _value_of_a_segment(self) -> Self:
        if (self.segment is None) != (self.value is None):
            raise ValueError("needs both segment and value, or neither")
        return self


class TogetherRequest(_Asked):
    """What people who took an item took besides."""

    item_id: ExternalId
    """The item."""

    limit: Limit = 20
    """Items wanted."""

    user_id: ExternalId | None = None
    """On whose behalf: left out is what this person muted, spoke against, does not read, or did not permit."""

    exclude: Excluded = Field(default_factory=list)
    """Items to leave out, by id; ids that the catalogue does not know are allowed."""

    filter: FilterText | None = None
    """Which items may be in the list; absent, all."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title."""


class SimilarPeopleRequest(_Asked):
    """People like a person."""

    user_id: ExternalId
    """The person."""

    limit: Limit = 20
    """How many."""


class NamesRequest(_Asked):
    """Tags or topics."""

    limit: Limit = 50
    """How many."""

    filter: FilterText | None = None
    """Which items count; absent, all."""


class ItemsRequest(_Asked):
    """A part of the catalogue."""

    limit: Limit = 100
    """Items wanted."""

    filter: FilterText | None = None
    """Which items are listed; absent, all."""

    fields: ItemFields = Field(default_factory=list)
    """What of each item is told besides its id and title."""

    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR)] | None = None
    """The `next_cursor` of an earlier part, under the same `filter`."""


class DeleteRequest(_Asked):
    """Items that are to go: by their ids, or all that a filter asks for."""

    item_ids: Annotated[list[ExternalId], Field(min_length=1, max_length=MAX_DELETED)] | None = None
    """Their ids; those that the catalogue does not have are told."""

    filter: FilterText | None = None
    """Which items, such as `provider = "acme"`. Without `confirm` they are counted, and none is deleted."""

    confirm: Annotated[int, Field(ge=0)] | None = None
    """How many items the filter asks for, as they were counted: where it is another number by now, none is deleted."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.item_ids is None) == (self.filter is None):
            raise ValueError("needs either item_ids or filter")
        if self.confirm is not None and self.filter is None:
            raise ValueError("has confirm, which goes with filter")
        return self


class PreferencesPatch(_Asked):
    """Changes to what a person says to like; null removes."""

    tags: Labels | None = None
    """Tags they ask for."""

    topics: Names | None = None
    """Topics they ask to see more of, by name or by the slug that the profile shows."""

    less_of: Names | None = None
    """Topics they ask to see less of, named likewise."""

    providers: Names | None = None
    """Providers they ask for."""

    formats: Labels | None = None
    """Formats they ask for."""

    languages: LanguageRanges | None = None
    """Languages they read, as ranges (RFC 4647): en is for en-US too. Where any are given, others are left out,
    but not those whose language is unknown."""


class MutedPatch(_Asked):
    """Changes to what a person never wants to see; null removes."""

    tags: Labels | None = None
    """Tags whose items are left out."""

    topics: Names | None = None
    """Topics whose items are left out, by name or by the slug that the profile shows."""

    providers: Names | None = None
    """Providers whose items are left out."""


class ProfilePatch(_Asked):
    """Changes to a person's explicit data, as a JSON merge patch (RFC 7396).

    What is absent stays as it is, null removes, lists are replaced as a whole, objects are merged.
    """

    role: Name | None = None
    """What they do, such as nurse."""

    goals: Goals | None = None
    """What they are after, in their own words."""

    preferences: PreferencesPatch | None = None
    """Tags, topics, providers, formats and languages they ask for, and topics they ask to see less of."""

    muted: MutedPatch | None = None
    """Tags, topics and providers that they never want to see."""

    allowed_sensitive_topics: Labels | None = None
    """Sensitive topics they permit."""

    time_zone: TimeZone | None = None
    """Name of their time zone, such as Europe/Berlin, in which their hours of engagement are told."""

    attributes: Attributes | None = None
    """Anything else by name, as far as the charter declares it; a null inside removes that entry."""

    personalization: bool | None = None
    """Whether anything may be learned of them; null goes back to the default."""

    def changes(self) -> dict[str, Any]:
        """The merge patch as it was sent, its values in their normal form; None stands for "remove"."""
        return self.model_dump(exclude_unset=True)


class TokenRequest(_Asked):
    """How long a person's token is to be good."""

    lifetime_seconds: Annotated[int, Field(ge=1)] | None = None
    """Seconds; without it, and at most, what the setting access.token_seconds says: more is refused."""


class ExperimentRequest(Plan):
    """An experiment: variants that name policies, the first of which is the control."""

    name: ExperimentName
    """By which it is known from now on."""

    start: bool = True
    """Whether people are assigned at once."""


class AuditRequest(_Asked):
    """Which quarter is to be audited."""

    quarter: Annotated[str, Field(pattern=r"^[12]\d{3}Q[1-4]$")]
    """Such as 2026Q4, in UTC. One that is not over is audited up to now."""


class ResetRequest(_Asked):
    """What a reset covers, and what it leaves. Without `topic` and `since` everything that was learned is forgotten."""

    keep_seen: bool = False
    """Whether items that the person has seen stay out of their slates."""

    topic: Name | None = None
    """Forget only what was learned from items on this topic, by the slug that the profile shows."""

    since: Time | None = None
    """Forget only what happened since then."""

    @model_validator(mode="after")
    def _at_most_one(self) -> Self:
        if self.topic is not None and self.since is not None:
            raise ValueError("must have at most one of topic and since")
        return self


class PersonalizationRequest(_Asked):
    """Whether anything may be learned of a person."""

    enabled: bool
    """False: popular and fresh items only, nothing is learned, and of further events nothing is stored but what was
    seen."""

    history: Literal["keep", "forget"] = "keep"
    """What becomes of what was learned so far: kept, though without effect while personalization is off; or forgotten
    as by a reset, so that the person starts anew."""

    keep_seen: bool = True
    """Whether items that the person has seen stay out of their slates; while off, whether seen items are stored."""


class InterestRequest(_Asked):
    """What a person wants to see of a topic."""

    wish: Wish
    """`more`, `less`, or `mute` for nothing at all."""


class PreviewRequest(_Asked):
    """How a change is asked for."""

    preview: bool = False
    """Whether to change nothing, and answer with the slates before and after."""

    limit: Limit = 20
    """Items of each of these slates; for previews only."""

    @model_validator(mode="after")
    def _limit_of_a_preview(self) -> Self:
        if "limit" in self.model_fields_set and not self.preview:
            raise ValueError("has a limit, which has no effect without preview")
        return self


class ExportRequest(_Asked):
    """In which form."""

    format: Literal["json", "zip"] | None = None
    """`json` or `zip`; absent, what the Accept header prefers, and JSON where that says nothing."""


class MergeRequest(_Asked):
    """Whose history becomes this person's."""

    source: ExternalId = Field(alias="from")
    """Id of an anonymous session, or of whoever else turned out to be this person."""


def _day(value: object) -> object:
    """A query string holds days as text."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("must be a day such as 2026-03-01") from error


Day = Annotated[date, BeforeValidator(_day)]


class MetricsRequest(_Asked):
    """A report of the metrics."""

    from_: Day | None = Field(default=None, alias="from")
    """First day, of UTC; absent, 27 days before the last."""

    to: Day | None = None
    """Last day, included; absent, today."""

    by: Name = "all"
    """Told apart by `day`, `scenario`, `snapshot`, `policy`, `personalized`, `variant`, `segment:<name>` for a segment
    of the charter, or `context:<name>` for what events say of their circumstances; `all` for one figure each."""

    format: Literal["json", "csv"] = "json"
    """In which form."""


def _number(value: Any) -> Any:
    """A text of a query as the number that it writes; what writes none is for the model to refuse."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


Lift = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False), BeforeValidator(_number)]


class PlanRequest(_Asked):
    """How many people an experiment needs."""

    lift: list[Lift] = Field(default_factory=list, max_length=10)
    """Relative changes that are to be found, such as 0.05; none named: 0.01 to 0.2."""

    power: Annotated[float, BeforeValidator(_number)] = Field(default=0.8, gt=0.5, lt=1)
    """Chance of finding a change that is there."""

    alpha: Annotated[float, BeforeValidator(_number)] = Field(default=0.05, gt=0, lt=0.5)
    """Chance of finding one that is not."""


class EstimateRequest(_Asked):
    """An estimate from the log."""

    days: int = Field(default=28, ge=1, le=400)
    """Days of the log, until now."""


class PolicyRequest(_Asked):
    """A policy like the one in force, with other settings in some places."""

    overrides: dict[str, Any]
    """Settings of the query that are to differ, nested as in the configuration: `{"weights": {"recency": 0.2}}`."""

    why: Reason
    """For what; it is kept with the policy."""

    snapshot: Name | None = None
    """Snapshot on which it rests; absent, the one in service."""


class InspectionRequest(PlacementRequest):
    """One person's slate stage by stage, as in force and by other settings; it is served to nobody."""

    user_id: ExternalId
    """Whose; nothing need be known of them."""

    alternatives: Annotated[list[dict[str, Any]], Field(max_length=MAX_ALTERNATIVES)] = Field(default_factory=list)
    """Settings of the query that are to differ, one object for each further slate, nested as in the configuration:
    `[{"weights": {"recency": 0.2}}]`."""

    def asked(self) -> RecommendRequest:
        """The slate, with everything that can be told of it."""
        given = self.model_dump(exclude_unset=True, exclude={"alternatives", "explain"})
        return RecommendRequest(**given, debug=True)


class TrialRequest(_Asked):
    """What other settings would do to the slates of some people; these are served to nobody."""

    overrides: dict[str, Any]
    """Settings of the query that are to differ, nested as in the configuration: `{"weights": {"recency": 0.2}}`."""

    people: Annotated[int, Field(ge=1, le=MAX_TRIED)] = 100
    """How many people are looked at, drawn by chance among those who did anything."""

    limit: Limit = 20
    """Items of each slate."""

    scenario: Name | None = None
    """Where the slates would be shown; absent, nowhere in particular."""

    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    """Of the draw: the same seed draws the same people."""


class ActivationRequest(_Asked):
    """Why a policy or a snapshot is put in force."""

    why: Reason = "asked for by an operator"
    """For the record; nothing personal."""


class SwitchedRequest(_Asked):
    """For whom, or where, the operator switches personalisation off: everybody and everywhere if nothing is named."""

    scenario: Name | None = None
    """In this placement."""

    segment: Name | None = None
    """For people with this attribute, which the charter declares."""

    value: Annotated[str, Field(min_length=1, max_length=MAX_REASON)] | None = None
    """Of that attribute; numbers and truth values as JSON writes them."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.segment is None) != (self.value is None):
            raise ValueError("segment and value go together")
        if self.segment is not None and self.scenario is not None:
            raise ValueError("must name a scenario or a segment, and not both")
        return self


class SwitchRequest(SwitchedRequest):
    """The same, and why."""

    why: Reason = "asked for by an operator"
    """For the record, and shown to everybody at `GET /transparency`; nothing personal."""


class AcknowledgementRequest(_Asked):
    """What an operator says of an alert."""

    why: Reason = "seen"
    """For the record; nothing personal."""
