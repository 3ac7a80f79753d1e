from contextlib import closing

import duckdb
import pytest

from app.storage.errors import MigrationError
from app.storage.migrate import Migration, migrate, shipped

FIRST = Migration("0001_first", "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);")
SECOND = Migration("0002_second", "ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 2;")


@pytest.fixture
def connection():
    with closing(duckdb.connect()) as opened:
        yield opened


def test_migrations_are_applied_once_and_in_order(connection):
    assert migrate(connection, [FIRST]) == ["0001_first"]
    assert migrate(connection, [FIRST, SECOND]) == ["0002_second"]
    assert migrate(connection, [FIRST, SECOND]) == []
    assert connection.execute("FROM a").fetchall() == [(1, 2)]


def test_a_changed_migration_is_refused(connection):
    migrate(connection, [FIRST, SECOND])
    changed = Migration(SECOND.name, SECOND.sql + " -- a comment")
    with pytest.raises(MigrationError, match="other SQL than 0002_second"):
        migrate(connection, [FIRST, changed])


def test_a_database_of_a_newer_version_is_refused(connection):
    migrate(connection, [FIRST, SECOND])
    with pytest.raises(MigrationError, match="newer version of Penchant, with 0002_second"):
        migrate(connection, [FIRST])


def test_a_migration_that_fails_leaves_nothing_behind(connection):
    broken = Migration("0002_broken", "CREATE TABLE b (x INTEGER); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(duckdb.CatalogException):
        migrate(connection, [FIRST, broken])
    with pytest.raises(duckdb.CatalogException):
        connection.execute("FROM b")
    assert migrate(connection, [FIRST, SECOND]) == ["0002_second"]


def test_shipped_migrations_are_numbered_without_a_gap():
    assert [int(migration.name[:4]) for migration in shipped()] == list(range(1, len(shipped()) + 1))


def test_migrations_are_read_from_a_folder_in_order(tmp_path):
    for migration in (SECOND, FIRST):
        (tmp_path / f"{migration.name}.sql").write_text(migration.sql)
    (tmp_path / "notes.txt").write_text("not a migration")
    assert shipped(tmp_path) == [FIRST, SECOND]


def test_what_was_seen_before_it_had_a_time_gets_that_of_its_forgetting_or_the_present(connection):
    *before, times = shipped()[:3]
    migrate(connection, before)
    connection.execute(
        "INSERT INTO forgettings VALUES (4, 'ada', 'all', NULL, NULL, '2020-01-02', true, '2020-01-03', true)"
    )
    connection.execute("INSERT INTO seen_items VALUES ('ada', 'i1', 4, NULL), ('ada', 'i2', 0, NULL)")
    migrate(connection, [*before, times])
    dated = (
        "SELECT item_id, seen_at::DATE::VARCHAR, seen_at > now()::TIMESTAMP - INTERVAL 1 DAY FROM seen_items ORDER BY 1"
    )
    (first, second) = connection.execute(dated).fetchall()
    assert first == ("i1", "2020-01-02", False)
    assert second[2]
