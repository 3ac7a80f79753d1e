import os
import signal
import subprocess
import sys
from collections import defaultdict
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from app.storage.duckdb import open_stores
from app.storage.errors import DatabaseInUseError

PROGRAM = Path(__file__).with_name("writing_process.py")
ROOT = PROGRAM.parents[3]

pytestmark = pytest.mark.server


@contextmanager
def writing(folder, run):
    """A process that writes into the folder; killed, not asked, at the end."""
    command = [sys.executable, PROGRAM, folder, run]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def acknowledged(process, lines):
    """What the process said before it was killed, which happens in the midst of its work, after some lines."""
    read = [process.stdout.readline() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    read += process.stdout.readlines()
    said = defaultdict(list)
    for line in read:
        if line.endswith("\n"):
            kind, name, value = line.split()
            said[kind].append((name, int(value)))
    assert process.wait() == -signal.SIGKILL
    return said


def expected_ids(said):
    return {f"{name}-{row}" for name, size in said["event"] for row in range(size)}


@pytest.mark.parametrize(
    ("kills", "lines"),
    [
        (3, [40]),
        (3, [150]),
        pytest.param(3, [700], marks=pytest.mark.nightly),
        pytest.param(300, range(1, 60), marks=pytest.mark.nightly),
    ],
)
def test_no_acknowledged_write_is_lost_when_the_process_is_killed(tmp_path, kills, lines, event):
    ids, newest, epochs, last, random = set(), {}, {}, 0, Random(kills)
    for run in range(kills):
        with writing(tmp_path, str(run)) as process:
            said = acknowledged(process, random.choice(lines))
        ids |= expected_ids(said)
        newest |= dict(said["item"])
        epochs |= dict(said["epoch"])
        with closing(open_stores(tmp_path)) as stores:
            stored = stores.events.columns().sequence.tolist()
            assert ids <= set(stores.events.event_ids(stored).values())
            assert stores.events.last_sequence() > last
            last = stores.events.last_sequence()
            assert all(each.duplicate for each in stores.events.append([event(name) for name in sorted(ids)]).result())
            assert all(stores.items.get(item_id).version >= version for item_id, version in newest.items())
            assert all(stores.users.get(f"user-{caller}").epoch >= epoch for caller, epoch in epochs.items())


def test_a_database_that_another_process_holds_is_refused_with_advice(tmp_path):
    with writing(tmp_path, "holder") as process:
        process.stdout.readline()
        with pytest.raises(DatabaseInUseError, match=f"process {process.pid}: stop the service"):
            open_stores(tmp_path)
    process.wait()
    open_stores(tmp_path).close()


def test_a_full_disk_fails_the_write_that_did_not_fit_and_no_other(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, PROGRAM, tmp_path, "full"]
    said = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout.splitlines()
    assert said == ["large DiskFullError", "small False", "again 0"]
    with closing(open_stores(tmp_path)) as stores:
        assert len(stores.events.columns()) == 2_011
