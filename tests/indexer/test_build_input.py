"""Which items a build contains: a file or the previous snapshot, and what changed over HTTP since."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.build import BuildInput
from indexer.build_input import Service, from_file, from_snapshot, read_items
from indexer.documents import ItemDocument
from indexer.http_changes import Newer
from indexer.intake import BuildRefusedError
from indexer.readers import InputFileError
from indexer.rejects import Rejects
from indexer.snapshot_files import SnapshotError

WRITTEN_AT = 1_000.0


@dataclass(frozen=True)
class Change:
    version: int
    item_id: str
    document: bytes | None
    changed_at: float = WRITTEN_AT + 1


@pytest.fixture
def items_file(tmp_path: Path, some_items) -> Path:
    """Items 0 to 3, written long ago."""
    path = tmp_path / "items.ndjson"
    path.write_text("\n".join(item.model_dump_json(exclude_none=True) for item in some_items(4)))
    os.utime(path, (WRITTEN_AT, WRITTEN_AT))
    return path


def ids(given: BuildInput) -> list[str]:
    return sorted(item.item_id for item in given.items)


def titled(given: BuildInput, item_id: str) -> str:
    return next(item.title for item in given.items if item.item_id == item_id)


def upsert(version: int, item, **more) -> Change:
    return Change(version, item.item_id, item.model_dump_json(exclude_none=True).encode(), **more)


def built(file: Path, changes: list[Change], newer: Newer | float | None) -> BuildInput:
    served = dict(read_items(file, Rejects()))
    for change in changes:
        served.pop(change.item_id, None)
        if change.document:
            served[change.item_id] = ItemDocument.kept(change.document)
    return from_file(read_items(file, Rejects()), Service(tuple(served.values()), changes), newer)[0]


@pytest.mark.parametrize("newer", [Newer.HTTP, WRITTEN_AT])
def test_changes_that_are_newer_than_the_file_are_taken_along(items_file, an_item, newer) -> None:
    changes = [upsert(4, an_item(1, title="renamed")), upsert(6, an_item(9)), Change(7, "i002", None)]
    given = built(items_file, changes, newer)
    assert ids(given) == ["i000", "i001", "i003", "i009"]
    assert titled(given, "i001") == "renamed"
    assert given.items_version == 7


@pytest.mark.parametrize("newer", [Newer.FILE, WRITTEN_AT + 2])
def test_the_file_knows_better_than_changes_that_are_older(items_file, an_item, newer) -> None:
    changes = [upsert(4, an_item(1, title="renamed")), Change(7, "i002", None), upsert(8, an_item(9))]
    given = built(items_file, changes, newer)
    assert ids(given) == ["i000", "i001", "i002", "i003"]
    assert titled(given, "i001") != "renamed"
    assert given.items_version == 8  # so that the service does not apply them again


def test_who_is_right_is_never_read_off_the_file(items_file, an_item) -> None:
    os.utime(items_file, (WRITTEN_AT + 9, WRITTEN_AT + 9))
    with pytest.raises(BuildRefusedError, match="1 came over HTTP and not in the file"):
        built(items_file, [upsert(4, an_item(9))], None)


def test_rows_that_cannot_be_taken_are_told_and_the_others_kept(items_file) -> None:
    items_file.write_text(items_file.read_text() + '\n{"item_id": "broken"}\n')
    rejects = Rejects()
    assert len(read_items(items_file, rejects)) == 4
    assert rejects.count == 1


def test_a_file_that_is_not_there_is_named(tmp_path) -> None:
    with pytest.raises(InputFileError, match="nowhere"):
        read_items(tmp_path / "nowhere.ndjson", Rejects())


def test_without_a_file_the_published_items_are_built_anew(workshop, some_items, an_item) -> None:
    workshop.build(BuildInput(some_items(4), 5))
    changes = [
        upsert(5, an_item(1, title="known")),
        upsert(6, an_item(9)),
        Change(7, "i002", None),
        Change(8, "x", None),
    ]
    given = from_snapshot(workshop.snapshots, changes)
    assert ids(given) == ["i000", "i001", "i003", "i009"]
    assert titled(given, "i001") != "known"
    assert given.items_version == 8


def test_a_second_build_without_changes_is_the_same_input(workshop, some_items) -> None:
    workshop.build(BuildInput(some_items(4), 5))
    _, built = workshop.build(from_snapshot(workshop.snapshots, []))
    assert not built


def test_before_the_first_build_there_are_only_the_changes(workshop, an_item) -> None:
    assert from_snapshot(workshop.snapshots, []).items == ()
    given = from_snapshot(workshop.snapshots, [upsert(1, an_item(3))])
    assert (ids(given), given.items_version) == (["i003"], 1)


def test_a_published_snapshot_that_cannot_be_read_is_an_error(workshop, some_items) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(4)))
    (workshop.snapshots.folder / manifest.snapshot_id / "manifest.json").unlink()
    with pytest.raises(SnapshotError):
        from_snapshot(workshop.snapshots, [])
