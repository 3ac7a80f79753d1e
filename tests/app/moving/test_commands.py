"""Every command that reads the database of a folder, on a folder whose people are in PostgreSQL."""

import json
import shutil
from contextlib import closing
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.moving import source, target
from app.moving.move import Move
from app.policy.charter.charter import PACKAGED
from app.serving.build_source import read_written
from app.settings import CONFIG_VARIABLE, Settings
from app.storage.opening import open_stores as open_any
from app.storage.settings import StorageSettings
from indexer.progress import silent
from scripts.cli import app

EXPORTS = '\n[exports]\nevents = { why = "To count." }\npeople = { why = "To group." }\n'


@pytest.fixture(scope="module")
def url(lived, postgres):
    """Of the database into which the folder was moved."""
    url = postgres.new_schema()
    with source.opened(lived.folder, StorageSettings()) as held, target.opened(url) as database:
        move = Move(held, database)
        move.copy(silent)
        move.compare(silent)
    return url


@pytest.fixture
def call(lived, url, tmp_path):
    """Runs a command on the folder; its status and what it says."""
    charter = tmp_path / "charter.toml"
    charter.write_text(PACKAGED.read_text() + EXPORTS)

    def calling(*command, on=url):
        given = {"PENCHANT_DATA_DIR": str(lived.folder), "PENCHANT_CHARTER": str(charter)}
        given |= {"PENCHANT_STORAGE__URL": on} if on else {}
        done = CliRunner().invoke(app, list(map(str, command)), env=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return calling


def test_doctor_says_how_the_server_is_and_what_is_left_of_the_move(call):
    _, told = call("doctor")
    assert "is PostgreSQL" in told
    assert "from before the move: it holds people's data" in told
    assert "events, 2026" in told
    status, told = call("doctor", on="postgresql://nobody@127.0.0.1:1/none")
    assert (status, "cannot be reached" in told) == (1, True)


@pytest.mark.parametrize("kind", ["events", "people", "items"])
def test_an_export_has_the_same_rows(call, tmp_path, kind):
    rows = []
    for name, on in (("there", {}), ("here", {"on": None})):
        status, told = call("export", kind, "--to", tmp_path / name, **on)
        assert status == 0, told
        tables = [pq.read_table(file).to_pylist() for file in sorted((tmp_path / name / kind).glob("0*.parquet"))]
        rows.append(sorted(json.dumps(row, default=str) for table in tables for row in table))
    assert rows[0] == rows[1]
    assert len(rows[0]) > 2


def test_an_erasure_is_looked_for_by_query_and_what_that_cannot_see_is_said(call):
    status, told = call("verify-erasure", "cleo")
    assert status == 1
    (place,) = {line for line in told.splitlines() if "PostgreSQL" in line and "table events, column user_id" in line}
    assert place.startswith("found ")
    assert "What no query sees cannot be told from here" in told


def test_who_was_erased_is_found_by_no_query_once_the_file_from_before_is_gone(lived, url, tmp_path):
    folder = tmp_path / "folder"
    shutil.copytree(lived.folder, folder, ignore=shutil.ignore_patterns("penchant.duckdb*"))
    given = {"PENCHANT_DATA_DIR": str(folder), "PENCHANT_STORAGE__URL": url}
    erased = CliRunner().invoke(app, ["verify-erasure", "someone-erased"], env=given)
    assert (erased.exit_code, "What no query sees cannot be told from here" in erased.output) == (0, True)
    away = given | {"PENCHANT_STORAGE__URL": "postgresql://nobody@127.0.0.1:1/none"}
    unseen = CliRunner().invoke(app, ["verify-erasure", "someone-erased"], env=away)
    assert (unseen.exit_code, "nothing is proved" in unseen.output) == (2, True)


def test_a_backup_holds_all_but_people_and_a_restore_says_what_is_left_to_do(call, lived, url, tmp_path):
    status, told = call("backup", tmp_path / "backups")
    assert (status, "no people, who are in PostgreSQL" in told) == (0, True)
    (backup,) = (tmp_path / "backups").glob("2*")
    assert not (backup / "penchant.duckdb").exists()
    assert (backup / "audit.key").exists()
    elsewhere = {"PENCHANT_DATA_DIR": str(tmp_path / "new"), "PENCHANT_STORAGE__URL": url}
    restored = CliRunner().invoke(app, ["restore", str(tmp_path / "backups")], env=elsewhere)
    assert "then call penchant reapply-decisions" in restored.output, restored.output
    assert (tmp_path / "new" / "audit.key").read_bytes() == (lived.folder / "audit.key").read_bytes()
    of_a_file = call("restore", tmp_path / "backups", on=None)
    assert (of_a_file[0], "set storage.url" in of_a_file[1]) == (1, True)


def test_decisions_are_applied_again_to_what_a_dump_brought_back(call, url, lived):
    with closing(open_any(lived.folder, StorageSettings(url=url))) as stores:
        stores.users.set_personalization("cleo", True, 0.0).result()  # as in a dump from before
        status, told = call("reapply-decisions")
        assert (status, "1 erasures" in told, "1 opt-outs" in told) == (0, True, True)
        assert not stores.users.get("cleo").personalization


def test_retention_and_builds_read_what_is_there(call, lived, url):
    status, told = call("enforce-retention")
    assert (status, "deleted" in told) == (0, True)
    settings = Settings(data_dir=lived.folder, as_of=datetime(2026, 3, 1, 12, tzinfo=UTC))
    with_url = settings.model_copy(update={"storage": StorageSettings(url=url)})
    here, there = read_written(settings), read_written(with_url)
    assert [each.item_id for each in there.changes] == [each.item_id for each in here.changes]


@pytest.mark.parametrize("command", [("compare", "none"), ("off-policy", "none")])
def test_what_is_not_there_is_said_in_a_line(call, command):
    status, told = call(*command)
    assert (status, told.splitlines()[0].startswith(f"{command[0]}: "), len(told.splitlines())) == (1, True, 1), told


def test_the_people_of_the_demo_go_into_nobodys_database(call, monkeypatch):
    monkeypatch.setenv(CONFIG_VARIABLE, "")  # which the demo sets, for what it starts
    assert call("demo") == (1, "demo: its people belong into a folder of their own: unset PENCHANT_STORAGE__URL\n")
