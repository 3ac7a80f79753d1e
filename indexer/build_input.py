"""Which items a build contains: an items file or the previous snapshot, and what changed over HTTP since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indexer.build import BuildInput
from indexer.displaced import Displaced
from indexer.documents import ItemDocument
from indexer.http_changes import Newer, conflicts, overruling, settled
from indexer.readers import Rows
from indexer.rejects import Rejects
from indexer.snapshot_files import SnapshotError, SnapshotFolder
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


@dataclass(frozen=True, slots=True)
class Service:
    """What stands in service before a build.

    Attributes:
        items: the catalogue.
        changes: the items' journal.
    """

    items: Sequence[ItemDocument] = ()
    changes: Sequence[Change] = ()


def read_items(
    source: Path | Rows, rejects: Rejects, refuse: Refuse[ItemDocument] | None = None
) -> dict[str, ItemDocument]:
    """The items of a file that are not refused, by id.

    Raises:
        InputFileError: the file is missing, of no known kind, or damaged.
    """
    return {item.item_id: item for item in read_documents(source, ItemDocument, rejects, refuse)}


def from_file(
    file: dict[str, ItemDocument], service: Service, newer: Newer | float | None = None
) -> tuple[BuildInput, Displaced]:
    """The items of a file, what came over HTTP where that is newer, and what the build displaces.

    Raises:
        BuildRefusedError: the two contradict each other, and nobody said which is newer.
    """
    served = {item.item_id: item for item in service.items}
    found = conflicts(file, served, {change.item_id: change.changed_at for change in service.changes})
    items = settled(file, served, found, newer)
    taken_along = overruling(found, newer)
    right = {each.item_id for each in taken_along}
    overruled = [each for each in found if each.item_id not in right]
    gone = sorted(served.keys() - items.keys() - {each.item_id for each in overruled})
    version = max((change.version for change in service.changes), default=0)
    return BuildInput(tuple(items.values()), version), Displaced(gone, overruled, taken_along)


def from_snapshot(folder: SnapshotFolder, changes: Iterable[Change]) -> BuildInput:
    """The items of the published snapshot, if there is one, and the changes that it does not contain.

    Raises:
        SnapshotError: it cannot be read.
    """
    current = folder.current_id()
    items: dict[str, ItemDocument] = {}
    version = 0
    if current is None and folder.aside():
        raise SnapshotError(f"every snapshot in {folder.folder} is damaged: build from the file, with --items")
    if current:
        version = folder.manifest(current).items_version
        documents = folder.documents(current)
        for document in (documents[row] for row in range(len(documents))):
            item = ItemDocument.kept(document)
            items[item.item_id] = item
    return _with_changes(items, (change for change in changes if change.version > version), version)


def _with_changes(items: dict[str, ItemDocument], changes: Iterable[Change], version: int) -> BuildInput:
    for change in changes:
        version = max(version, change.version)
        if change.document is None:
            items.pop(change.item_id, None)
        else:
            items[change.item_id] = ItemDocument.kept(change.document)
    return BuildInput(tuple(items.values()), version)
