"""The base of the answers' shapes."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Part of an answer; each field's meaning stands in the string below it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class HeldAnswer(Answer):
    """An answer from what a process holds of people and items."""

    stale: bool | None = None
    """True where it rests on what could not be proved, since the database that several processes share is away."""
