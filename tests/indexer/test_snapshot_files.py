"""Snapshots on disk: whole or not there, published by one rename, and unchanged by saving and loading."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import snapshot_files
from indexer.ann import AnnSettings
from indexer.build import BuildInput, IndexSettings
from indexer.documents import ItemDocument
from indexer.snapshot_files import BuildUnderWayError, SnapshotError

ROOT = Path(__file__).parents[2]
STEPS = {
    "an array": (np, "save"),
    "the digests": (snapshot_files, "records"),
    "bringing the files to the disk": (snapshot_files, "_sync"),
    "naming the folder": (Path, "rename"),
    "bringing the folder to the disk": (snapshot_files, "_sync_folder"),
    "the pointer": (snapshot_files, "_sync_file"),
    "turning the pointer": (Path, "replace"),
}


class CutOffError(BaseException):
    """The power fails."""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("halfway", [False, True], ids=["before", "after"])
def test_a_crash_at_any_point_leaves_the_previous_snapshot_in_service(
    workshop, some_items, monkeypatch, step: str, halfway: bool
) -> None:
    first, _ = workshop.build(BuildInput(some_items(12)))
    with monkeypatch.context() as patch:
        patch.setattr(*STEPS[step], cut_off(getattr(*STEPS[step]), after=halfway))
        with pytest.raises(CutOffError):
            workshop.build(BuildInput(some_items(16)))
    survivor = workshop.snapshots.current_id()
    if not (step == "turning the pointer" and halfway):
        assert survivor == first.snapshot_id
    workshop.snapshots.verify(survivor)
    assert len(workshop.current().items.ids) == (12 if survivor == first.snapshot_id else 16)
    again, _ = workshop.build(BuildInput(some_items(16)))
    assert workshop.snapshots.current_id() == again.snapshot_id
    workshop.snapshots.verify(again.snapshot_id)


def cut_off(original: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """The same step, but the power fails before or after it."""

    def step(*arguments: Any, **more: Any) -> None:
        if after:
            original(*arguments, **more)
        raise CutOffError

    return step


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from indexer import snapshot_files
from conftest import BuildInput, Workshop, make_item
written = [0]
def counting(path, array, original=snapshot_files.np.save, **more):
    original(path, array, **more)
    written[0] += 1
    if written[0] == {files}:
        os.kill(os.getpid(), signal.SIGKILL)
snapshot_files.np.save = counting
Workshop(Path({folder!r})).build(BuildInput(tuple(make_item(number) for number in range(16))))
"""


@pytest.mark.server
def test_a_build_that_is_killed_leaves_the_previous_snapshot_in_service(workshop, some_items, tmp_path) -> None:
    first, _ = workshop.build(BuildInput(some_items(12)))
    program = KILLED.format(root=str(ROOT), tests=str(Path(__file__).parent), files=9, folder=str(tmp_path))
    finished = subprocess.run([sys.executable, "-c", program], check=False)
    assert finished.returncode == -signal.SIGKILL
    assert list(workshop.snapshots.folder.glob(".building-*"))
    assert workshop.snapshots.ids() == [workshop.snapshots.current_id()] == [first.snapshot_id]
    second, _ = workshop.build(BuildInput(some_items(16)))
    workshop.snapshots.prune(keep=1)
    assert {path.name for path in workshop.snapshots.folder.iterdir()} == {"CURRENT", second.snapshot_id}


item_fields = st.fixed_dictionaries(
    {},
    optional={
        "title": st.text(st.characters(exclude_categories=("C", "Z")), max_size=12),
        "tags": st.lists(st.sampled_from(["a", "b", "ß", "日本"]), unique=True, max_size=4),
        "provider": st.sampled_from(["p", "q", None]),
        "language": st.sampled_from(["en", "pt-BR"]),
        "expires_at": st.just("2027-01-01T00:00:00Z"),
        "sensitive_topics": st.lists(st.sampled_from(["grief", "health"]), unique=True),
    },
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.lists(item_fields, min_size=1, max_size=12), learned=st.booleans())
def test_saving_and_loading_change_nothing(workshop, an_item, some_events, learning, fields, learned) -> None:
    items = tuple(an_item(number, **more) for number, more in enumerate(fields))
    events = some_events(12, len(items)) if learned and len(items) > 3 else BuildInput(()).events
    saved = []
    original = workshop.snapshots.publish
    workshop.snapshots.publish = lambda snapshot, _: saved.append(snapshot) or original(snapshot)
    manifest, _ = workshop.build(BuildInput(items, 7, events), learning, force=True)
    workshop.snapshots.publish = original
    opened = workshop.current()
    assert opened.manifest == manifest == saved[0].manifest.model_copy(update={"files": manifest.files})
    assert opened.vocabulary == saved[0].vocabulary
    assert opened.space.space_id() == saved[0].space.space_id() == manifest.space_id
    for (name, one), (_, other) in zip(arrays(saved[0]), arrays(opened), strict=True):
        assert one.dtype == other.dtype, name
        assert np.array_equal(one, other), name
    assert [opened.items.ids.ids[row] for row in range(len(items))] == [item.item_id for item in items]
    query = opened.vectors.engage[:1]
    assert np.array_equal(opened.index.search(query, 5).rows, saved[0].index.search(query, 5).rows)


