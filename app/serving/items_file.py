"""An items file on its way into a build: read, refused where it would lose too much, and accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.policy.charter.ingestion_gate import IngestionGate
from app.settings import Settings
from indexer.build import BuildInput
from indexer.build_input import Service, from_file, read_items
from indexer.http_changes import Newer
from indexer.intake import check_rows, check_size, dates_account, rows_account
from indexer.readers import Rows
from indexer.rejects import Rejects


@dataclass(frozen=True, slots=True)
class ItemsFile:
    """An items file, and what may become of the catalogue by it.

    Attributes:
        path: of the file.
        newer: what holds where it contradicts what came over HTTP, see `indexer.http_changes.settled`.
        allow_shrink: whether it may lose more than the settings say.
        rows: how it is read, where it is none of Penchant's own.
    """

    path: Path
    newer: Newer | float | None = None
    allow_shrink: bool = False
    rows: Rows | None = None


def from_items_file(
    file: ItemsFile, service: Service, gate: IngestionGate, settings: Settings
) -> tuple[BuildInput, list[str]]:
    """The items to build from, and the last lines of the build's account.

    Raises:
        BuildRefusedError: too much would get lost, or nobody said whether the file or HTTP is newer.
        InputFileError: the file cannot be read.
    """
    folder, allowed = settings.data_dir / "rejects", file.allow_shrink
    with Rejects(folder / f"{file.path.name}.rejects.ndjson") as rejects:
        items = read_items(file.rows or file.path, rejects, gate.item)
    check_rows(file.path, rejects, settings.intake, allowed=allowed)
    given, displaced = from_file(items, service, file.newer)
    check_size(len(given.items), len(service.items), settings.intake, allowed=allowed)
    listed = folder / f"{file.path.name}.displaced.ndjson"
    displaced.write(listed)
    mended = [*rejects.mends.account(), *dates_account(given.items, settings.as_of or datetime.now(UTC))]
    rows = rows_account(rejects) + (f", see {rejects.path}" if rejects.count else "")
    return given, [*displaced.account(listed), *(["; ".join(mended)] if mended else []), rows]
