"""A write-ahead log that is cut, changed or gone, and a database file that is damaged or old: never silently."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from app.storage.database import FILE_NAME
from app.storage.duckdb import open_stores
from app.storage.errors import DatabaseDamagedError
from app.storage.salvage import FILE

ROOT = Path(__file__).parents[3]
WAL = f"{FILE_NAME}.wal"
EVENTS = 60

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder in which EVENTS events were acknowledged, all of them in the write-ahead log."""
    folder = tmp_path_factory.mktemp("killed")
    program = ROOT / "tests" / "faults" / "events_until_killed.py"
    finished = subprocess.run(
        [sys.executable, program, folder, str(EVENTS)], env={"PYTHONPATH": str(ROOT), "PATH": ""}, check=False
    )
    assert finished.returncode == 9
    return folder


@pytest.fixture
def folder(killed, tmp_path):
    return Path(shutil.copytree(killed, tmp_path / "copy"))


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at if at >= 0 else len(content) + at] ^= 0x40
    path.write_bytes(content)


def halve(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


DAMAGE = {
    "halved": halve,
    "gone": lambda path: path.unlink(),
    "zeroed": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "flipped at its beginning": lambda path: flip(path, 100),
    "flipped at its end": lambda path: flip(path, -40),
}


def test_a_killed_process_leaves_nothing_to_tell(folder):
    with closing(open_stores(folder)) as stores:
        assert len(stores.events.columns()) == EVENTS
        assert stores.losses() == []
    with closing(open_stores(folder)) as stores:  # and neither does one that was closed
        assert stores.losses() == []


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_log_is_told_and_set_aside_and_what_is_whole_of_it_is_read(folder, damage, event, caplog):
    DAMAGE[damage](folder / WAL)
    with closing(open_stores(folder)) as stores:
        found = stores.events.last_sequence()
        assert found < EVENTS
        assert (found > 0) == (damage in {"halved", "flipped at its end"})
        (said,) = stores.losses()
        assert f"{EVENTS - found} of {EVENTS} acknowledged events are missing" in said
        assert f"{EVENTS - found} of {EVENTS}" in caplog.text
        assert [path.name for path in folder.glob("*.damaged-*")] == ([] if damage == "gone" else [f"{WAL}.damaged-1"])
        assert not stores.events.append([event("after")]).result()[0].duplicate
    with closing(open_stores(folder)) as stores:
        assert len(stores.events.columns()) == found + 1
        assert len(stores.losses()) == 1  # told until somebody has dealt with it, and once only
        (folder / FILE).unlink()
        assert stores.losses() == []


def test_what_was_never_acknowledged_is_no_loss(folder):
    """A power cut may leave anything behind the last commit."""
    with (folder / WAL).open("ab") as file:
        file.write(bytes.fromhex("40000000000000009bb58a44f182a94d") + b"x" * 200)
    with closing(open_stores(folder)) as stores:
        assert len(stores.events.columns()) == EVENTS
        assert stores.losses() == []


def test_an_old_or_missing_database_file_is_told(folder, event):
    with closing(open_stores(folder)):
        pass
    old = (folder / FILE_NAME).read_bytes()
    with closing(open_stores(folder)) as stores:
        stores.events.append([event("late")]).result()
    (folder / FILE_NAME).write_bytes(old)
    with closing(open_stores(folder)) as stores:
        assert f"1 of {EVENTS + 1} acknowledged events are missing" in stores.losses()[0]
    (folder / FILE_NAME).unlink()
    with closing(open_stores(folder)) as stores:
        assert f"{EVENTS} of {EVENTS} acknowledged events are missing" in stores.losses()[1]


def test_a_damaged_database_file_stops_the_start_with_the_mend_and_stays_as_it_is(folder):
    with closing(open_stores(folder)):
        pass
    flip(folder / FILE_NAME, -100)
    harmed = (folder / FILE_NAME).read_bytes()
    with pytest.raises(DatabaseDamagedError, match=r"penchant\.duckdb is damaged .*backup"):
        open_stores(folder)
    assert (folder / FILE_NAME).read_bytes() == harmed


def test_a_witness_that_is_damaged_or_gone_accuses_nobody(folder):
    witness = folder / f"{FILE_NAME}.witness"
    flip(witness, 3)
    with closing(open_stores(folder)) as stores:
        assert stores.losses() == []
    witness.unlink()
    with closing(open_stores(folder)) as stores:
        assert stores.losses() == []


def test_an_erasure_leaves_no_damaged_log(folder):
    DAMAGE["halved"](folder / WAL)
    with closing(open_stores(folder)) as stores:
        stores.events.delete_user("ada").result()
        assert stores.rewrite().result()
    assert not [*folder.glob("*.damaged-*")]
    with closing(open_stores(folder)) as stores:
        assert len(stores.losses()) == 1