def arrays(snapshot) -> Iterator[tuple[str, np.ndarray]]:
    return iter(sorted(snapshot_files._arrays(snapshot).items()))  # noqa: SLF001 - every array, whatever is added


def test_a_patch_of_an_open_snapshot_never_reaches_its_files(workshop, some_items) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(200)))
    opened = workshop.current()
    opened.vectors.content[0] = 0
    opened.items.published_at[0] = 0
    workshop.snapshots.verify(manifest.snapshot_id)
    assert workshop.current().vectors.content[0].any()


@pytest.mark.parametrize("harm", ["cut", "removed", "changed"])
def test_damage_is_noticed(workshop, some_items, harm: str) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(12)))
    path = workshop.snapshots.folder / manifest.snapshot_id / "vectors.content.npy"
    content = bytearray(path.read_bytes())
    if harm == "removed":
        path.unlink()
    else:
        content[-1] ^= 1
        path.write_bytes(content[:-1] if harm == "cut" else content)
    with pytest.raises(SnapshotError, match=r"vectors\.content\.npy"):
        workshop.snapshots.verify(manifest.snapshot_id)
    if harm != "changed":  # opening compares lengths only, so that it costs no reading
        with pytest.raises(SnapshotError, match=r"vectors\.content\.npy"):
            workshop.current()


def test_a_snapshot_that_is_not_there_cannot_be_activated(workshop, some_items) -> None:
    first, _ = workshop.build(BuildInput(some_items(12)))
    with pytest.raises(SnapshotError, match="nowhere"):
        workshop.snapshots.activate("nowhere")
    (workshop.snapshots.folder / first.snapshot_id / "manifest.json").write_text("{")
    with pytest.raises(SnapshotError, match="no readable manifest"):
        workshop.snapshots.activate(first.snapshot_id)


def test_the_previous_snapshot_can_be_put_back_in_service(workshop, some_items) -> None:
    ids = [workshop.build(BuildInput(some_items(count)))[0].snapshot_id for count in (8, 12)]
    workshop.snapshots.activate(ids[0])
    assert len(workshop.current().items.ids) == 8
    assert workshop.snapshots.ids() == ids


def test_only_the_newest_snapshots_and_the_one_in_service_are_kept(workshop, some_items) -> None:
    ids = [workshop.build(BuildInput(some_items(count)))[0].snapshot_id for count in (4, 8, 12, 16)]
    workshop.snapshots.activate(ids[0])
    assert workshop.snapshots.prune(keep=2) == [ids[1]]
    assert workshop.snapshots.ids() == [ids[0], ids[2], ids[3]]


def test_a_snapshot_that_was_removed_while_it_serves_goes_on_serving(workshop, some_items) -> None:
    workshop.build(BuildInput(some_items(200)))
    opened = workshop.current()
    shutil.rmtree(workshop.snapshots.folder)
    assert len(opened.index.search(opened.vectors.index[:1], 5).rows[0]) == 5
    assert opened.items.titles[3] == "chess number 3"
    assert np.isfinite(opened.vectors.content).all()


def test_one_build_at_a_time(workshop, some_items) -> None:
    with workshop.snapshots.building():
        with pytest.raises(BuildUnderWayError, match="another process is building"), workshop.snapshots.building():
            raise AssertionError("two at a time")
        manifest, _ = workshop.build(BuildInput(some_items(4)))
    with workshop.snapshots.building():
        assert workshop.snapshots.ids() == [manifest.snapshot_id]


def test_before_the_first_build_there_is_nothing(workshop) -> None:
    assert workshop.snapshots.current_id() is None
    assert workshop.snapshots.ids() == []
    assert workshop.snapshots.prune(keep=1) == []


