"""The base of every settings group: frozen, strict about unknown names, documented by attribute docstrings."""

from __future__ import annotations

from types import NoneType
from typing import Any, Final, get_args

from pydantic import BaseModel, ConfigDict, model_validator

NONE: Final = "none"
"""How files and variables, which have no other word for it, say that there is no value."""


class Config(BaseModel):
    """A group of settings; each field carries its unit and meaning in the string below it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _none_where_it_is_said(cls, given: Any) -> Any:
        """A number or a path may be `"none"` where it may be absent; a text may be that word."""
        if not isinstance(given, dict) or NONE not in given.values():
            return given
        return {name: None if value == NONE and cls._may_lack(name) else value for name, value in given.items()}

    @classmethod
    def _may_lack(cls, name: str) -> bool:
        field = cls.model_fields.get(name)
        kinds = get_args(field.annotation) if field else ()
        return NoneType in kinds and str not in kinds
