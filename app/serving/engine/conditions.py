"""What may be recommended, as a condition for an engine: what people share, and what a request's filter asks for."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from app.filter_language import predicates
from app.filter_language.fields import Kind, KnownField
from app.serving.eligibility import HOUR, Eligibility
from app.serving.engine.columns import BITS, EngineColumns, EngineKeys, attribute_field
from app.serving.filter_columns import FilterColumns
from indexer.engines.conditions import (
    ABSENT_INTEGER,
    ABSENT_NUMBER,
    EVERYTHING,
    Comparison,
    Condition,
    Every,
    Membership,
    Negation,
    Overlap,
    Some,
)
from indexer.snapshot import NEVER
from models.words import Words

if TYPE_CHECKING:
    from app.serving.catalogue import Catalogue

_KEPT: Final = 64
_MOST: Final = 1_000
"""Values of one list that are told to an engine; of longer ones it is not told."""
_NOTHING: Final = Some(())
_UNTOLD: Final = Comparison("", "=", 0)
"""Of no column: what an engine is not asked, and is looked at afterwards."""


class Conditions:
    """Conditions of one catalogue by eligibility, those that were asked for last."""

    def __init__(self, catalogue: Catalogue, columns: EngineColumns, keys: EngineKeys) -> None:
        self._catalogue, self._columns, self._keys = catalogue, columns, keys
        self._filters, self._patterns = FilterColumns(catalogue), np.unique(catalogue.sensitive.all())
        self._held = OrderedDict[tuple[Eligibility, int], Condition]()

    def __call__(self, eligibility: Eligibility | None) -> Condition:
        """Holds for every item that is eligible, and for few others."""
        if eligibility is None:
            return EVERYTHING
        key = (eligibility, len(self._catalogue.changes))
        if key not in self._held:
            self._held[key] = self._of(eligibility)
            while len(self._held) > _KEPT:
                self._held.popitem(last=False)
        self._held.move_to_end(key)
        return self._held[key]

    def _of(self, eligibility: Eligibility) -> Condition:
        unread = self._numbers("language", self._catalogue.language_words)[list(eligibility.unread)]
        parts: list[Condition] = [
            Comparison("published_at", "<", (eligibility.hour + 1) * HOUR),
            Comparison("expires_at", ">", eligibility.hour * HOUR),
            self._recommendable(eligibility.permitted),
        ]
        if len(unread):
            parts.append(Negation(Membership("language", tuple(unread.tolist()))))
        if eligibility.asked:
            asked = self._catalogue.masks.held(eligibility.asked).filter
            parts.append(self._predicate(asked.predicate, eligibility.made))
        return Every(tuple(part for part in parts if part != EVERYTHING))

    def _recommendable(self, permitted: int) -> Condition:
        changed = self._catalogue.sensitive[self._catalogue.changed_rows()]
        patterns = np.union1d(self._patterns, changed)
        allowed = patterns[self._catalogue.firewall.recommendable(patterns, np.uint64(permitted))]
        if len(allowed) == len(patterns):
            return EVERYTHING
        if len(allowed) > _MOST:
            return _UNTOLD
        return Membership("sensitive", tuple(np.unique(allowed & BITS).tolist()))

    def _numbers(self, name: str, words: Words) -> NDArray[np.int64]:
        return self._columns.numbers(name, words)

    def _predicate(self, asked: Any, now: float) -> Condition:
        return _TRANSLATED[type(asked)](self, asked, now)

    def _joined(self, parts: Sequence[predicates.Predicate], now: float) -> tuple[Condition, ...]:
        return tuple(self._predicate(part, now) for part in parts)

    def _worded(self, asked: predicates.Worded) -> Condition:
        among = Membership(_field(asked.field), self._meant(asked.field, asked.texts))
        if not asked.outside:
            return among
        return Every((Negation(among), _there(asked.field)))

    def _absent(self, asked: predicates.Absent) -> Condition:
        field = asked.field
        if field.kind is Kind.TEXTS:
            numbers = self._numbers(_field(field), self._words(field))
            return Negation(Overlap(_field(field), tuple(numbers.tolist()))) if len(numbers) <= _MOST else _UNTOLD
        return _NOTHING if field.kind is Kind.ID else Negation(_there(field))

    def _containing(self, asked: predicates.Containing) -> Condition:
        return Overlap(_field(asked.field), self._meant(asked.field, asked.texts))

    def _meant(self, field: KnownField, texts: tuple[str, ...]) -> tuple[int, ...]:
        """What stands for the texts that a filter names."""
        codes = np.flatnonzero(self._filters.wanted(field, texts)[:-1])
        if field.kind is Kind.ID:
            return tuple(self._keys.of(codes.astype(np.int32)).tolist())
        if field.name == "topic" and not field.attribute:
            return tuple(codes.tolist())
        return tuple(self._numbers(_field(field), self._words(field))[codes].tolist())

    def _words(self, field: KnownField) -> Words:
        held = self._catalogue
        if field.attribute:
            return held.attributes.words(field.name)
        words = {"language": held.language_words, "format": held.format_words, "tags": held.tag_words}
        return words.get(field.name, held.provider_words)


_TRANSLATED: Final[Mapping[type, Callable[[Conditions, Any, float], Condition]]] = {
    predicates.Every: lambda self, asked, now: Every(self._joined(asked.parts, now)),
    predicates.Some: lambda self, asked, now: Some(self._joined(asked.parts, now)),
    predicates.Negation: lambda self, asked, now: Negation(self._predicate(asked.part, now)),
    predicates.Numeric: lambda _, asked, now: _numeric(asked, now),
    predicates.Truth: lambda _, asked, __: Comparison(_field(asked.field), "=", int(asked.value)),
    predicates.Absent: lambda self, asked, _: self._absent(asked),
    predicates.Worded: lambda self, asked, _: self._worded(asked),
    predicates.Containing: lambda self, asked, _: self._containing(asked),
}


def _field(field: KnownField) -> str:
    if field.attribute:
        return attribute_field(field.name)
    return "key" if field.kind is Kind.ID else field.name


def _there(field: KnownField) -> Condition:
    """That there is a value; every item has an id and a topic."""
    if field.name == "expires_at" and not field.attribute:
        return Comparison("expires_at", "!=", NEVER)
    numeric = field.attribute and field.kind in {Kind.NUMBER, Kind.DATE}
    return Comparison(_field(field), "!=", ABSENT_NUMBER if numeric else ABSENT_INTEGER)


def _numeric(asked: predicates.Numeric, now: float) -> Condition:
    pairs = zip(asked.values, asked.counted, strict=True)
    values = [now + value if counted else value for value, counted in pairs]
    field, whole = _field(asked.field), not asked.field.attribute
    if asked.operator in {"in", "not in"}:
        fitting = tuple(int(v) if whole else v for v in values if not whole or v == math.floor(v))
        among = Membership(field, fitting)
        return Every((Negation(among), _there(asked.field))) if asked.operator == "not in" else among
    compared = _whole(field, asked.operator, values[0]) if whole else Comparison(field, asked.operator, values[0])
    return Every((compared, _there(asked.field)))


def _whole(field: str, operator: str, value: float) -> Condition:
    """A column of integers against any number."""
    if operator in {"<", ">="}:
        return Comparison(field, operator, math.ceil(value))
    if value != math.floor(value) and operator in {"=", "!="}:
        return _NOTHING if operator == "=" else EVERYTHING
    return Comparison(field, operator, math.floor(value))
