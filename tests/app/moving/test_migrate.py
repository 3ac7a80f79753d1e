"""A folder that was served is moved into PostgreSQL: what is known of people there is what was known here."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from typer.testing import CliRunner

from app.moving import source, target
from app.moving.errors import MoveError
from app.moving.move import Move
from app.moving.tables import STAYING, moved_tables
from app.storage.duckdb import open_stores
from app.storage.errors import StorageError
from app.storage.opening import open_stores as open_any
from app.storage.rows import NewEvent
from app.storage.settings import StorageSettings
from indexer.progress import silent
from models.events import EventType
from scripts.cli import app

ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal, sys
from pathlib import Path
from app.moving import source, target
from app.moving.move import Move
from app.storage.settings import StorageSettings

def progress(done, total):
    if done >= 40:
        os.kill(os.getpid(), signal.SIGKILL)

with source.opened(Path(sys.argv[1]), StorageSettings()) as held, target.opened(sys.argv[2]) as database:
    Move(held, database, part=10).copy(progress)
"""


def migrate(folder, url, *options):
    return CliRunner().invoke(app, ["migrate", "--to", url, *options], env={"PENCHANT_DATA_DIR": str(folder)})


def rows_in(url, table):
    with psycopg.connect(url) as connection:
        return connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone()[0]


def test_everything_is_moved_and_the_service_goes_on_as_it_was(lived, postgres, open_household, an_event):
    url, file = postgres.new_schema(), lived.folder / "penchant.duckdb"
    before = file.read_bytes()
    rehearsed = migrate(lived.folder, url, "--dry-run")
    assert "it would go" in rehearsed.output
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('events')").fetchone() == (None,)
    done = migrate(lived.folder, url)
    assert "all are the same there" in done.output
    assert "PENCHANT_STORAGE__URL" in done.output
    assert file.read_bytes() == before
    with open_household(lived.folder, storage={"url": url}) as moved:
        moved.loop.run_until_complete(moved.service.snapshot_swap.refresh())
        assert {user: lived.told(moved, user) for user in lived.people} == lived.said
        assert {user: lived.exported(moved, user) for user in lived.people} == lived.exports
        assert moved.ingest(an_event(300, "someone-erased", "i001"), an_event(7, "ann", "i007")) == [
            "rejected",
            "duplicate",
        ]
        assert moved.undo_reset("bob")
        assert len(moved.stores.events.columns(user_id="bob")) == 13
        assert moved.ingest(an_event(301, "ann", "i060"), an_event(301, "ann", "i060")) == ["accepted", "duplicate"]
    assert "no unfinished move" in migrate(lived.folder, url).output


def test_a_move_that_was_killed_goes_on_where_it_stood(lived, postgres):
    url = postgres.new_schema()
    killed = subprocess.run([sys.executable, "-c", KILLED, lived.folder, url], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    reached = rows_in(url, "events")
    assert 0 < reached < 70
    with pytest.raises(StorageError, match="unfinished move"):
        open_any(lived.folder, StorageSettings(url=url))
    done = migrate(lived.folder, url)
    assert "all are the same there" in done.output
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('unfinished_move')").fetchone() == (None,)


def test_what_was_begun_of_another_state_of_the_folder_is_begun_anew(lived, postgres, tmp_path):
    url, folder = postgres.new_schema(), tmp_path / "folder"
    shutil.copytree(lived.folder, folder)
    with source.opened(folder, StorageSettings()) as held, target.opened(url) as database:
        Move(held, database).copy(silent)
    stores = open_stores(folder)
    stores.events.append([NewEvent("late", "dora", "i001", EventType.LIKE, 0.0, 0.0)]).result()
    stores.close()
    refused = migrate(folder, url)
    assert (refused.exit_code, "--anew" in refused.output) == (1, True)
    assert "all are the same there" in migrate(folder, url, "--anew").output


def test_what_differs_is_told_of_whom(lived, postgres):
    url = postgres.new_schema()
    with source.opened(lived.folder, StorageSettings()) as held, target.opened(url) as database:
        move = Move(held, database)
        move.copy(silent)
        database.connection.execute("UPDATE events SET value = 2 WHERE event_id = 'e3'")
        database.connection.execute("DELETE FROM events WHERE event_id = 'e0'")
        with pytest.raises(MoveError, match=r"events is not the same, of ann \(\d+ rows there, \d+ here\), dora"):
            move.compare(silent)
        assert database.is_begun()


def test_a_folder_in_use_and_one_without_a_database_are_refused(home, postgres, tmp_path):
    assert "in use" in migrate(home.settings.data_dir, postgres.new_schema()).output
    assert "nothing to move" in migrate(tmp_path / "nowhere", postgres.new_schema()).output


def test_a_database_of_something_else_is_left_alone(lived, postgres):
    url = postgres.new_schema()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE orders (number INT)")
    refused = migrate(lived.folder, url)
    assert (refused.exit_code, "something else (orders)" in refused.output) == (1, True)
    assert "cannot be reached" in migrate(lived.folder, "postgresql://nobody@127.0.0.1:1/none").output


def test_a_text_that_postgresql_cannot_hold_is_named(postgres, tmp_path):
    stores = open_stores(tmp_path)
    stores.events.append([NewEvent("e", "u", "a\0b", EventType.LIKE, 0.0, 0.0)]).result()
    stores.close()
    refused = migrate(tmp_path, postgres.new_schema())
    assert "row 1 of table events has a NUL character in item_id" in refused.output


def test_no_column_is_left_behind_unseen(lived, postgres):
    with source.opened(lived.folder, StorageSettings()) as held, target.opened(postgres.new_schema()) as database:
        Move(held, database).copy(silent)
        known = {
            (table.name, column.name)
            for table in moved_tables(held.columns, database.columns())
            for column in table.columns
        }
        every = {(table, column) for table, columns in held.columns.items() for column in columns}
        assert {table if table in STAYING else f"{table}.{column}" for table, column in every - known} == {*STAYING}
        more = {**held.columns, "users": {**held.columns["users"], "mood": "VARCHAR"}}
        with pytest.raises(MoveError, match="mood of table users"):
            moved_tables(more, database.columns())
