"""Which items a build contains: an items file or the previous snapshot, and what changed over HTTP since."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from indexer.build import BuildInput
from indexer.documents import ItemDocument
from indexer.rejects import Rejects
from indexer.snapshot_files import SnapshotFolder
from indexer.validation import Refuse, read_documents


class Change(Protocol):
    """One upsert or deletion over HTTP, as the items' journal has it."""

    @property
    def version(self) -> int:
        """Place in the journal."""

    @property
    def item_id(self) -> str:
        """The item."""

    @property
    def document(self) -> bytes | None:
        """The item as JSON, None for a deletion."""

    @property
    def changed_at(self) -> float:
        """When, in seconds since 1970 by the machine's clock."""


def from_file(
    path: Path, changes: Iterable[Change], rejects: Rejects, refuse: Refuse[ItemDocument] | None = None
) -> BuildInput:
    """The items of a file that are not refused, and the changes that are younger than it.

    Raises:
        InputFileError: the file is missing, of no known kind, or damaged.
    """
    written_at = path.stat().st_mtime if path.is_file() else 0.0
    items = {item.item_id: item for item in read_documents(path, ItemDocument, rejects, refuse)}
    return _with_changes(items, changes, younger_than=written_at)


def from_snapshot(folder: SnapshotFolder, changes: Iterable[Change]) -> BuildInput:
    """The items of the published snapshot, if there is one, and the changes that it does not contain."""
    current = folder.current_id()
    items: dict[str, ItemDocument] = {}
    version = 0
    if current:
        version = folder.manifest(current).items_version
        documents = folder.documents(current)
        for document in (documents[row] for row in range(len(documents))):
            item = ItemDocument.kept(document)
            items[item.item_id] = item
    return _with_changes(items, (change for change in changes if change.version > version), at_least=version)


def _with_changes(
    items: dict[str, ItemDocument], changes: Iterable[Change], *, younger_than: float = 0.0, at_least: int = 0
) -> BuildInput:
    version = at_least
    for change in changes:
        version = max(version, change.version)
        if change.changed_at <= younger_than:
            continue
        if change.document is None:
            items.pop(change.item_id, None)
        else:
            items[change.item_id] = ItemDocument.kept(change.document)
    return BuildInput(tuple(items.values()), version)