def test_a_snapshot_from_before_suspicions_had_a_column_opens_with_all_of_it_certain(workshop, an_item) -> None:
    workshop.build(BuildInput((an_item(0, sensitive_topics=["health"]), an_item(1))))
    folder = workshop.snapshots.folder / workshop.snapshots.current_id()
    manifest = workshop.snapshots.manifest(folder.name)
    for path in (*folder.glob("items.suspected.*"), *folder.glob("items.worth_a_look.*")):
        path.unlink()
    files = {name: record for name, record in manifest.files.items() if (folder / name).exists()}
    (folder / "manifest.json").write_text(manifest.model_copy(update={"files": files}).model_dump_json())
    opened = workshop.current()
    assert [opened.items.suspected[row].tolist() for row in range(2)] == [[], []]
    assert opened.items.sensitive[0].tolist() == [0]


def test_documents_of_such_a_snapshot_declare_nothing_by_an_empty_list(workshop, an_item) -> None:
    workshop.build(BuildInput((an_item(0, sensitive_topics=[]),)))
    name = workshop.snapshots.current_id()
    assert ItemDocument.model_validate_json(workshop.snapshots.documents(name)[0]).sensitive_topics == []
    (workshop.snapshots.folder / name / "items.suspected.codes.npy").unlink()
    assert ItemDocument.model_validate_json(workshop.snapshots.documents(name)[0]).sensitive_topics is None


def test_in_a_snapshot_from_before_topics_were_subjects_every_cluster_is_a_topic(workshop, some_items) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(12)))
    folder = workshop.snapshots.folder / manifest.snapshot_id
    (folder / "topics.of_cluster.npy").unlink()
    older = manifest.model_dump(mode="json")
    del older["files"]["topics.of_cluster.npy"]
    (folder / "manifest.json").write_text(json.dumps(older))
    vectors = workshop.current().vectors
    assert vectors.cluster_topics.tolist() == list(range(len(vectors.cluster_centroids)))


@pytest.mark.parametrize("kind", ["hnsw", "flat"])
def test_a_snapshot_from_before_vectors_lay_in_cells_is_indexed_anew(workshop, some_items, caplog, kind: str) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(30)))
    folder = workshop.snapshots.folder / manifest.snapshot_id
    old = manifest.model_dump(mode="json", exclude={"recall_under_exclusions", "distinct_vectors"})
    old["files"].pop("vectors.nodes.npy", None)
    (folder / "manifest.json").write_text(json.dumps(old | {"index_kind": kind}))
    snapshot, vectors = workshop.current(), np.load(folder / "vectors.content.npy")
    assert ("indexing its vectors anew" in caplog.text) == (kind == "hnsw")
    scores = snapshot.index.search(vectors[:5], 3).scores
    np.testing.assert_allclose(scores, -np.sort(-vectors[:5] @ vectors.T)[:, :3], atol=1e-6)


def test_cells_of_an_older_kind_are_indexed_anew(workshop, some_items, caplog) -> None:
    manifest, _ = workshop.build(BuildInput(some_items(30)), IndexSettings(ann=AnnSettings(flat_below=0)))
    folder = workshop.snapshots.folder / manifest.snapshot_id
    older = manifest.model_dump(mode="json")
    del older["files"]["cells.error.npy"]
    (folder / "manifest.json").write_text(json.dumps(older))
    snapshot, vectors = workshop.current(), np.load(folder / "vectors.content.npy")
    assert "indexing its vectors anew" in caplog.text
    scores = snapshot.index.search(vectors[:5], 3).scores
    np.testing.assert_allclose(scores, -np.sort(-vectors[:5] @ vectors.T)[:, :3], atol=1e-6)


def test_vectors_in_half_precision_take_half_of_the_room_and_find_the_same(
    workshop, some_items, some_events, learning
) -> None:
    given, found = BuildInput(some_items(60), 0, some_events(40, 60)), []
    for half_from in (61, 60):
        manifest, _ = workshop.build(given, learning.model_copy(update={"half_from": half_from}))
        opened = workshop.current()
        columns = (opened.vectors.content, opened.vectors.engage, opened.vectors.index)
        vectors = [np.asarray(each[:], dtype=np.float32) for each in columns]
        files = [each.bytes for name, each in manifest.files.items() if name.startswith("vectors.")]
        found.append((sum(files), vectors, opened.index.search(vectors[1][:20], 10).scores))
    (whole, singles, near), (half, halves, also_near) = found
    width = (singles[0].shape[1], singles[1].shape[1])
    assert whole - half == 60 * (4 * (width[0] + 2 * width[1]) - 2 * (2 * width[1] - width[0]))
    for single, kept in zip(singles, halves, strict=True):
        np.testing.assert_allclose(kept, single, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(also_near, near, rtol=1e-3)
