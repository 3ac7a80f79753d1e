"""What is known of a program or format whose files people bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from app.imports.input_files import InputFile
from app.imports.kinds import Kind, Row
from app.imports.times import Unit
from indexer.readers import FileRow


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is rightly none of the kind that is read.

    Attributes:
        reason: what it is, in the plural, such as "calls of the type page".
    """

    reason: str


Found: TypeAlias = Iterable[Row | Aside]
"""The rows of Penchant's fields that one row of a file becomes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one kind are read.

    Attributes:
        marks: sets of columns; a file that has all of one set is of this kind.
        rows: makes of a row the fields of none, one or several.
        fields: field -> what it comes from, in words, for the account.
        gather: puts rows together that are one, where there are such.
        recognises: tells by more than columns, where these are not enough.
        shared: the fields that all rows of a file have, where they say nothing else.
        inner: values of a row that are named in another way than by columns, for those who map them by themselves.
    """

    marks: Sequence[frozenset[str]]
    rows: Callable[[Row], Found]
    fields: Mapping[str, str]
    gather: Callable[[Iterator[FileRow]], Iterator[FileRow]] | None = None
    recognises: Callable[[InputFile], bool] = lambda _: True
    shared: Callable[[InputFile], Row] = lambda _: {}
    inner: Callable[[Row], Row] | None = None

    def reads(self, file: InputFile) -> bool:
        """Whether a file is of this kind."""
        columns = {*file.columns}
        return any(mark <= columns for mark in self.marks) and self.recognises(file)

    def wanted(self) -> str:
        """The columns by which it is told, in words."""
        return " or ".join(", ".join(sorted(mark)) for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Source:
    """A program or format.

    Attributes:
        name: by which `--from` calls it.
        title: what people call it.
        readings: what its files hold.
        types: its types of event, and what they are to Penchant; "" for those that say nothing of an item.
        unit: what numbers of its times count.
        utc: whether its times without an offset are in UTC.
        timeless: whether a repeated signal of one type, person and item is the same signal whenever it came.
    """

    name: str
    title: str
    readings: Mapping[Kind, Reading]
    types: Mapping[str, str] = field(default_factory=dict)
    unit: Unit | None = None
    utc: bool = False
    timeless: bool = False
