"""Events, thousands of rows at a time: whole columns are looked at, and only rows that look odd one by one.

A row that passes here passes the model too and becomes the same event, at a tenth of the cost. What does not pass goes
the way that every row of every file can go, where it is put into words what is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from pydantic_core import SchemaValidator, core_schema

from app.imports.event_columns import (
    BAD,
    Read,
    ids,
    numbers,
    times,
    typed_ids,
    typed_names,
    typed_numbers,
    typed_times,
)
from app.imports.event_types import SHARES
from app.imports.finishing import event_id
from app.imports.json_files import Lines
from app.imports.kinds import Kind, Row
from app.imports.mappings import ColumnMapping, Target
from app.imports.opening import Import
from app.imports.parquet_files import ParquetFile
from app.imports.parts import Part
from app.imports.tables import Table
from indexer.documents import EventDocument
from indexer.readers import FileRow
from indexer.validation import parse

_IDS: Final = ("event_id", "user_id", "item_id", "recommendation_id")
_FIELDS: Final = frozenset((*_IDS, "type", "value", "occurred_at"))
_NEEDED: Final = frozenset({"user_id", "item_id", "type"})
_SAMPLE: Final = {"event_id": "e", "user_id": "u", "item_id": "i"}
_ANYTHING: Final = core_schema.any_schema()
_OPTIONAL: Final = core_schema.with_default_schema(_ANYTHING, default=None)
_TRUSTED: Final = SchemaValidator(
    core_schema.model_schema(
        EventDocument,
        core_schema.model_fields_schema(
            {
                name: core_schema.model_field(
                    _ANYTHING
                    if info.is_required()
                    else core_schema.with_default_schema(_ANYTHING, default_factory=dict)
                    if name == "context"
                    else _OPTIONAL
                )
                for name, info in EventDocument.model_fields.items()
            }
        ),
    )
)
"""Makes events of fields that were checked before, without a second look."""


@dataclass(slots=True)
class EventTable:
    """A file of events whose columns are fields, each of one column.

    Attributes:
        file: the file.
        form: how it is written.
        reads: field -> its column, and how its cells are read.
        constants: fields that are the same in all rows.
        valued: name of a type -> the type as events with a value have it; None where rows must be looked at alone.
        bare: the same for events without a value.
    """

    file: Import
    form: Table | Lines | ParquetFile
    reads: dict[str, tuple[str, Read]]
    constants: Row
    valued: dict[str, Any] = field(default_factory=dict)
    bare: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Import) -> Self | None:
        """A file as such a table; None where it is not that plain."""
        form, plan = file.file.form, file.plan
        if file.kind is not Kind.EVENTS or not isinstance(plan, ColumnMapping):
            return None
        if not isinstance(form, Table | Lines | ParquetFile):
            return None
        named = {target.field: target for target in plan.targets if target.seen or isinstance(form, Table)}
        if not {*named} <= _FIELDS or not {*plan.constants} <= {"type"}:
            return None
        if any(len(target.columns) > 1 or not _at_hand(form, target) for target in named.values()):
            return None
        reads = {name: (target.columns[0], _read(file, form, target)) for name, target in named.items()}
        return cls(file, form, reads, plan.constants)

    def batches(self, after: int = 0) -> Iterator[EventBatch]:
        """The rows behind one, in order.

        Raises:
            InputFileError: the damaged place is reached.
        """
        plan = self.file.plan
        spare = frozenset(plan.unused) if isinstance(plan, ColumnMapping) else frozenset[str]()
        for part in self.form.parts([column for column, _ in self.reads.values()], spare):
            if rest := part.behind(after):
                yield self._batch(rest)

    def row(self, part: Part, place: int) -> FileRow:
        """A row as it stands in the file."""
        return self.form.row(part.numbers[place], part.rows[place])

    def _batch(self, part: Part) -> EventBatch:
        values = {name: read(part.columns[column]) for name, (column, read) in self.reads.items()}
        size = len(part.numbers)
        values |= {name: [value] * size for name, value in self.constants.items()}
        odd = set(part.odd)
        if not isinstance(self.form, Table):
            odd.update(place for place, name in enumerate(values["type"]) if name is None or name is BAD)
            values["type"] = [name if type(name) is str else "" for name in values["type"]]
        kinds = self._kinds(values, size)
        for name, column in {**values, "type": kinds}.items():
            if BAD in column:
                odd.update(place for place, value in enumerate(column) if value is BAD)
            if name in _NEEDED and None in column:
                odd.update(place for place, value in enumerate(column) if value is None)
        names = [name for place, name in enumerate(values["type"]) if place not in odd] if odd else values["type"]
        for name, count in Counter(names).items():
            self.file.types.counts[name.strip(), self.file.types.of(name.strip())] += count
        return EventBatch(self, part, {**values, "type": kinds}, odd)

    def _kinds(self, values: dict[str, Sequence[Any]], size: int) -> list[Any]:
        names, known = values["type"], values.get("value") or [None] * size
        for name in {*names} - self.valued.keys():
            self.valued[name], self.bare[name] = self._kind(name, 1.0), self._kind(name, None)
        valued, bare = self.valued, self.bare
        return [bare[name] if value is None else valued[name] for name, value in zip(names, known, strict=True)]

    def _kind(self, name: str, value: float | None) -> Any:
        """The type of such rows as the model has it."""
        kind = self.file.types.of(name.strip())
        if not kind or name.strip() in SHARES:
            return None
        sample = parse(EventDocument, {**_SAMPLE, "type": kind, "value": value})
        return sample.type if isinstance(sample, EventDocument) else None


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Some rows of a table.

    Attributes:
        table: the table.
        part: the rows as they stand in the file.
        values: the values of each field.
        odd: places of rows that must be looked at alone.
    """

    table: EventTable
    part: Part
    values: dict[str, Sequence[Any]]
    odd: set[int]

    def __len__(self) -> int:
        return len(self.part.numbers)

    def kinds(self) -> Counter[Any]:
        """How many plain rows there are of each type."""
        column = self.values["type"]
        return (
            Counter(kind for place, kind in enumerate(column) if place not in self.odd) if self.odd else Counter(column)
        )

    def event(self, place: int) -> EventDocument:
        """The event of a plain row."""
        row = {name: value for name, column in self.values.items() if (value := column[place]) is not None}
        if "event_id" not in row:
            finishing = self.table.file.finishing
            row["event_id"] = event_id(finishing.source, row, timeless=finishing.timeless)
        return _TRUSTED.validate_python(row)  # type: ignore[no-any-return]

    def original(self, place: int) -> FileRow:
        """A plain row as it stands in the file."""
        return self.table.row(self.part, place)

    def alone(self, place: int) -> Iterator[FileRow]:
        """A row that must be looked at alone, the way of every row."""
        return self.table.file.rows_of(self.table.row(self.part, place))


def sample_of(kind: Any) -> EventDocument:
    """An event of a type, to ask what holds for all of them."""
    return _TRUSTED.validate_python({**_SAMPLE, "type": kind})  # type: ignore[no-any-return]


def _at_hand(form: Table | Lines | ParquetFile, target: Target) -> bool:
    """Whether the column of a field is one, and no path into objects."""
    (column,) = target.columns
    return column in form.columns if isinstance(form, Table | ParquetFile) else "." not in column


def _read(file: Import, form: Table | Lines | ParquetFile, target: Target) -> Read:
    if not isinstance(form, Table):
        if target.field == "occurred_at":
            return typed_times(file.finishing.times)
        return typed_numbers if target.field == "value" else typed_ids if target.field in _IDS else typed_names
    if target.field == "value":
        return numbers(form.decimal)
    if target.field == "occurred_at":
        return times(file.finishing.times)
    return ids if target.field in _IDS else list
