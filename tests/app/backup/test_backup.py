"""Backups while the data folder is served, and restores that undo no erasure, no opt-out and no revocation."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.access.keyfile import KeyFile
from app.backup.backup import BackedUp, make_backup, verify_backup
from app.backup.decisions import Reapplied
from app.backup.ledger import Entry, Ledger
from app.backup.manifest import BackupError, backups_in
from app.backup.restore import restore
from app.backup.settings import BackupSettings
from app.backup.timetable import BackupOutcome, backup_problem, write_outcome
from app.storage.database import FILE_NAME
from scripts.cli import app

ROOT = Path(__file__).parents[3]


def made(home, folder, keep=3):
    return make_backup(BackedUp(home.settings.data_dir), folder, datetime.now(UTC), keep)


@pytest.fixture
def kept(home, tmp_path_factory, an_event):
    """A household with events of two people, and a backup of it made while it goes on."""
    folder = tmp_path_factory.mktemp("backups")
    home.ingest(*(an_event(number, "ann" if number % 2 else "bob", f"i{number:03}") for number in range(40)))
    return home, folder, made(home, folder)


def test_a_backup_of_a_served_folder_holds_all_that_was_acknowledged(kept, tmp_path_factory, open_household):
    home, folder, done = kept
    assert done.manifest.events == 40
    assert done.manifest.snapshot == home.snapshots.current_id()
    assert not [*done.path.glob("*.wal")]  # all of it is in the one file
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    told = restore(BackedUp(elsewhere), folder, datetime.now(UTC))
    assert (told.aside, told.reapplied.erasures) == (None, 0)
    with open_household(elsewhere) as restored:
        restored.loop.run_until_complete(restored.service.snapshot_swap.refresh())
        assert len(restored.stores.events.columns()) == 40
        assert restored.stores.losses() == []
        slate = [item.item_id for item in restored.recommend("ann").items]
        assert slate == [item.item_id for item in home.recommend("ann").items]


def test_a_further_backup_copies_what_changed_and_links_the_rest(kept, an_event):
    home, folder, first = kept
    home.ingest(an_event(99, "ann", "i050"))
    second = made(home, folder)
    assert second.copied < 6 < len(second.manifest.files)
    assert second.manifest.events == 41
    vectors = f"snapshots/{second.manifest.snapshot}/vectors.content.npy"
    assert (first.path / vectors).stat().st_ino == (second.path / vectors).stat().st_ino
    third = made(home, folder, keep=2)
    assert third.copied <= 2
    assert backups_in(folder) == [second.path, third.path]
    assert verify_backup(second.path).events == 41


def test_a_restore_applies_again_what_was_decided_after_the_backup(kept, open_household, an_event):
    home, folder, _ = kept
    data, loop = home.settings.data_dir, home.loop
    KeyFile(data).change(lambda keyring: keyring.with_key("shop", (), datetime.now(UTC)))
    key_id = KeyFile(data).current().keys[0].key_id
    with_key = made(home, folder)
    assert "keys.json" in with_key.manifest.files
    home.erase("ann")
    home.switch("bob", enabled=False)
    KeyFile(data).change(lambda keyring: (keyring.without(key_id, datetime.now(UTC)), None))
    Ledger(data).add(Entry(at=datetime.now(UTC).timestamp(), kind="key_revoked", subject=key_id))
    home.stores.close()
    (data / "keys.json").unlink()
    told = restore(BackedUp(data), folder, datetime.now(UTC))
    assert told.reapplied == Reapplied(erasures=1, opt_outs=1, revoked=1)
    assert (told.aside / FILE_NAME).exists()
    assert KeyFile(data).current().active == []
    with open_household(data) as restored:
        assert len(restored.stores.events.columns(user_id="ann")) == 20  # until the service has started
        restored.loop.run_until_complete(restored.service.person.finish_erasures())
        restored.loop.run_until_complete(restored.service.snapshot_swap.refresh())
        assert restored.stores.events.held("ann") == []
        assert restored.ingest(an_event(77, "ann", "i001"), an_event(78, "bob", "i001")) == ["rejected", "ignored"]
    assert b"ann" not in (data / FILE_NAME).read_bytes()
    assert not loop.is_closed()


def test_a_database_brought_back_by_other_means_is_told_what_was_decided_since(kept, open_household):
    home, folder, _ = kept
    before = datetime.now(UTC)
    data = home.settings.data_dir
    copied = (made(home, folder).path / FILE_NAME).read_bytes()
    home.erase("ann")
    home.switch("bob", enabled=False)
    home.stores.close()
    (data / FILE_NAME).write_bytes(copied)  # as whoever restores a disk does
    for _ in range(2):
        told = CliRunner().invoke(
            app, ["reapply-decisions", "--since", f"{before:%Y-%m-%dT%H:%M:%S}"], env={"PENCHANT_DATA_DIR": str(data)}
        )
        assert "2 decisions" in told.output
        assert "1 erasures (finished by the next start of the service, before it serves), 1 opt-outs" in told.output
    with open_household(data) as restored:
        restored.loop.run_until_complete(restored.service.person.finish_erasures())
        assert restored.stores.events.held("ann") == []
        assert not restored.stores.users.get("bob").personalization


def test_who_returned_or_opted_in_again_stays_so(kept, open_household, an_event):
    home, folder, _ = kept
    home.erase("ann")
    home.take_back("ann")
    home.switch("bob", enabled=False)
    home.switch("bob", enabled=True)
    data = home.settings.data_dir
    home.stores.close()
    assert restore(BackedUp(data), folder, datetime.now(UTC)).reapplied.opt_outs == 0
    with open_household(data, as_of=datetime.now(UTC) + timedelta(seconds=5)) as restored:
        restored.loop.run_until_complete(restored.service.person.finish_erasures())
        restored.loop.run_until_complete(restored.service.snapshot_swap.refresh())
        late = an_event(80, "ann", "i001", days_ago=-300).model_copy(update={"occurred_at": None})
        assert restored.stores.events.held("ann") == []
        assert restored.ingest(late) == ["accepted"]


@pytest.mark.parametrize("harm", ["flipped", "cut", "gone"])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(kept, tmp_path, harm):
    _, _, done = kept
    file = done.path / FILE_NAME
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink() if harm == "gone" else file.write_bytes(content if harm == "flipped" else content[:-9])
    target = tmp_path / "target"
    with pytest.raises(BackupError, match=r"damaged: penchant\.duckdb"):
        restore(BackedUp(target), done.path, datetime.now(UTC))
    assert not target.exists()


def test_a_folder_in_use_is_refused(kept):
    home, folder, _ = kept
    with pytest.raises(BackupError, match="in use"):
        restore(BackedUp(home.settings.data_dir), folder, datetime.now(UTC))


def test_impossible_places_are_named(home, tmp_path):
    data = home.settings.data_dir
    with pytest.raises(BackupError, match="in the data folder itself"):
        made(home, data / "backups")
    with pytest.raises(BackupError, match="nothing to back up"):
        make_backup(BackedUp(tmp_path / "nowhere"), tmp_path / "b", datetime.now(UTC), 1)
    with pytest.raises(BackupError, match="no backup"):
        restore(BackedUp(data), tmp_path / "nowhere", datetime.now(UTC))


def test_a_ledger_is_kept_in_two_places_and_survives_a_cut_line(tmp_path):
    data, backups = tmp_path / "data", tmp_path / "backups"
    data.mkdir()
    backups.mkdir()
    ledger = Ledger(data, backups)
    for at in (1.0, 2.0, 3.0):
        ledger.add(Entry(at=at, kind="opted_out", subject=f"digest-{at}"))
    with (data / "ledger.ndjson").open("ab") as file:
        file.write(b'{"at": 4.0, "ki')
    assert [each.at for each in Ledger(data).since(2.0)] == [2.0, 3.0]
    (data / "ledger.ndjson").unlink()
    assert [each.at for each in ledger.since(2.0)] == [2.0, 3.0]
    ledger.drop_before(3.0)
    assert [each.at for each in Ledger(data).since(0.0)] == [3.0]
    shutil.rmtree(backups)
    ledger.add(Entry(at=5.0, kind="opted_in", subject="x"))
    assert [each.at for each in ledger.since(0.0)] == [3.0, 5.0]


def test_a_backup_that_failed_or_is_late_is_told(home, tmp_path):
    data, settings = home.settings.data_dir, BackupSettings(folder=tmp_path / "b", every_hours=1)
    now = datetime.now(UTC)
    assert backup_problem(data, settings) is None
    write_outcome(data, BackupOutcome(at=now - timedelta(hours=3), ok=True, said="there"))
    assert "last backup is of" in backup_problem(data, settings)
    write_outcome(data, BackupOutcome(at=now, ok=False, said="no room"))
    assert "no room; the last good one is of" in backup_problem(data, settings)
    assert home.service.readiness()["backup"]["said"] == "no room"
    assert backup_problem(data, BackupSettings()) is None


@pytest.mark.server
def test_the_commands_work_beside_a_service(home, tmp_path_factory, an_event):
    data, folder = home.settings.data_dir, tmp_path_factory.mktemp("backups")
    home.ingest(*(an_event(number, "ann", f"i{number:03}") for number in range(40)))
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PENCHANT_DATA_DIR": str(data)}

    def run(*arguments, **more):
        command = [sys.executable, "-m", "scripts", *map(str, arguments)]
        return subprocess.run(command, env=environment | more, capture_output=True, text=True, check=False, cwd=ROOT)

    backed_up = run("backup", folder)
    assert "40 events" in backed_up.stdout, backed_up.stderr
    refused = run("restore", folder)
    assert (refused.returncode, "in use" in refused.stderr) == (1, True)
    restored = run("restore", folder, PENCHANT_DATA_DIR=str(folder / "new"))
    assert "with 40 events" in restored.stdout, restored.stderr
    assert run("backup").returncode == 1
