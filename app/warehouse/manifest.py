"""What an export holds: the files that stand, and what a warehouse has to delete."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, Field, ValidationError

from app.warehouse.errors import ExportError
from app.warehouse.kinds import Kind
from models.config import Config

FILE: Final = "manifest.json"


class Part(Config):
    """A span of the events' numbers, or a bucket of people or items.

    Attributes:
        first: number of the first event, or the bucket.
        last: number of the last event, or the bucket.
        file: what holds it; None where there is nothing in it.
        rows: of the file.
        checksum: of what it says, by which it is known whether that has changed.
        run: the export that wrote it.
    """

    first: int
    last: int
    file: str | None
    rows: int
    checksum: str
    run: int


class Deletions(Config):
    """Keys of rows that one export took away.

    Attributes:
        file: with one column, the key.
        rows: how many.
        run: the export that took them away.
    """

    file: str
    rows: int
    run: int


class ExportManifest(Config):
    """What a folder of exports holds of one kind."""

    version: int = 1
    kind: Kind
    run: int = 0
    """How many exports there were."""
    made_at: AwareDatetime
    key: str
    """The column by which rows are deleted."""
    columns: dict[str, str]
    """Name -> type."""
    pseudonyms: bool
    """Whether ids of people were left out, and only their digests stand."""
    charter: str
    """Name of the charter under which it left."""
    why: str
    """What it is used for, as the charter says."""
    through: int = 0
    """Number of the last event that was looked at."""
    buckets: int = 1
    """Of people or items."""
    parts: tuple[Part, ...] = ()
    deleted: tuple[Deletions, ...] = ()
    left_out: dict[str, int] = Field(default_factory=dict)
    """Reason -> events that are not in the files."""
    withheld: tuple[str, ...] = ()
    """Fields that never leave, or that the charter does not declare."""

    def files(self) -> set[str]:
        """All files that stand."""
        return {part.file for part in self.parts if part.file} | {each.file for each in self.deleted}


def read_manifest(folder: Path) -> ExportManifest | None:
    """The manifest of a folder; None where nothing was exported to it.

    Raises:
        ExportError: it cannot be read.
    """
    path = folder / FILE
    try:
        return ExportManifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        said = str(error).splitlines()[0]
        raise ExportError(f"{path} cannot be read: {said}. Export to another folder") from error
