"""Damage on the disk: nothing of a damaged snapshot serves, the last good one does, and what happened is said."""

import json
import logging
import os
import shutil
import time

import numpy as np
import pytest

from indexer.snapshot_files import DamagedSnapshotError

ITEMS = 30


@pytest.fixture
def publish(an_item):
    """Publishes a snapshot of a household, one item larger than the one before."""

    def publishing(home, extra=0):
        sensitive = {"sensitive_topics": ["health"]}
        return home.publish([an_item(number, **(sensitive if number == 7 else {})) for number in range(ITEMS + extra)])

    return publishing


def halved(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)


def zeroed(path):
    np.save(path, np.zeros_like(np.load(path)))


def removed(path):
    path.unlink()


NIGHTLY = pytest.mark.nightly
DAMAGE = {
    "a flipped bit in vectors": ("vectors.content.npy", flipped),
    "half of the vectors": ("vectors.content.npy", halved),
    "sensitive topics zeroed": ("items.sensitive.offsets.npy", zeroed),
    "words flipped": ("vocabulary.json", flipped),
    "a file gone": ("items.tags.codes.npy", removed),
    "half a manifest": ("manifest.json", halved),
    "another recall in the manifest": (
        "manifest.json",
        lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | {"recall_at_10": 0.5})),
    ),
}


DAILY = ("sensitive topics zeroed", "half a manifest")


@pytest.mark.parametrize("damage", [each if each in DAILY else pytest.param(each, marks=NIGHTLY) for each in DAMAGE])
def test_a_start_falls_back_to_the_last_good_snapshot_and_says_so(tmp_path, open_household, publish, damage, caplog):
    name, harm = DAMAGE[damage]
    with open_household(tmp_path) as home:
        good, damaged = publish(home), publish(home, 1)
    harm(home.snapshots.folder / damaged / name)
    with open_household(tmp_path) as home, caplog.at_level(logging.ERROR):
        assert home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        told = home.service.readiness()
        assert (told["ready"], told["snapshot"]) == (True, good)
        assert damaged in told["reasons"][0]
        assert good in told["reasons"][0]
        assert "damaged" in caplog.text
        assert home.snapshots.current_id() == good
        assert (home.snapshots.folder / f".damaged-{damaged}").is_dir()
        assert home.recommend("ann").items
        home.snapshots.prune(keep=1)
        assert home.snapshots.aside() == [f".damaged-{damaged}"]
    with open_household(tmp_path) as home:  # said until a newer one is whole
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert f".damaged-{damaged}" in home.service.readiness()["reasons"][0]
        publish(home, 2)
        assert home.service.readiness()["reasons"] == []


def test_the_firewall_stays_shut_where_no_snapshot_is_whole(tmp_path, open_household, publish):
    with open_household(tmp_path) as home:
        only = publish(home)
    zeroed(home.snapshots.folder / only / "items.sensitive.offsets.npy")
    with open_household(tmp_path) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        told = home.service.readiness()
        assert not told["ready"]
        assert "restore a backup" in told["reasons"][0]
        assert not home.service._own_build.due()  # noqa: SLF001 - a build of what came over HTTP alone would lose the rest
        assert (home.snapshots.folder / f".damaged-{only}" / "items.sensitive.offsets.npy").exists()


WHILE_SERVING = {
    "overwritten": ("items.sensitive.offsets.npy", zeroed),
    "cut short": ("vectors.content.npy", halved),
    "deleted": ("items.tags.codes.npy", removed),
    "all of it gone": (".", shutil.rmtree),
}


@pytest.mark.parametrize(
    "damage", [each if each == "overwritten" else pytest.param(each, marks=NIGHTLY) for each in WHILE_SERVING]
)
def test_damage_under_a_running_service_is_noticed_at_the_next_look(tmp_path, open_household, publish, damage):
    name, harm = WHILE_SERVING[damage]
    with open_household(tmp_path) as home:
        good, damaged = publish(home), publish(home, 1)
        harm(home.snapshots.folder / damaged / name)
        assert "i007" not in [item.item_id for item in home.recommend("ann", 50).items]  # the firewall holds meanwhile
        assert home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        told = home.service.readiness()
        assert (told["ready"], told["snapshot"], home.snapshots.current_id()) == (True, good, good)
        assert damaged in told["reasons"][0]
        assert "it was in service" in told["reasons"][0]
        assert "i007" not in [item.item_id for item in home.recommend("ann", 50).items]
        assert not home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert home.service.readiness()["snapshot"] == good


