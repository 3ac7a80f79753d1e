"""One file, imported from its beginning or from where it was broken off, with what is to be said of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.imports.import_state import FOLDER, ImportState
from app.imports.opening import Import
from app.imports.sinks import Sink
from app.imports.transfer import Transfer, good_rows
from indexer.progress import ProgressBar
from indexer.rejects import Rejects

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file.

    Attributes:
        transfer: its rows, counted.
        rejects: where those stand that were not taken; None where there are none.
        seconds: how long it took.
    """

    transfer: Transfer
    rejects: Path | None
    seconds: float

    def account(self) -> str:
        """What became of its rows, in a line."""
        counts, kind = self.transfer.counts, self.transfer.kind
        rate = counts.total() / max(self.seconds, 1e-9)
        return f"{self.transfer.reasons.account(counts, f'no {kind}')}; {rate:,.0f} rows a second"

    def failed(self, most: float) -> bool:
        """Whether nothing was taken, or a larger share than `most` is lost."""
        lost, rows = self.transfer.lost(), self.transfer.counts.total() - self.transfer.counts["left out"]
        return bool(self.transfer.counts) and (lost == rows or lost > most * rows)


@dataclass(frozen=True, slots=True)
class ImportRun:
    """How one file is imported.

    Attributes:
        file: the file.
        data_dir: where it is kept how far it has come.
        reading: how it is read; another way is another import.
        rejects: where rows go that are not taken; None for a file in the data folder.
    """

    file: Import
    data_dir: Path
    reading: str
    rejects: Path | None = None

    @property
    def state(self) -> ImportState:
        """How far it has come."""
        return ImportState.of(self.data_dir, self.file.file.path, f"{self.file.kind}\n{self.reading}")

    def __call__(self, sink: Sink, rows: int, *, after: int = 0) -> Imported:
        """Import it.

        Args:
            sink: where the rows go.
            rows: how many are to be sent, for the bar; 0 where that is not known.
            after: number of a row; those up to it were dealt with before.
        """
        name = self.file.file.path.name
        place = self.rejects or self.data_dir / FOLDER / f"{name}.rejects{f'-after-{after}' if after else ''}.ndjson"
        kind = self.file.kind
        with Rejects(place) as refused, ProgressBar(kind.value, "row") as progress:
            transfer = Transfer(kind, self.state, refused, progress, rows)
            began = time.perf_counter()
            transfer(sink, good_rows(self.file, kind, refused, after))
            seconds = time.perf_counter() - began
        return Imported(transfer, place if refused.count else None, seconds)
