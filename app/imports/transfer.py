"""Sends the rows of a file to where they belong, some batches ahead, and keeps account of them in order of the file."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from app.imports.event_tables import EventBatch, EventTable
from app.imports.import_state import ImportState
from app.imports.kinds import Kind
from app.imports.opening import Import
from app.imports.reasons import Reasons
from app.imports.sinks import AT_ONCE, Outcome, Sink
from indexer.documents import Document
from indexer.progress import Progress
from indexer.readers import FileRow, Rows
from indexer.rejects import Rejects
from indexer.validation import checked

TAKEN: Final = frozenset(("accepted", "awaiting_item", "created", "duplicate", "updated"))
"""What becomes of a row that is kept."""
REFUSED: Final = frozenset(("rejected", "conflict"))

Batch = tuple[tuple[FileRow, Document], ...]


def good_rows(rows: Rows, kind: Kind, rejects: Rejects, after: int = 0) -> Iterator[tuple[FileRow, Document]]:
    """The rows that are good by themselves, one at a time; the others are told to `rejects`.

    Args:
        rows: of a file.
        kind: what they are about.
        rejects: counts all rows that are read.
        after: number of a row; those up to it are passed over.

    Raises:
        InputFileError: the damaged place of the file is reached.
    """
    table = EventTable.of(rows) if isinstance(rows, Import) else None
    if table is None:
        yield from _looked_at((row for row in rows() if row.number > after), kind, rejects)
    else:
        for batch in table.batches(after):
            yield from of_table(batch, rejects, range(len(batch)))


def of_table(batch: EventBatch, rejects: Rejects, places: Iterable[int]) -> Iterator[tuple[FileRow, Document]]:
    """The rows at some places in a part of a table that are good."""
    for place in places:
        if place in batch.odd:
            yield from _looked_at(batch.alone(place), Kind.EVENTS, rejects)
        else:
            rejects.rows += 1
            yield batch.original(place), batch.event(place)


def _looked_at(rows: Iterable[FileRow], kind: Kind, rejects: Rejects) -> Iterator[tuple[FileRow, Document]]:
    document = kind.document
    for row in rows:
        rejects.rows += 1
        good = checked(row, document, rejects)
        if good is not None:
            rejects.mends.take()
            yield row, good


@dataclass(slots=True)
class Transfer:
    """One file on its way.

    Attributes:
        kind: what its rows are about.
        state: how far it has come.
        rejects: is told of every row that is not taken.
        progress: told how many rows were sent.
        rows: how many there are to be sent; 0 where that is not known.
        counts: rows by what became of them.
        reasons: why they were not taken.
    """

    kind: Kind
    state: ImportState
    rejects: Rejects
    progress: Progress
    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Reasons = field(default_factory=Reasons)

    def __call__(self, sink: Sink, rows: Iterable[tuple[FileRow, Document]]) -> None:
        """Send all rows."""
        waiting: deque[tuple[Batch, Future[list[Outcome]]]] = deque()
        rows, last = iter(rows), 0
        while batch := tuple(islice(rows, sink.rows(self.kind))):
            waiting.append((batch, sink.send(self.kind, [document for _, document in batch])))
            last = batch[-1][0].number
            if len(waiting) > AT_ONCE:
                self._settle(*waiting.popleft())
        for batch, sent in waiting:
            self._settle(batch, sent)
        if last:
            self.state.keep(last)
        self._count_unsent()

    def lost(self) -> int:
        """Rows that were not taken though they might have been; those that are rightly left out are none."""
        return self.counts.total() - self.counts["left out"] - sum(self.counts[status] for status in TAKEN)

    def _settle(self, batch: Batch, sent: Future[list[Outcome]]) -> None:
        for (row, _), outcome in zip(batch, sent.result(), strict=True):
            self.counts[outcome.status] += 1
            if outcome.status in REFUSED:
                self.rejects.refused_elsewhere(row, list(outcome.errors))
            self.reasons.note(outcome)
        dealt_with = batch[-1][0].number - 1  # the last row may become more than this batch has of it
        self.state.keep(dealt_with)
        self.progress(self.counts.total(), max(self.rows, self.counts.total()))

    def _count_unsent(self) -> None:
        unread = self.rejects.count - sum(self.counts[status] for status in REFUSED)
        self.counts.update({"rejected": unread} if unread else {})
        self.reasons.note_rejects(self.rejects)
        if self.rejects.aside:
            self.counts["left out"] = self.rejects.aside.total()
            for what, count in self.rejects.aside.items():
                self.reasons.count("left out", what, count)
