"""`GET /admin/status` and `/readyz` name what does not go on."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from app.serving.rebuild_outcome import RebuildOutcome, write_outcome
from app.storage.errors import StorageError


def told(home):
    return home.service.status.payload()


def readiness(home):
    found = home.service.readiness()
    return found["state"], found["reasons"]


def test_where_all_is_well_every_part_says_so(home):
    home.loop.run_until_complete(home.service.snapshot_swap.refresh())
    found = told(home)
    assert readiness(home) == ("ready", [])
    assert found["writer"] == {"state": "taken", "problem": None, "waiting": 0, "losses": []}
    assert 0 < found["disk"]["free_bytes"] < found["disk"]["total_bytes"]
    assert found["disk"]["database_bytes"] > 0
    assert found["snapshot"]["id"] == home.service.readiness()["snapshot"]
    assert found["snapshot"]["recall_at_10"] == 1.0
    assert found["build"]["next_at"] is not None
    assert found["backup"]["last"] is None
    assert found["rejects"]["day"] == {"rows": 0, "rejected": 0}


def test_a_disk_that_fills_up_is_told_before_it_is_full(home, monkeypatch):
    free = shutil.disk_usage(home.settings.data_dir)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free._replace(free=100_000_000))
    status, (reason,) = readiness(home)
    assert status == "degraded"
    assert "100 MB are free" in reason
    assert str(home.settings.data_dir) in reason
    assert "make room" in reason


def test_a_failed_build_is_told_until_a_newer_index_serves(home):
    now = datetime.now(UTC)
    outcome = RebuildOutcome(at=now + timedelta(hours=1), ok=False, said="items.csv: row 3 has no title")
    write_outcome(home.settings.snapshot_folder, outcome)
    assert readiness(home) == ("degraded", ["the last build failed: items.csv: row 3 has no title"])
    assert told(home)["build"]["last"]["ok"] is False
    assert b"penchant_build_failing 1.0" in home.service.reports.exposition.text()
    write_outcome(home.settings.snapshot_folder, outcome.model_copy(update={"at": now - timedelta(days=99)}))
    assert readiness(home) == ("ready", [])


def test_an_encoder_that_cannot_be_loaded_is_told(home, monkeypatch):
    def encode(_):
        raise OSError("model.safetensors is damaged")

    monkeypatch.setattr(home.embedder._encoder, "encode", encode)  # noqa: SLF001 - the fault
    home.embedder.warm_up()
    home.embedder._thread.submit(int).result()  # noqa: SLF001 - behind it
    assert readiness(home) == ("degraded", ["texts cannot be read: OSError: model.safetensors is damaged"])
    assert told(home)["encoder"]["state"] == "failing"


@pytest.mark.parametrize("fails", [False, True])
def test_the_last_deletion_is_told(home, monkeypatch, fails):
    async def enforce():
        raise StorageError("no")

    retention = home.service.status.retention
    if fails:
        monkeypatch.setattr(retention, "enforce", enforce)

    async def once():
        task = asyncio.create_task(retention.forever(1.0))
        while retention.last is None:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)
        task.cancel()

    home.loop.run_until_complete(once())
    last = told(home)["retention"]["last"]
    assert (last["ok"], last["events"]) == (not fails, 0)


def test_a_job_that_dies_is_told_and_begun_again(home, monkeypatch):
    async def watch():
        raise ValueError("of ada")

    monkeypatch.setattr(home.service.watch, "forever", watch)

    async def started():
        task = await home.service.start()
        while not home.service.jobs.problems():  # noqa: ASYNC110 - likewise
            await asyncio.sleep(0.01)
        found = readiness(home), told(home)["jobs"]
        task.cancel()
        await asyncio.wait([task])
        return found

    (status, reasons), jobs = home.loop.run_until_complete(started())
    assert (status, reasons) == ("degraded", ["alerts failed: ValueError"])
    assert {name: each["state"] for name, each in jobs.items() if each["state"] == "failed"} == {"alerts": "failed"}
