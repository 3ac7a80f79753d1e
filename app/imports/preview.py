"""What an import will do, told before anything is written: columns, first rows, and what will be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from app.imports.event_tables import EventTable, sample_of
from app.imports.kinds import Kind
from app.imports.mappings import ColumnMapping
from app.imports.opening import Import
from app.imports.transfer import good_rows, of_table
from app.policy.charter.ingestion_gate import IngestionGate
from indexer.documents import Document
from indexer.intake import rows_account
from indexer.problems import FieldProblem
from indexer.progress import Progress
from indexer.readers import FileRow
from indexer.rejects import Rejects

FIRST: Final = 3
"""Rows that are shown."""
_STEP: Final = 10_000
_LONG: Final = 400


@dataclass(frozen=True, slots=True)
class Preview:
    """What was found in a file.

    Attributes:
        file: the file, read to its end.
        first: its first good rows.
        rejects: the rows that are not good.
    """

    file: Import
    first: tuple[Document, ...]
    rejects: Rejects

    def lines(self) -> Iterator[str]:
        """What is to be said, a line each."""
        yield self.file.words()
        yield from (f"  {line}" for line in self.file.lines())
        if told := self.file.types.account():
            yield f"  types          {told}"
        if isinstance(self.file.plan, ColumnMapping) and self.file.plan.later:
            yield f"  left out: {', '.join(sorted(self.file.plan.later))}, of later rows"
        if undeclared := self.file.finishing.undeclared:
            told = ", ".join(f"{name} ({count:,})" for name, count in undeclared.most_common())
            yield f"  left out: attributes that the charter does not declare: {told}"
        yield from (["first rows as they will be:", *map(_row, self.first)] if self.first else [])
        yield from self.rejects.mends.account()
        yield rows_account(self.rejects)


def preview_of(file: Import, gate: IngestionGate, progress: Progress) -> Preview:
    """Read a file to its end and check every row; nothing is written.

    Args:
        file: the file.
        gate: of the charter.
        progress: told how many rows were read.

    Raises:
        InputFileError: the file is damaged, or a time in it cannot be meant.
    """
    first: list[Document] = []
    asked: dict[Kind, Callable[[Any], FieldProblem | None]] = {Kind.ITEMS: gate.item, Kind.EVENTS: gate.event}
    undeclared = asked.get(file.kind, lambda _: None)
    table = EventTable.of(file)
    with Rejects() as rejects:
        rows = good_rows(file, file.kind, rejects) if table is None else _worth_a_look(table, gate, rejects, progress)
        for row, document in rows:
            if problem := undeclared(document):
                rejects.add(row, [problem])
            elif len(first) < FIRST:
                first.append(document)
            if rejects.rows % _STEP == 0:
                progress(rejects.rows, rejects.rows)
    return Preview(file, tuple(first), rejects)


def _worth_a_look(
    table: EventTable, gate: IngestionGate, rejects: Rejects, progress: Progress
) -> Iterator[tuple[FileRow, Document]]:
    """Of the rows of a table the first ones, and where some are of a type that the charter does not declare, those."""
    for batch in table.batches():
        undeclared = any(gate.event(sample_of(kind)) for kind in batch.kinds())
        some = (
            range(len(batch)) if undeclared else {*batch.odd, *range(min(FIRST, len(batch)) if not rejects.rows else 0)}
        )
        yield from of_table(batch, rejects, sorted(some))
        rejects.rows += len(batch) - len({*some} | batch.odd)
        progress(rejects.rows, rejects.rows)


def _row(document: Document) -> str:
    text = orjson.dumps(document.model_dump(mode="json", exclude_unset=True, exclude_none=True)).decode()
    return f"  {text if len(text) <= _LONG else f'{text[:_LONG]}...'}"
