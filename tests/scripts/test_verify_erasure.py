"""`penchant verify-erasure`: what it says, and how it ends."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from app.person.erasure.proof import VERIFYING
from app.storage.database import FILE_NAME
from app.storage.duckdb import open_stores
from app.storage.rows import NewEvent
from models.events import EventType
from scripts.cli import app

PEOPLE = 20_000


def verify(folder: Path, user: str, *more: str) -> Result:
    return CliRunner().invoke(app, ["verify-erasure", user, *more], env={"PENCHANT_DATA_DIR": str(folder)})


def test_who_is_nowhere_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"person-8")
    answer = verify(tmp_path, "person-7")
    assert answer.exit_code == 0
    assert answer.stdout == f"not found in 1 files, 8 bytes, and the tables of 0 databases, of {tmp_path}\n"


@pytest.mark.parametrize(("user", "warned"), [("person-7", False), ("p-7", True)])
def test_where_a_person_is_found_is_told_and_a_short_id_may_be_chance(tmp_path: Path, user: str, warned: bool) -> None:
    (tmp_path / "rejects").mkdir()
    (tmp_path / "rejects" / "events.ndjson").write_bytes(2 * f"...{user}...".encode())
    answer = verify(tmp_path, user)
    assert answer.exit_code == 1
    assert "found 2 times in rejects/events.ndjson" in answer.stderr
    assert ("The id is short" in answer.stderr) == warned


def test_a_folder_that_is_not_there_proves_nothing(tmp_path: Path) -> None:
    for answer in (
        verify(tmp_path / "nowhere", "person-7"),
        verify(tmp_path, "x", "--also", str(tmp_path / "nowhere")),
    ):
        assert answer.exit_code == 2
        assert "is no folder" in answer.stderr


def test_what_cannot_be_looked_into_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "log.zst").write_bytes(b"\x28\xb5\x2f\xfd....")
    (tmp_path / "broken.duckdb").write_bytes(b"........DUCK" + bytes(20_000))
    answer = verify(tmp_path, "person-7")
    assert answer.exit_code == 2
    assert "not looked into: log.zst (Zstandard)" in answer.stderr
    assert "not looked into: tables of broken.duckdb (" in answer.stderr
    assert "nothing is proved" in answer.stderr


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """Twenty thousand people with two events each."""
    with closing(open_stores(tmp_path)) as stores:
        for start in range(0, 2 * PEOPLE, PEOPLE):
            events = [
                NewEvent(f"e{n}", f"person-{n % PEOPLE:05}", "item", EventType.CLICK, 1.0, 1.0)
                for n in range(start, start + PEOPLE)
            ]
            stores.events.append(events).result()
    return tmp_path


def test_among_many_the_search_shows_that_it_sees(crowded: Path) -> None:
    answer = verify(crowded, "nobody-at-all")
    assert answer.exit_code == 0
    assert "finds 200 of 200 people who are there, and 20 of 20 that were planted" in answer.stdout
    assert "after their erasure, 0 of these" in answer.stdout
    assert "the tables of 1 databases" in answer.stdout
    there = verify(crowded, "person-04711")
    assert there.exit_code == 1
    assert f"found 2 times in {FILE_NAME}, table events, column user_id" in there.stderr
    assert not list(crowded.glob(f"{VERIFYING}*"))


def test_texts_that_are_packed_are_found_by_query_and_the_search_of_bytes_proves_nothing(crowded: Path) -> None:
    with closing(duckdb.connect(crowded / FILE_NAME)) as connection:  # as DuckDB writes by default
        connection.execute("CREATE TABLE other AS FROM events; DELETE FROM events; CHECKPOINT")
        connection.execute("INSERT INTO events FROM other; DROP TABLE other; CHECKPOINT")
    answer = verify(crowded, "person-04711")
    assert answer.exit_code == 1
    assert "table events, column user_id" in answer.stderr
    blind = verify(crowded, "nobody-at-all")
    assert blind.exit_code == 2
    assert "Texts of this database are packed" in blind.stderr


def test_backups_are_looked_through_by_query_too(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    backup = tmp_path / "backup.duckdb"
    with closing(duckdb.connect(backup)) as connection:
        connection.execute("CREATE TABLE users AS SELECT 'person-' || n AS user_id FROM range(200_000) AS numbers(n)")
    answer = verify(tmp_path / "data", "person-187654", "--also", str(backup))
    assert answer.exit_code == 1
    assert "found 1 times in backup.duckdb, table users, column user_id" in answer.stderr


def test_it_may_be_asked_while_somebody_writes(tmp_path: Path) -> None:
    program = """
import sys
from itertools import count
from pathlib import Path
from app.storage.duckdb import open_stores
from app.storage.rows import NewEvent
from models.events import EventType
stores = open_stores(Path(sys.argv[1]))
for call in count():
    rows = [NewEvent(f"{call}-{n}", f"person-{n}", "item", EventType.CLICK, 1.0, 1.0) for n in range(500)]
    stores.events.append(rows).result()
    print(call, flush=True)
"""
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=root, stdout=subprocess.PIPE) as writing:
        try:
            assert writing.stdout is not None
            for _ in range(20):
                writing.stdout.readline()
            assert verify(tmp_path, "person-471").exit_code == 1
            nobody = verify(tmp_path, "nobody-at-all")
            assert nobody.exit_code == 0, nobody.stderr
        finally:
            writing.kill()


def test_copies_of_a_proof_that_was_killed_are_removed(tmp_path: Path) -> None:
    (tmp_path / f"{VERIFYING}99999999").mkdir()
    verify(tmp_path, "person-7")
    assert not list(tmp_path.glob(f"{VERIFYING}*"))
