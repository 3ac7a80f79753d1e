"""The base of the answers' shapes."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Part of an answer; each field's meaning stands in the string below it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
