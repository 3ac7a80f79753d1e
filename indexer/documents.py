"""Items, events and users as people bring them: the same models for files and for HTTP bodies.

What is null or blank is absent wherever a field is optional. Times become UTC; tags, formats, languages and sensitive
topics become lower case with single spaces, each at most once, in the order given; languages have the shortest code.
Rows are made plain on the way in (`indexer.plain`); what is stored is read as it was written (`Document.kept`).
"""

from __future__ import annotations

from functools import cache
from re import fullmatch
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from indexer import content, fields, plain
from indexer.mends import Mends
from models.events import CODE_OF, TYPE_NAME, EventType

KEPT: Final = object()
"""Context of what is read from where it was stored."""


class _Record(BaseModel):
    """Strict and closed; a row that does not pass as it was given gets a second try, made to fit.

    Validated with a `Mends` as context, it notes there what was changed, see `indexer.plain`.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)
    NAMES: ClassVar[tuple[str, ...]] = ()
    """Fields in which a number stands for its digits."""

    @model_validator(mode="wrap")
    @classmethod
    def _made_plain(cls, row: object, validate: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not isinstance(row, dict) or info.context is KEPT:
            return validate(row)
        mends = info.context if isinstance(info.context, Mends) else Mends()
        given = cls._readable(_without_nulls(row, cls) if None in row.values() else row, mends)
        noted = len(mends.of_row)
        try:
            return validate(given)
        except ValidationError:
            mends.forget(noted)
            fit = cls._fitted(given, mends)
            if fit == given:
                raise
        return validate(fit)

    @classmethod
    def _readable(cls, row: dict[str, Any], mends: Mends) -> dict[str, Any]:  # noqa: ARG003 - items need it
        return row

    @classmethod
    def _fitted(cls, row: dict[str, Any], mends: Mends) -> dict[str, Any]:
        return plain.fitted(row, cls.model_fields.keys() - _required(cls), cls.NAMES, mends)


def _without_nulls(row: dict[str, Any], record: type[_Record]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None or name in _required(record)}


@cache
def _required(record: type[_Record]) -> frozenset[str]:
    return frozenset(name for name, field in record.model_fields.items() if field.is_required())


class Document(_Record):
    """What a row of a file, or of an HTTP body, describes."""

    KEY: ClassVar[str]
    """The field that names it."""
    LAST_STANDS: ClassVar[bool] = True
    """Whether the last of several rows that bear the same key replaces the others."""

    @classmethod
    def kept(cls, json: str | bytes) -> Self:
        """One that was taken in before and written as JSON: as it was then, for plain text need not stay so twice."""
        return cls.model_validate_json(json, context=KEPT)

    def key(self) -> str:
        """Its external id."""
        return str(getattr(self, self.KEY))


class ItemDocument(Document):
    """A thing that can be recommended."""

    KEY: ClassVar[str] = "item_id"
    NAMES: ClassVar[tuple[str, ...]] = ("item_id", "provider", "format")

    item_id: fields.ExternalId
    """Any text of 1 to 256 UTF-8 bytes without control characters."""

    title: fields.Title
    """One line; may be empty or absent where `text` is not."""

    text: Annotated[fields.Text, Field(validate_default=True)] = ""
    """The item itself or a description of it; HTML is taken for the text that it shows."""

    tags: fields.Labels = Field(default_factory=list)
    """What it is about."""

    format: fields.Label | None = None
    """Kind of medium, such as article, video or film."""

    language: fields.Language | None = None
    """Language tag, such as en or pt-BR; an item without one is shown whatever a person reads."""

    published_at: fields.AnyTime | None = None
    """When it became available. A date means midnight UTC; an item without one is never called recent."""

    expires_at: fields.AnyTime | None = None
    """From when on it is no longer recommended; after `published_at`. A date means that it is not shown on that day."""

    url: fields.Url | None = None
    """Where it stands."""

    provider: fields.Name | None = None
    """Who made or sells it."""

    sensitive_topics: fields.Labels | None = None
    """Topics for which a person must have asked, such as health. Absent: its tags and the classifier say. An empty list
    says that it is not sensitive, whatever they say."""

    attributes: fields.Attributes = Field(default_factory=dict)
    """Anything else by name, kept as it is; names that the charter does not declare are refused."""

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: str, info: ValidationInfo) -> str:
        if not text.strip() and info.data.get("title") == "":
            raise ValueError("is empty, and so is title: one of them must say something")
        return text

    @field_validator("expires_at")
    @classmethod
    def _expires_later(cls, expires_at: Any, info: ValidationInfo) -> Any:
        published_at = info.data.get("published_at")
        if expires_at is not None and published_at is not None and expires_at <= published_at:
            raise ValueError("must be after published_at")
        return expires_at

    @classmethod
    def _readable(cls, row: dict[str, Any], mends: Mends) -> dict[str, Any]:
        return plain.without_markup(row, mends)

    @classmethod
    def _fitted(cls, row: dict[str, Any], mends: Mends) -> dict[str, Any]:
        return plain.item_fitted(super()._fitted(row, mends), mends)

    def headline(self) -> str:
        """The title or, where there is none, the first words of the text."""
        return content.headline(self.title, self.text)

    def content(self) -> str:
        """What the encoder reads, see `indexer.content.compose`; never empty."""
        return content.compose(self.title, self.tags, self.text)

    def content_hash(self) -> str:
        """Digest of `content()`, 32 hexadecimal digits: the key of its vector in the embedding cache."""
        return content.content_hash(self.content())


def _type_name(name: str) -> str:
    if not fullmatch(TYPE_NAME, name):
        raise ValueError(f"must be a name such as {EventType.CLICK}, in lower case letters, digits and underscores")
    return name


TypeName = Annotated[
    str, AfterValidator(_type_name), Field(json_schema_extra={"pattern": TYPE_NAME, "examples": list(CODE_OF)})
]


class EventDocument(Document):
    """One signal of one user about one item at one time."""

    KEY: ClassVar[str] = "event_id"
    NAMES: ClassVar[tuple[str, ...]] = ("event_id", "user_id", "item_id", "recommendation_id")
    LAST_STANDS: ClassVar[bool] = False

    event_id: fields.ExternalId
    """Names the signal: sent twice, it counts once. Over HTTP it may be left out, and is made of what
    the row says."""

    user_id: fields.ExternalId
    """Who."""

    item_id: fields.ExternalId
    """About what."""

    type: TypeName
    """What was done: a type that is built in, or one that the service's settings declare."""

    value: fields.Value | None = None
    """What the type says that it is: seconds of a dwell, the share that was finished (0 to 1) of a complete, watch or
    scroll, 1 to 5 of a rating; kept, without effect, where the type says nothing."""

    occurred_at: fields.AnyTime | None = None
    """When; the server's clock where absent."""

    recommendation_id: fields.ExternalId | None = None
    """The answer in which the item was shown."""

    position: fields.Position | None = None
    """Place in that answer, from 0."""

    context: fields.Context = Field(default_factory=dict)
    """Circumstances by name, such as device, page or placement, kept as they are; refused where the charter does not
    declare their names."""

    @field_validator("value")
    @classmethod
    def _dwell_is_not_negative(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and value < 0 and info.data.get("type") == EventType.DWELL:
            raise ValueError("must be at least 0 seconds for a dwell")
        return value


class Preferences(_Record):
    """What a person says to like: `topics` to see more of, `less_of` topics to see less of, each by name or slug."""

    tags: fields.Labels = Field(default_factory=list)
    topics: fields.Names = Field(default_factory=list)
    less_of: fields.Names = Field(default_factory=list)
    providers: fields.Names = Field(default_factory=list)
    formats: fields.Labels = Field(default_factory=list)
    languages: fields.LanguageRanges = Field(default_factory=list)


class Muted(_Record):
    """What a person never wants to see."""

    tags: fields.Labels = Field(default_factory=list)
    topics: fields.Names = Field(default_factory=list)
    providers: fields.Names = Field(default_factory=list)


class UserDocument(Document):
    """What is said of a person, by them or for them. An absent field says nothing: see `model_fields_set`."""

    KEY: ClassVar[str] = "user_id"
    NAMES: ClassVar[tuple[str, ...]] = ("user_id",)

    user_id: fields.ExternalId
    """Any text of 1 to 256 UTF-8 bytes without control characters."""

    role: fields.Name | None = None
    """What they do, such as nurse."""

    goals: fields.Goals = Field(default_factory=list)
    """What they are after, in their own words."""

    preferences: Preferences = Field(default_factory=Preferences)
    """Tags, topics, providers, formats and languages they ask for, and topics they ask to see less of."""

    muted: Muted = Field(default_factory=Muted)
    """Tags, topics (by name or by the slug that profiles show) and providers that they never want to see."""

    allowed_sensitive_topics: fields.Labels = Field(default_factory=list)
    """Sensitive topics they ask for."""

    time_zone: fields.TimeZone | None = None
    """Name of their time zone, such as Europe/Berlin; UTC where absent."""

    attributes: fields.Attributes = Field(default_factory=dict)
    """Anything else by name, kept as it is; names that the charter does not declare are refused."""

    personalization: bool | None = None
    """Whether anything may be learned of them; absent leaves it as it is."""
