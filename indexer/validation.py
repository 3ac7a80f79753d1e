"""Rows in, good documents and rejects out: nothing is lost silently.

Where several good rows of a file name the same item or user, the last one stands and the others are rejects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from indexer import fields
from indexer.documents import Document
from indexer.mends import Mends
from indexer.problems import FieldProblem, problems
from indexer.readers import FileRow, Rows, field_of, read_rows
from indexer.rejects import Rejects

SomeDocument = TypeVar("SomeDocument", bound=Document)
Refuse = Callable[[SomeDocument], FieldProblem | None]


def read_documents(
    source: Path | Rows, document: type[SomeDocument], rejects: Rejects, refuse: Refuse[SomeDocument] | None = None
) -> Iterator[SomeDocument]:
    """The good rows of a file as documents, one at a time, each key once.

    Documents come in the order of the file, except that items and users that occur several times come last. The file is
    read twice, so that only these are held in memory. Events that occur several times are all handed on: to count each
    once is up to the log.

    Args:
        source: a file of Penchant's own kind, see `indexer.readers.read_rows`, or the rows of another.
        document: what a row describes.
        rejects: is told of every row that does not become a document, and counts what was changed in the others.
        refuse: says what else is wrong with a document, if anything.

    Raises:
        InputFileError: the file is missing, of no known kind, or damaged.
    """
    rows: Rows = partial(read_rows, source, document) if isinstance(source, Path) else source
    repeated = _Repeated[SomeDocument](_repeated_keys(rows, document), rejects)
    for row in rows():
        rejects.rows += 1
        good = checked(row, document, rejects)
        if good is not None and refuse is not None and (refused := refuse(good)):
            rejects.add(row, [refused])
        elif good is not None:
            rejects.mends.take()
            if not repeated.holds_back(row, good):
                yield good
    yield from repeated.last()


def parse(document: type[SomeDocument], value: object, mends: Mends | None = None) -> SomeDocument | list[FieldProblem]:
    """One row as a document, or all that is wrong with it; `mends` is told what was changed."""
    if mends is not None:
        mends.begin()
    try:
        return document.model_validate(value, context=mends)
    except ValidationError as error:
        return problems(error)


def checked(row: FileRow, document: type[SomeDocument], rejects: Rejects) -> SomeDocument | None:
    """A row as a document; None where it is none, of which `rejects` is told."""
    if row.aside is not None:
        rejects.set_aside(row.aside)
        return None
    if row.problem is not None:
        rejects.add(row, [FieldProblem("", row.problem)])
        return None
    parsed = parse(document, row.value, rejects.mends)
    if isinstance(parsed, list):
        rejects.add(row, parsed)
        return None
    return parsed


def _repeated_keys(rows: Rows, document: type[Document]) -> set[str]:
    once: set[str] = set()
    again: set[str] = set()
    if not document.LAST_STANDS:
        return again
    for row in rows(columns=(document.KEY,)):
        key = fields.id_text(field_of(row, document.KEY))
        if isinstance(key, str):
            (again if key in once else once).add(key)
    return again


class _Repeated(Generic[SomeDocument]):
    """Holds documents whose key occurs more than once until the end of the file is known."""

    def __init__(self, keys: set[str], rejects: Rejects) -> None:
        self._keys = keys
        self._rejects = rejects
        self._last: dict[str, tuple[FileRow, SomeDocument]] = {}

    def holds_back(self, row: FileRow, document: SomeDocument) -> bool:
        key = document.key()
        if key not in self._keys:
            return False
        if key in self._last:
            earlier, _ = self._last.pop(key)
            message = f"is also that of row {row.number}, which stands in place of this one"
            self._rejects.replaced(earlier, FieldProblem(document.KEY, message))
        self._last[key] = (row, document)
        return True

    def last(self) -> Iterator[SomeDocument]:
        for _, document in self._last.values():
            yield document
