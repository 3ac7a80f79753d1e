"""What every error looks like."""

from __future__ import annotations

from pydantic import ConfigDict

from app.api.schemas.base import Answer


class FieldError(Answer):
    """One thing that is wrong with a request."""

    row: int | None = None
    """The row of a body with many, from 1; in NDJSON the number of the line."""

    field: str
    """Path of the field, such as `tags.2`; empty for the whole."""

    message: str
    """What is wrong, as a predicate: "must not be empty"."""


class Problem(Answer):
    """A problem document (RFC 9457). Further members depend on `type`."""

    model_config = ConfigDict(extra="allow")

    type: str
    """Names the kind of problem; a relative URI reference, stable across releases."""

    title: str
    """The kind of problem in words, the same for each of its kind."""

    status: int
    """The HTTP status."""

    detail: str
    """What is the matter with this request."""

    instance: str | None = None
    """Names this occurrence; the server's log has more under it."""

    errors: list[FieldError] | None = None
    """Which fields are wrong."""
