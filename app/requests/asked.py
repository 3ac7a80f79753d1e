"""What requests have in common, whether query string or JSON body: limits, and the types of fields."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from indexer.fields import ExternalId

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


class Asked(BaseModel):
    """Strict, closed and immutable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)