def test_nobody_is_served_from_it_where_there_is_no_other_and_events_are_taken(
    tmp_path, open_household, publish, an_event
):
    with open_household(tmp_path) as home:
        only = publish(home)
        zeroed(home.snapshots.folder / only / "items.sensitive.offsets.npy")
        assert not home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert not home.service.readiness()["ready"]
        assert "restore a backup" in home.service.readiness()["reasons"][0]
        assert home.ingest(an_event(1, "ann", "i001")) == ["awaiting_item"]
        publish(home, 1)
        assert (home.service.readiness()["ready"], home.service.readiness()["reasons"]) == (True, [])
        assert home.profile("ann")["signals"]["positive"] == 1


def test_what_is_only_touched_goes_on_serving_and_every_byte_is_read_again_after_a_day(home, monkeypatch):
    swap, snapshot = home.service.snapshot_swap, home.snapshots.current_id()
    verified = []
    monkeypatch.setattr(swap._folder, "verify", verified.append)  # noqa: SLF001 - to see when it is read
    assert not home.loop.run_until_complete(swap.refresh())
    assert verified == []
    os.utime(home.snapshots.folder / snapshot / "vectors.content.npy")
    for _ in range(2):
        assert not home.loop.run_until_complete(swap.refresh())
    assert verified == [snapshot]
    monkeypatch.setattr("app.serving.snapshot_guard.monotonic", lambda: time.monotonic() + 25 * 3_600)
    home.loop.run_until_complete(swap.refresh())
    assert verified == [snapshot, snapshot]
    assert home.service.readiness()["snapshot"] == snapshot


def test_a_damaged_new_snapshot_leaves_the_present_one_in_service(home, publish, monkeypatch):
    serving = home.service.snapshot_swap.current.catalogue.snapshot.snapshot_id
    activate = home.snapshots.activate

    def harmed(snapshot_id):
        flipped(home.snapshots.folder / snapshot_id / "vectors.content.npy")
        activate(snapshot_id)

    monkeypatch.setattr(home.snapshots, "activate", harmed)
    damaged = publish(home)
    told = home.service.readiness()
    assert (told["snapshot"], home.snapshots.current_id()) == (serving, serving)
    assert damaged in told["reasons"][0]
    assert home.snapshots.aside() == [f".damaged-{damaged}"]


POINTERS = {"missing": None, "empty": "", "half": "20990101T000000Z-00000000", "rubbish": "../../etc"}


@pytest.mark.parametrize("running", [True, False], ids=["running", "at the start"])
@pytest.mark.parametrize(
    "pointer", ["missing", "half", *(pytest.param(each, marks=NIGHTLY) for each in ("empty", "rubbish"))]
)
def test_a_pointer_that_is_lost_is_mended_and_told(tmp_path, open_household, publish, pointer, running):
    with open_household(tmp_path) as home:
        good = publish(home)
        current = home.snapshots.folder / "CURRENT"
        (home.snapshots.folder / POINTERS["half"]).mkdir()

        def lose():
            current.write_text(POINTERS[pointer]) if POINTERS[pointer] is not None else current.unlink()

        if running:
            lose()
            home.loop.run_until_complete(home.service.snapshot_swap.refresh())
            assert "CURRENT" in home.service.readiness()["reasons"][0]
            assert current.read_text() == good
    if not running:
        lose()
        with open_household(tmp_path) as home:
            home.loop.run_until_complete(home.service.snapshot_swap.refresh())
            told = home.service.readiness()
            assert (told["ready"], told["snapshot"]) == (True, good)
            assert "CURRENT" in told["reasons"][0]
            assert current.read_text() == good


def test_what_cannot_be_read_for_the_moment_is_read_later(tmp_path, open_household, publish, monkeypatch):
    with open_household(tmp_path) as home:
        good = publish(home)
    with open_household(tmp_path) as home:
        swap = home.service.snapshot_swap
        with monkeypatch.context() as patch:
            patch.setattr("indexer.snapshot_files.damaged", failing_read)
            assert not home.loop.run_until_complete(swap.refresh())
            assert "Input/output error" in home.service.readiness()["reasons"][0]
        assert home.loop.run_until_complete(swap.refresh())
        assert home.service.readiness()["reasons"] == []
        assert home.service.readiness()["snapshot"] == good


def failing_read(*_):
    raise OSError(5, "Input/output error")


def test_a_build_does_not_start_from_damaged_documents(home):
    snapshot = home.snapshots.current_id()
    flipped(home.snapshots.folder / snapshot / "items.documents.payload.npy")
    with pytest.raises(DamagedSnapshotError, match=r"items\.documents\.payload"):
        home.snapshots.documents(snapshot)


def test_a_damaged_manifest_of_another_snapshot_stops_nothing(home, publish):
    other = home.snapshots.current_id()
    publish(home)
    halved(home.snapshots.folder / other / "manifest.json")
    assert [each["snapshot"] for each in home.service.policies.snapshots()["snapshots"]] == [
        home.snapshots.current_id()
    ]
    assert home.snapshots.newest().snapshot_id == home.snapshots.current_id()
    assert home.erase("ann")["database_rewritten"] is False
