"""A file, opened for import: recognised, mapped, and read as often as is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from difflib import get_close_matches
from pathlib import Path
from zoneinfo import ZoneInfo

from app.imports.event_types import KNOWN, EventTypes
from app.imports.finishing import Finishing
from app.imports.input_files import InputFile, look_at
from app.imports.json_files import Array
from app.imports.kinds import Kind, Row
from app.imports.mappings import ColumnMapping, MappingError, mapping_of, overrides_of
from app.imports.sources.source import Aside, Reading, Source
from app.imports.sources.table import SOURCES
from app.imports.times import OutOfRangeError, Times
from app.imports.wishes import Wishes
from indexer.readers import JSON_ENDINGS, PARQUET_ENDINGS, FileRow, InputFileError


@dataclass(frozen=True, slots=True)
class Import:
    """The rows of a file, in Penchant's fields: a `Rows`, which can be read again and again.

    Attributes:
        file: the file.
        kind: what its rows are about.
        source: what wrote it, where that is known.
        named: whether somebody named the source, and it was not recognised.
        plan: makes rows of Penchant's fields.
        finishing: does to these what is done to those of every source.
        overrides: what somebody said of columns beside what is known of the source.
    """

    file: InputFile
    kind: Kind
    source: Source | None
    named: bool
    plan: ColumnMapping | Reading
    finishing: Finishing
    overrides: ColumnMapping | None = None

    def __call__(self, columns: tuple[str, ...] | None = None) -> Iterator[FileRow]:
        """Every row, in order; one that becomes several bears one number in all of them.

        Raises:
            InputFileError: the damaged place is reached, or a time that cannot be meant.
        """
        del columns  # there is nothing to be spared
        rows, shared, plan = self.file.form.rows(), Row(), self.plan
        if isinstance(plan, Reading):
            rows = plan.gather(rows) if plan.gather is not None else rows
            shared = plan.shared(self.file)
        for row in rows:
            yield from self.rows_of(row, shared)

    def rows_of(self, row: FileRow, shared: Row | None = None) -> Iterator[FileRow]:
        """What one row becomes.

        Raises:
            InputFileError: it has a time that cannot be meant.
        """
        if row.problem is not None or not isinstance(row.value, dict):
            return iter((row,))
        return self._fields(row, row.value, shared or {})

    def _fields(self, row: FileRow, value: Row, shared: Row) -> Iterator[FileRow]:
        said = self._said(value)
        found = self.plan.rows({**value, **said}) if isinstance(self.plan, Reading) else self.plan(value)
        original = row.original if row.original is not None else value
        for each in found:
            if isinstance(each, Aside):
                yield FileRow(row.number, value, None, original, each.reason)
                continue
            try:
                fields = {**shared, **each, **said} if shared or said else each
                yield self.finishing(row.number, fields, original)
            except OutOfRangeError as error:
                raise InputFileError(f"{self.file.path} row {row.number}: {error}") from error

    def _said(self, value: Row) -> Row:
        """The fields that somebody mapped by themselves."""
        if self.overrides is None or not isinstance(self.plan, Reading):
            return {}
        (found,) = self.overrides({**self.plan.inner(value), **value} if self.plan.inner else value)
        return found

    @property
    def types(self) -> EventTypes:
        """What the types of events were taken for."""
        return self.finishing.types

    def words(self) -> str:
        """What the file is."""
        told = f"{self.file.path}: {self.file.form}"
        if self.source is None:
            return told
        return f"{told}, {'read' if self.named else 'recognised'} as {self.kind} of {self.source.title}"

    def lines(self) -> list[str]:
        """What becomes what, a line each."""
        if isinstance(self.plan, ColumnMapping):
            lines = self.plan.lines()
            unused = [f"left out: {', '.join(self.plan.unused)}"] if self.plan.unused else []
        else:
            lines, unused = [f"{name:<14} <- {words}" for name, words in self.plan.fields.items()], []
            lines += self.overrides.lines() if self.overrides else []
        times = self.finishing.times.words()
        return [*lines, *([f"times          {times}"] if times and self.kind is Kind.EVENTS else []), *unused]


def open_import(
    path: Path,
    kind: Kind,
    wishes: Wishes,
    types: frozenset[str] = KNOWN,
    attributes: frozenset[str] | None = None,
) -> Import:
    """A file, recognised and mapped.

    Args:
        path: the file.
        kind: what its rows are about.
        wishes: how somebody wants it read.
        types: the types of event that there are.
        attributes: of people, those that are taken of what a known program wrote; by default all.

    Raises:
        InputFileError: it cannot be read, or it is not clear what its columns are.
    """
    file = look_at(path, wishes)
    source = _source(file, kind, wishes)
    times = Times(
        wishes.time_unit or (source.unit if source else None),
        ZoneInfo(wishes.time_zone) if wishes.time_zone else UTC if source and source.utc else None,
        checked=source is not None and kind is Kind.EVENTS,  # what there is may be from any year
    )
    reading = source.readings[kind] if source else None
    plan = reading or mapping_of(file, kind, wishes)
    said = reading is not None and bool(wishes.map or wishes.set)
    overrides = overrides_of(file, kind, wishes, inner=bool(reading and reading.inner)) if said else None
    table = EventTypes(wishes.types, source.types if source else {}, types)
    finishing = Finishing(
        kind,
        times,
        table,
        source.name if source else "file",
        timeless=bool(source and source.timeless),
        attributes=attributes if source and kind is Kind.USERS else None,
    )
    return Import(file, kind, source, wishes.source is not None, plan, finishing, overrides)


def rows_of(path: Path, kind: Kind, wishes: Wishes | None = None) -> Path | Import:
    """A file for `indexer.validation.read_documents`: one of Penchant's own is read strictly, as it stands.

    Raises:
        InputFileError: it cannot be read, or it is not clear what its columns are.
    """
    own = path.name.lower().endswith((*JSON_ENDINGS, *PARQUET_ENDINGS))
    if not own or not path.is_file() or (wishes is not None and wishes != Wishes()):
        return open_import(path, kind, wishes or Wishes())
    try:
        file = look_at(path, Wishes())
    except InputFileError:
        return path  # which says what is wrong
    recognised = isinstance(file.form, Array) or any(
        reading.reads(file) for source in SOURCES.values() for reading in _readings(source, kind)
    )
    return open_import(path, kind, Wishes()) if recognised else path


def _source(file: InputFile, kind: Kind, wishes: Wishes) -> Source | None:
    if wishes.source is not None:
        return _named(file, kind, wishes.source)
    if wishes.map or wishes.set:
        return None
    found = [source for source in SOURCES.values() for reading in _readings(source, kind) if reading.reads(file)]
    if not found:
        _check_other(file, kind)
    return found[0] if found else None


def _named(file: InputFile, kind: Kind, name: str) -> Source:
    source = SOURCES.get(name)
    if source is None:
        near = get_close_matches(name, SOURCES, 1)
        hint = f", perhaps {near[0]}" if near else f": there are {', '.join(SOURCES)}"
        raise MappingError(f"there is no source {name!r}{hint}")
    reading = source.readings.get(kind)
    if reading is None:
        raise MappingError(f"{source.title} has no {kind}, but {' and '.join(source.readings)}")
    if not reading.reads(file):
        names = ", ".join(name for name in file.columns if "." not in name) or "no columns"
        raise MappingError(
            f"{file.path} is no file of {kind} of {source.title}{_likely(file)}. "
            f"It has {names}; wanted are {reading.wanted()}."
        )
    return source


def _likely(file: InputFile) -> str:
    """What a file looks like, in words."""
    for source in SOURCES.values():
        for kind, reading in source.readings.items():
            if reading.reads(file):
                return f", but looks like {kind} of {source.title}"
    return ""


def _readings(source: Source, kind: Kind) -> Iterable[Reading]:
    reading = source.readings.get(kind)
    return () if reading is None else (reading,)


def _check_other(file: InputFile, kind: Kind) -> None:
    """Whether a file is clearly of another kind.

    Raises:
        MappingError: it is.
    """
    for source in SOURCES.values():
        for other, reading in source.readings.items():
            if other is not kind and reading.reads(file):
                raise MappingError(
                    f"{file.path} holds {other} of {source.title}: penchant import {other} {file.path.name}"
                )
