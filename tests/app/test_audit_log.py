"""The audit log loses no line, grows into no endless file, and is read by its owner only."""

import errno
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.access import audit
from app.access.audit import AuditLog
from app.access.settings import AuditLogSettings

SMALL = AuditLogSettings(mb=1e-3)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("audit*.ndjson"))


def subjects(folder: Path) -> list[str]:
    """In the order of the files."""
    paths = [*sorted(folder.glob("audit-*.ndjson")), folder / "audit.ndjson"]
    return [json.loads(line)["subject"] for path in paths for line in path.read_text().splitlines()]


def record(log: AuditLog, number: int, **more: str) -> None:
    log.record("erase_user", key_id="k", outcome=200, subject=str(number), **more)


def test_a_line_is_on_the_disk_before_anybody_hears_of_it(tmp_path, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size) or fsync(file))
    record(AuditLog(tmp_path), 1)
    assert synced == [(tmp_path / "audit.ndjson").stat().st_size]
    record(AuditLog(tmp_path, AuditLogSettings(sync=False)), 2)
    assert len(synced) == 1


def test_a_large_file_is_followed_by_another_and_no_line_is_lost(tmp_path):
    log = AuditLog(tmp_path, SMALL)
    for number in range(40):
        record(log, number)
    assert subjects(tmp_path) == [str(number) for number in range(40)]
    assert 3 <= len(files(tmp_path)) <= 7
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("audit*.ndjson")} == {0o600}


def test_an_old_file_is_followed_by_another_and_goes_in_its_time(tmp_path, monkeypatch):
    now = [datetime(2026, 1, 1, tzinfo=UTC)]

    class Time(datetime):
        @classmethod
        def now(cls, tz=None):  # noqa: ARG003 - as it is called
            return now[0]

    monkeypatch.setattr(audit, "datetime", Time)
    log = AuditLog(tmp_path, AuditLogSettings(days=10, keep_days=20))
    for number in range(8):
        record(log, number)
        now[0] += timedelta(days=6)
    assert subjects(tmp_path) == ["2", "3", "4", "5", "6", "7"]
    assert len(files(tmp_path)) == 3


def test_several_processes_write_every_line_once(tmp_path):
    program = (
        "import sys; from pathlib import Path; from app.access.audit import AuditLog;"
        "from app.access.settings import AuditLogSettings;"
        "log = AuditLog(Path(sys.argv[1]), AuditLogSettings(mb=1e-3, sync=False));"
        "[log.record('a', key_id='k', outcome=1, subject=f'{sys.argv[2]}-{n}') for n in range(50)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, tmp_path, str(number)]) for number in range(3)]
    assert [each.wait() for each in running] == [0, 0, 0]
    assert sorted(subjects(tmp_path)) == sorted(f"{process}-{n}" for process in range(3) for n in range(50))
    assert len(files(tmp_path)) > 5


def test_a_line_that_cannot_be_written_whole_leaves_nothing(tmp_path, monkeypatch):
    log = AuditLog(tmp_path)
    record(log, 1)
    write, calls = os.write, []

    def short(file, line):
        calls.append(line)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, line[:20])

    monkeypatch.setattr(os, "write", short)
    with pytest.raises(OSError, match="No space left"):
        record(log, 2)
    monkeypatch.setattr(os, "write", write)
    record(log, 3)
    assert subjects(tmp_path) == ["1", "3"]


def test_what_a_killed_process_left_of_a_line_spoils_no_other(tmp_path):
    log = AuditLog(tmp_path)
    record(log, 1, user_id="ada")
    with (tmp_path / "audit.ndjson").open("a") as file:
        file.write('{"at":"2026-')
    record(log, 2, user_id="ada")
    assert [line["subject"] for line in log.lines_on(["ada"])] == ["1", "2"]


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    (tmp_path / "audit.ndjson").touch()
    (tmp_path / "audit.ndjson").chmod(0o644)
    record(AuditLog(tmp_path), 1)
    assert (tmp_path / "audit.ndjson").stat().st_mode & 0o777 == 0o600


def test_whom_a_line_concerns_is_found_in_every_file_and_named_in_none(tmp_path):
    log = AuditLog(tmp_path, SMALL)
    for number in range(20):
        record(log, number, user_id=("ada", "bob")[number % 2])
    assert [line["subject"] for line in log.lines_on(["ada"])] == [str(number) for number in range(0, 20, 2)]
    assert not any(name in path.read_text() for path in tmp_path.glob("audit*.ndjson") for name in ("ada", "bob"))
