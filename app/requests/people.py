"""What a person, or somebody for them, can say and ask of what is held."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.requests.asked import (
    Asked,
    Limit,
)
from indexer.fields import Attributes, ExternalId, Goals, Labels, LanguageRanges, Name, Names, Time, TimeZone

Wish = Literal["more", "less", "mute"]


class PreferencesPatch(Asked):
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


class MutedPatch(Asked):
    """Changes to what a person never wants to see; null removes."""

    tags: Labels | None = None
    """Tags whose items are left out."""

    topics: Names | None = None
    """Topics whose items are left out, by name or by the slug that the profile shows."""

    providers: Names | None = None
    """Providers whose items are left out."""


class ProfilePatch(Asked):
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


class TokenRequest(Asked):
    """How long a person's token is to be good."""

    lifetime_seconds: Annotated[int, Field(ge=1)] | None = None
    """Seconds; without it, and at most, what the setting access.token_seconds says: more is refused."""


class ResetRequest(Asked):
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


class PersonalizationRequest(Asked):
    """Whether anything may be learned of a person."""

    enabled: bool
    """False: popular and fresh items only, nothing is learned, and of further events nothing is stored but what was
    seen."""

    history: Literal["keep", "forget"] = "keep"
    """What becomes of what was learned so far: kept, though without effect while personalization is off; or forgotten
    as by a reset, so that the person starts anew."""

    keep_seen: bool = True
    """Whether items that the person has seen stay out of their slates; while off, whether seen items are stored."""


class InterestRequest(Asked):
    """What a person wants to see of a topic."""

    wish: Wish
    """`more`, `less`, or `mute` for nothing at all."""


class PreviewRequest(Asked):
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


class ExportRequest(Asked):
    """In which form."""

    format: Literal["json", "zip"] | None = None
    """`json` or `zip`; absent, what the Accept header prefers, and JSON where that says nothing."""


class MergeRequest(Asked):
    """Whose history becomes this person's."""

    source: ExternalId = Field(alias="from")
    """Id of an anonymous session, or of whoever else turned out to be this person."""
