"""The fields that a filter can name: the built-in ones, and the attributes that settings declare."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, Self

from app.filter_language.errors import FilterError
from app.filter_language.syntax import Field
from indexer.attributes.declaration import Declaration

PREFIX: Final = "attributes."
_NAMED: Final = 12
"""Fields that a message lists."""


class Kind(StrEnum):
    """What the values of a field are, which says what can be asked of it."""

    NUMBER = "a number"
    TEXT = "a text"
    BOOLEAN = "true or false"
    DATE = "a date"
    TEXTS = "a list of texts"
    LANGUAGE = "a language"
    ID = "an id"


@dataclass(frozen=True, slots=True)
class KnownField:
    """A field that there is: an attribute, or what every item may have."""

    name: str
    kind: Kind
    attribute: bool = False


BUILT_IN: Final = {
    each.name: each
    for each in (
        KnownField("item_id", Kind.ID),
        KnownField("format", Kind.TEXT),
        KnownField("language", Kind.LANGUAGE),
        KnownField("provider", Kind.TEXT),
        KnownField("tags", Kind.TEXTS),
        KnownField("topic", Kind.TEXT),
        KnownField("published_at", Kind.DATE),
        KnownField("expires_at", Kind.DATE),
    )
}


@dataclass(frozen=True, slots=True)
class Fields:
    """All fields, in one value that can be hashed.

    Attributes:
        attributes: name and type of each that is declared.
    """

    attributes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, declaration: Declaration) -> Self:
        """The built-in fields and these."""
        return cls(tuple((name, kind.name) for name, kind in declaration.items()))

    def find(self, field: Field) -> KnownField:
        """The field that is named; a declared attribute of the name of a built-in field needs `attributes.` before it.

        Raises:
            FilterError: there is none of this name.
        """
        declared = {name: KnownField(name, Kind[kind], attribute=True) for name, kind in self.attributes}
        known = declared if field.attribute else declared | BUILT_IN
        if field.name not in known:
            raise FilterError(_unknown(field, list(known)), field.position)
        return known[field.name]


def _unknown(field: Field, known: list[str]) -> str:
    near = get_close_matches(field.name.lower(), known, n=1)
    hint = f"did you mean {near[0]}?" if near else _listed(known)
    return f"there is no {'attribute' if field.attribute else 'field'} {field.name!r}: {hint}"


def _listed(known: list[str]) -> str:
    if not known:
        return 'no attribute is declared; settings do that, as in [attributes.price] type = "number"'
    more = f" and {len(known) - _NAMED:,} more" if len(known) > _NAMED else ""
    return f"there are {', '.join(known[:_NAMED])}{more}; settings declare attributes, under [attributes]"
