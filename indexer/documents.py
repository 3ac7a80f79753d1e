"""Items, events and users as people bring them: the same models for files and for HTTP bodies.

Null means absent wherever a field is optional. Times become UTC; tags, formats, languages and sensitive topics become
lower case with single spaces, each at most once, in the order given; languages have the shortest code.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from indexer import content, fields
from models.events import EventType


class _Record(BaseModel):
    """Strict, closed, and indifferent to the difference between null and absent."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, row: object) -> object:
        if not isinstance(row, dict) or all(value is not None for value in row.values()):
            return row
        optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
        return {name: value for name, value in row.items() if value is not None or name not in optional}


class Document(_Record):
    """What a row of a file, or of an HTTP body, describes."""

    KEY: ClassVar[str]
    """The field that names it."""
    LAST_STANDS: ClassVar[bool] = True
    """Whether the last of several rows that bear the same key replaces the others."""

    def key(self) -> str:
        """Its external id."""
        return str(getattr(self, self.KEY))


class ItemDocument(Document):
    """A thing that can be recommended."""

    KEY: ClassVar[str] = "item_id"

    item_id: fields.ExternalId
    """Any text of 1 to 256 UTF-8 bytes without control characters."""

    title: fields.Title
    """One line; may be empty where `text` is not."""

    text: Annotated[fields.Text, Field(validate_default=True)] = ""
    """The item itself or a description of it; plain text."""

    tags: fields.Labels = Field(default_factory=list)
    """What it is about."""

    format: fields.Label
    """Kind of medium, such as article, video or film."""

    language: fields.Language
    """Language tag, such as en or pt-BR."""

    published_at: fields.Time
    """When it became available."""

    expires_at: fields.Time | None = None
    """From when on it is no longer recommended; after `published_at`."""

    url: fields.Url | None = None
    """Where it stands."""

    provider: fields.Name | None = None
    """Who made or sells it."""

    sensitive_topics: fields.Labels = Field(default_factory=list)
    """Topics for which a person must have asked, such as health."""

    attributes: fields.Attributes = Field(default_factory=dict)
    """Anything else, kept as it is."""

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

    def headline(self) -> str:
        """The title or, where there is none, the first words of the text."""
        return content.headline(self.title, self.text)

    def content(self) -> str:
        """What the encoder reads, see `indexer.content.compose`; never empty."""
        return content.compose(self.title, self.tags, self.text)

    def content_hash(self) -> str:
        """Digest of `content()`, 32 hexadecimal digits: the key of its vector in the embedding cache."""
        return content.content_hash(self.content())


class EventDocument(Document):
    """One signal of one user about one item at one time."""

    KEY: ClassVar[str] = "event_id"
    LAST_STANDS: ClassVar[bool] = False

    event_id: fields.ExternalId
    """Names the signal: sent twice, it counts once."""

    user_id: fields.ExternalId
    """Who."""

    item_id: fields.ExternalId
    """About what."""

    type: Annotated[EventType, Field(strict=False)]
    """What was done."""

    value: fields.Value | None = None
    """Seconds for a dwell, the share that was finished (0 to 1) for a complete; kept, without effect, for others."""

    occurred_at: fields.Time | None = None
    """When; the server's clock where absent."""

    recommendation_id: fields.ExternalId | None = None
    """The answer in which the item was shown."""

    position: fields.Position | None = None
    """Place in that answer, from 0."""

    context: fields.Context = Field(default_factory=dict)
    """Anything else, kept as it is."""

    @field_validator("value")
    @classmethod
    def _dwell_is_not_negative(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and value < 0 and info.data.get("type") is EventType.DWELL:
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
    """Anything else, kept as it is."""

    personalization: bool | None = None
    """Whether anything may be learned of them; absent leaves it as it is."""
