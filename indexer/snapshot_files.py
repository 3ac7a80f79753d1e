"""Snapshots on disk: one immutable, versioned folder a build, published by one atomic rename.

snapshots/20260102T030405Z-1a2b3c4d/    arrays, vector index, words, types of attributes, manifest; lexical/ the index
snapshots/.building-.../                a build under way, or one that was interrupted; never in service
snapshots/.damaged-.../                 a snapshot whose files are not what its manifest says; never read or removed
snapshots/CURRENT                       the id in service, replaced by rename
snapshots/.lock                         held by the build under way
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from indexer.ann import AnnSettings, NoIndex, VectorIndex
from indexer.attributes.columns import AttributeColumn
from indexer.attributes.declaration import AttributeType
from indexer.equal_vectors import EqualVectors
from indexer.folder_lock import sole
from indexer.item_texts import SILENT
from indexer.lexical import LexicalIndex, LexicalText
from indexer.snapshot import ItemColumns, ItemVectors, Manifest, Snapshot, Vocabulary
from indexer.snapshot_digests import damaged, record, records
from models.columns import CodesColumn, StringColumn
from models.ids import IdMap
from models.joint_vectors import JointVectors, Stored
from models.neighbours import Neighbours
from models.space import Space
from models.topic_heads import TopicHeads
from models.words import MISSING

CURRENT = "CURRENT"
_BUILDING = ".building-"
_DAMAGED = ".damaged-"
_MANIFEST = "manifest.json"
_MANIFEST_DIGEST = "manifest.blake2b"
_VOCABULARY = "vocabulary.json"
_ATTRIBUTES = "attributes.json"
"""Name and type of each attribute that was declared, in the order of their arrays."""
_CELLS = "cells."
_MEASURED = "cells.error"
"""Of cells from when FAISS's codes were such that it is needed."""
_OWN = ".behaviour"
_HEADS = "sensitive."
_LEXICAL = "lexical"
_SUSPECTED = "items.suspected.codes"
_SAYS_NOTHING = '"sensitive_topics":[],'
_DOCUMENTS = "items.documents."
_NODES = "vectors.nodes"
_KINDS = ("flat", "cells")
_FIREWALL = ("items.sensitive.", "items.suspected.", "items.worth_a_look.")
_READ_BYTES = 1 << 18
_log = logging.getLogger(__name__)
_PACKED: dict[str, type[IdMap | StringColumn | CodesColumn]] = {
    "items.ids": IdMap,
    "items.documents": StringColumn,
    "items.titles": StringColumn,
    "items.tags": CodesColumn,
    "items.sensitive": CodesColumn,
    "items.suspected": CodesColumn,
    "items.worth_a_look": CodesColumn,
}


class SnapshotError(Exception):
    """A snapshot is missing, incomplete or damaged."""


class DamagedSnapshotError(SnapshotError):
    """A file of a snapshot is not what it was when it was written."""


class BuildUnderWayError(SnapshotError):
    """Another process builds a snapshot in this folder."""


