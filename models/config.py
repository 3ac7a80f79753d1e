"""The base of every settings group: frozen, strict about unknown names, documented by attribute docstrings."""

from pydantic import BaseModel, ConfigDict


class Config(BaseModel):
    """A group of settings; each field carries its unit and meaning in the string below it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