class SnapshotFolder:
    """All snapshots of one service."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def building(self) -> Iterator[None]:
        """The right to build and to prune, which one process has at a time; it ends with the process at the latest.

        Raises:
            BuildUnderWayError: another process has it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with sole(self.folder, BuildUnderWayError(f"another process is building a snapshot in {self.folder}")):
            yield

    def current_id(self) -> str | None:
        """Id of the published snapshot; of the newest complete one where CURRENT names none; None before the first."""
        named = self._named()
        if named is not None and self._complete(named):
            return named
        newest = self.newest()
        return newest.snapshot_id if newest else named or None

    def pointer_problem(self) -> str | None:
        """Why CURRENT does not say which snapshot is published, though there are some; None where all is well."""
        named = self._named()
        if (named is not None and self._complete(named)) or not self.ids():
            return None
        said = (
            "is missing"
            if named is None
            else f"names {named!r}, which is no complete snapshot"
            if named
            else "is empty"
        )
        return f"{self.folder / CURRENT} {said}"

    def _named(self) -> str | None:
        """What CURRENT says; None where it is missing."""
        try:
            return (self.folder / CURRENT).read_text(errors="replace").strip()
        except FileNotFoundError:
            return None

    def _complete(self, snapshot_id: str) -> bool:
        return snapshot_id in self.ids()

    def ids(self) -> list[str]:
        """Ids of all complete snapshots, oldest first."""
        return sorted(path.parent.name for path in self.folder.glob(f"[!.]*/{_MANIFEST}"))

    def set_aside(self, snapshot_id: str) -> str:
        """Give a damaged snapshot a name under which nobody reads, overwrites or removes it; the name."""
        number, name = 1, f"{_DAMAGED}{snapshot_id}"
        while (self.folder / name).exists():
            number, name = number + 1, f"{_DAMAGED}{snapshot_id}-{number}"
        (self.folder / snapshot_id).rename(self.folder / name)
        _sync_folder(self.folder)
        return name

    def aside(self) -> list[str]:
        """Names of the damaged snapshots that were set aside, oldest first."""
        return sorted(path.name for path in self.folder.glob(f"{_DAMAGED}*"))

    def aside_after(self, snapshot_id: str) -> str | None:
        """What to say of damaged snapshots that are newer than this one; None where there are none."""
        newer = [name for name in self.aside() if name.removeprefix(_DAMAGED) > snapshot_id]
        return (
            f"newer snapshots are damaged and set aside: {', '.join(newer)}; this one serves instead" if newer else None
        )

    def newest(self) -> Manifest | None:
        """The manifest of the snapshot that was built last, whichever is in service; None before the first.

        Snapshots whose manifest cannot be read are passed over.
        """
        return max(self.manifests(), key=lambda each: each.created_at, default=None)

    def manifests(self) -> Iterator[Manifest]:
        """The manifests of all complete snapshots, oldest first; those that cannot be read are passed over."""
        for snapshot_id in self.ids():
            with suppress(SnapshotError):
                yield self.manifest(snapshot_id)

    def manifest(self, snapshot_id: str) -> Manifest:
        """The manifest of one snapshot.

        Raises:
            DamagedSnapshotError: it is no JSON.
            SnapshotError: there is none, or it is of another version.
        """
        try:
            return Manifest.model_validate_json((self.folder / snapshot_id / _MANIFEST).read_bytes())
        except (OSError, ValidationError) as error:
            broken = isinstance(error, ValidationError) and error.errors()[0]["type"] == "json_invalid"
            kind = DamagedSnapshotError if broken else SnapshotError
            raise kind(f"snapshot {snapshot_id!r} has no readable manifest: {error}") from error

    def publish(self, snapshot: Snapshot, ready: Callable[[str], None] = lambda _: None) -> Manifest:
        """Write a snapshot and put it in service; whatever interrupts this leaves the previous one in service.

        Args:
            snapshot: which.
            ready: called with its id before it is put in service; where that fails, the snapshot is removed again.
        """
        manifest = self.write(snapshot)
        try:
            ready(manifest.snapshot_id)
        except BaseException:
            shutil.rmtree(self.folder / manifest.snapshot_id, ignore_errors=True)
            raise
        self.activate(manifest.snapshot_id)
        return manifest

    def write(self, snapshot: Snapshot) -> Manifest:
        """Write a snapshot completely, without putting it in service."""
        self.folder.mkdir(parents=True, exist_ok=True)
        building = self.folder / f"{_BUILDING}{snapshot.snapshot_id}"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        for name, array in _arrays(snapshot).items():
            np.save(building / f"{name}.npy", array, allow_pickle=False)
        (building / _VOCABULARY).write_text(snapshot.vocabulary.to_json(), encoding="utf-8")
        (building / _ATTRIBUTES).write_text(_types_of(snapshot), encoding="utf-8")
        LexicalIndex.write(building / _LEXICAL, _texts(snapshot.items))
        manifest = snapshot.manifest.model_copy(update={"files": records(building)})
        (building / _MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
        (building / _MANIFEST_DIGEST).write_text(record(building / _MANIFEST).blake2b)
        _sync(building)
        building.rename(self.folder / snapshot.snapshot_id)
        _sync_folder(self.folder)
        return manifest

    def activate(self, snapshot_id: str) -> None:
        """Make a complete snapshot the current one.

        Raises:
            SnapshotError: it does not exist.
        """
        self.manifest(snapshot_id)
        pointer = self.folder / f".{CURRENT}-{os.getpid()}"
        pointer.write_text(snapshot_id)
        _sync_file(pointer)
        pointer.replace(self.folder / CURRENT)
        _sync_folder(self.folder)

    def prune(self, keep: int, needed: Collection[str] = ()) -> list[str]:
        """Remove abandoned builds and all but the newest `keep` snapshots, the current one and those needed.

        Returns:
            ids removed.
        """
        for abandoned in self.folder.glob(f"{_BUILDING}*"):
            shutil.rmtree(abandoned)
        staying = {*needed, self.current_id()}
        removed = [each for each in self.ids()[: -keep or None] if each not in staying]
        for snapshot_id in removed:
            shutil.rmtree(self.folder / snapshot_id)
        return removed

    def verify(self, snapshot_id: str) -> None:
        """Compare every file with the manifest, digests included: reads all of it, in some threads.

        Raises:
            DamagedSnapshotError: a file is missing, of another length or content.
            SnapshotError: there is no such snapshot, or it is of another version.
        """
        manifest, folder = self.manifest(snapshot_id), self.folder / snapshot_id
        told = folder / _MANIFEST_DIGEST  # older snapshots have none
        if told.exists() and told.read_text(errors="replace") != record(folder / _MANIFEST).blake2b:
            raise _damage(snapshot_id, _MANIFEST)
        if name := damaged(folder, manifest.files):
            raise _damage(snapshot_id, name)

    def documents(self, snapshot_id: str) -> StringColumn:
        """The items of a snapshot as JSON, without opening the rest.

        In snapshots from before an empty list of sensitive topics said something, it is left out.

        Raises:
            DamagedSnapshotError: their files are not what they were when they were written.
        """
        folder, files = self.folder / snapshot_id, self.manifest(snapshot_id).files
        if name := damaged(folder, {name: told for name, told in files.items() if name.startswith(_DOCUMENTS)}):
            raise _damage(snapshot_id, name)
        documents = StringColumn(
            *(_mapped(folder / f"items.documents.{part}.npy") for part in ("offsets", "payload")),
        )
        if (folder / f"{_SUSPECTED}.npy").exists():
            return documents
        return StringColumn.build([documents[row].replace(_SAYS_NOTHING, "") for row in range(len(documents))])

    def open(self, snapshot_id: str, settings: AnnSettings, *, indexed: bool = True) -> Snapshot:
        """Map a snapshot into memory; of its files only the lengths are compared, see `verify`.

        Args:
            snapshot_id: which.
            settings: how it is searched.
            indexed: whether its index is opened, which takes memory; without, something else finds what is near.

        Raises:
            DamagedSnapshotError: a file is missing or does not have the length that the manifest says.
            SnapshotError: there is no such snapshot, or none that this version reads.
        """
        manifest = self.manifest(snapshot_id)
        folder = self.folder / snapshot_id
        for name, told in manifest.files.items():
            if not (folder / name).exists() or (folder / name).stat().st_size != told.bytes:
                raise DamagedSnapshotError(f"snapshot {snapshot_id!r} is incomplete: {name}")
        try:
            return _opened(folder, manifest, settings if indexed else None)
        except (ValueError, LookupError, TypeError, RuntimeError) as error:
            raise SnapshotError(f"snapshot {snapshot_id!r} cannot be read by this version: {error!r}") from error


def _opened(folder: Path, manifest: Manifest, settings: AnnSettings | None) -> Snapshot:
    arrays = {name[:-4]: _mapped(folder / name) for name in manifest.files if name.endswith(".npy")}
    vectors = _vectors(manifest, arrays)
    return Snapshot(
        manifest=manifest,
        vocabulary=Vocabulary.from_json((folder / _VOCABULARY).read_text(encoding="utf-8")),
        items=_columns(arrays),
        vectors=vectors,
        space=_space(manifest, arrays),
        index=_index(manifest, arrays, vectors, settings) if settings else NoIndex(vectors.index),
        heads=_heads(manifest, arrays),
        lexical=LexicalIndex.open(folder / _LEXICAL),
        attributes=_attributes(folder, arrays),
    )


def _arrays(snapshot: Snapshot) -> dict[str, NDArray[Any]]:
    """Every array of a snapshot by file name; vectors that are one and the same object are written once."""
    arrays: dict[str, NDArray[Any]] = {}
    for field in fields(ItemColumns):
        name, column = f"items.{field.name}", getattr(snapshot.items, field.name)
        parts = column.arrays() if name in _PACKED else {"": column}
        arrays |= {f"{name}.{part}".rstrip("."): array for part, array in parts.items()}
    vectors = snapshot.vectors
    arrays |= {"vectors.content": vectors.content, "tags": vectors.tags}
    arrays |= {"topics": vectors.cluster_centroids, "topics.of_cluster": vectors.cluster_topics}
    if snapshot.space.has_behaviour:
        arrays |= _behaviour(vectors)
    neighbours = vectors.neighbours
    arrays |= {f"neighbours.{field.name}": getattr(neighbours, field.name) for field in fields(Neighbours)}
    arrays |= {f"{_HEADS}{name}": array for name, array in snapshot.heads.arrays().items()}
    if snapshot.index.cells:
        arrays |= {f"{_CELLS}{name}": array for name, array in snapshot.index.cells.arrays().items()}
    if snapshot.index.equals:
        arrays |= {_NODES: snapshot.index.equals.nodes}
    for number, column in enumerate(snapshot.attributes.values()):
        arrays |= {f"attributes.{number}.{part}": array for part, array in column.arrays().items()}
    return arrays | {"space.engage_map": snapshot.space.engage_map, "space.index_map": snapshot.space.index_map}


def _types_of(snapshot: Snapshot) -> str:
    types = [{"name": name, "type": column.type} for name, column in snapshot.attributes.items()]
    return json.dumps(types, ensure_ascii=False)


def _attributes(folder: Path, arrays: dict[str, NDArray[Any]]) -> dict[str, AttributeColumn]:
    """None in snapshots from before they could be declared."""
    file, found = folder / _ATTRIBUTES, dict[str, AttributeColumn]()
    for number, each in enumerate(json.loads(file.read_text(encoding="utf-8")) if file.exists() else ()):
        prefix = f"attributes.{number}."
        parts = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
        found[each["name"]] = AttributeColumn.from_arrays(AttributeType(each["type"]), parts)
    return found


def _behaviour(vectors: ItemVectors) -> dict[str, NDArray[Any]]:
    """Of vectors that share the content, what is their own; else they are whole."""
    both = {"vectors.engage": vectors.engage, "vectors.index": vectors.index}
    return {
        **{f"{name}{_OWN}": each.behaviour for name, each in both.items() if isinstance(each, JointVectors)},
        **{name: each for name, each in both.items() if not isinstance(each, JointVectors)},
    }


def _texts(items: ItemColumns) -> Iterator[LexicalText]:
    return (LexicalText.of(items.documents[row], items.titles[row]) for row in range(len(items.ids)))


def _columns(arrays: dict[str, NDArray[Any]]) -> ItemColumns:
    """In snapshots from before there was a column of what is suspected, all of it stands among what is certain."""
    if _SUSPECTED not in arrays:
        nothing = {"offsets": np.zeros_like(arrays["items.sensitive.offsets"]), "codes": np.empty(0, np.int32)}
        named = ((name, part) for name in ("suspected", "worth_a_look") for part in nothing)
        arrays = arrays | {f"items.{name}.{part}": nothing[part] for name, part in named}
    arrays = {**_not_told(len(arrays["items.topics"])), **arrays}
    columns: dict[str, Any] = {}
    for field in fields(ItemColumns):
        name = f"items.{field.name}"
        if packed := _PACKED.get(name):
            parts = {key[len(name) + 1 :]: array for key, array in arrays.items() if key.startswith(f"{name}.")}
            columns[field.name] = packed.from_arrays(parts)
        else:
            columns[field.name] = arrays[name]
    return ItemColumns(**columns)


def _not_told(items: int) -> dict[str, NDArray[Any]]:
    """What older snapshots do not tell: who wrote an item, which of them say the same, and how long they are."""
    return {
        "items.authors": np.full(items, MISSING, dtype=np.int32),
        "items.copies": np.arange(items, dtype=np.int32),
        "items.texts": np.full(items, SILENT, dtype=np.uint64),
        "items.words": np.zeros(items, dtype=np.int32),
    }


def _vectors(manifest: Manifest, arrays: dict[str, NDArray[Any]]) -> ItemVectors:
    """In snapshots from before topics were subjects every cluster is a topic."""
    content, centroids = arrays["vectors.content"], arrays["topics"]
    neighbours = Neighbours(**{field.name: arrays[f"neighbours.{field.name}"] for field in fields(Neighbours)})

    def joint(name: str) -> Stored:
        own = arrays.get(f"{name}{_OWN}")
        return arrays.get(name, content) if own is None else JointVectors(content, manifest.content_scale, own)

    return ItemVectors(
        content=content,
        engage=joint("vectors.engage"),
        index=joint("vectors.index"),
        neighbours=neighbours,
        cluster_centroids=centroids,
        cluster_topics=arrays.get("topics.of_cluster", np.arange(len(centroids), dtype=np.int32)),
        tags=arrays["tags"],
    )


def _index(
    manifest: Manifest, arrays: dict[str, NDArray[Any]], vectors: ItemVectors, settings: AnnSettings
) -> VectorIndex:
    """Graphs and lists of older snapshots are not read: their vectors are indexed anew, in some minutes for a million.

    In snapshots from before equal vectors were one node, each row is a node.
    """
    if manifest.index_kind not in _KINDS or (manifest.index_kind == "cells" and _MEASURED not in arrays):
        _log.warning("snapshot %s is of an older kind: indexing its vectors anew", manifest.snapshot_id)
        return VectorIndex.build(vectors.index, settings, vectors.engage[:: max(len(vectors.engage) // 64, 1)])
    cells = {name.removeprefix(_CELLS): array for name, array in arrays.items() if name.startswith(_CELLS)}
    equals = EqualVectors.of_nodes(arrays[_NODES]) if _NODES in arrays else None
    return VectorIndex.load(cells or None, vectors.index, equals, settings)


def _space(manifest: Manifest, arrays: dict[str, NDArray[Any]]) -> Space:
    return Space(
        encoder=manifest.encoder,
        content_dimension=manifest.content_dimension,
        content_scale=manifest.content_scale,
        engage_map=arrays["space.engage_map"],
        index_map=arrays["space.index_map"],
    )


def _heads(manifest: Manifest, arrays: dict[str, NDArray[Any]]) -> TopicHeads:
    """None in snapshots from before there was a classifier."""
    parts = {name.removeprefix(_HEADS): array for name, array in arrays.items() if name.startswith(_HEADS)}
    if not parts:
        return TopicHeads.none(manifest.content_dimension)
    return TopicHeads.from_arrays(manifest.classified_topics, parts)


def _mapped(path: Path) -> NDArray[Any]:
    """Copy-on-write: patches stay in this process.

    What is small is read, and so is whatever the firewall rests on: what happens to the file afterwards does not reach
    it. An empty file cannot be mapped.
    """
    read = path.stat().st_size <= _READ_BYTES or path.name.startswith(_FIREWALL)
    return np.asarray(np.load(path, mmap_mode=None if read else "c", allow_pickle=False))


def _damage(snapshot_id: str, name: str) -> DamagedSnapshotError:
    return DamagedSnapshotError(f"snapshot {snapshot_id!r} is damaged: {name} is not what its manifest says")


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        (_sync_folder if path.is_dir() else _sync_file)(path)
    _sync_folder(folder)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
