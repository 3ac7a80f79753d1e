import struct
from contextlib import closing
from functools import reduce
from operator import xor

import duckdb
import pytest

from app.storage.database import FILE_NAME, Database
from app.storage.duckdb import open_stores
from app.storage.errors import (
    DatabaseDamagedError,
    DatabaseInUseError,
    MigrationError,
    StorageVersionError,
    WriterClosedError,
)
from app.storage.settings import StorageSettings


def test_a_second_opening_in_the_same_process_is_refused(tmp_path):
    with closing(open_stores(tmp_path)), pytest.raises(DatabaseInUseError, match="this process"):
        open_stores(tmp_path / "." / ".." / tmp_path.name)
    open_stores(tmp_path).close()


def test_a_database_of_a_newer_version_is_refused_and_let_go(tmp_path):
    open_stores(tmp_path).close()
    with closing(duckdb.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("INSERT INTO schema_migrations (name, checksum) VALUES ('9999_future', '')")
    with pytest.raises(MigrationError, match="9999_future"):
        open_stores(tmp_path)
    with closing(duckdb.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("DELETE FROM schema_migrations WHERE name = '9999_future'")
    open_stores(tmp_path).close()


def test_a_file_that_is_no_database_is_reported_as_such(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 1_000)
    with pytest.raises(DatabaseDamagedError, match="not a valid DuckDB"):
        open_stores(tmp_path)


def test_the_folder_is_made(tmp_path):
    open_stores(tmp_path / "new" / "folder").close()
    assert (tmp_path / "new" / "folder" / FILE_NAME).is_file()


def test_statements_reach_no_other_file_and_no_variable(tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    secret = duckdb.sql("SELECT 1")  # noqa: F841 - the point is that it is not found
    with closing(Database(tmp_path, StorageSettings())) as database, database.reading() as connection:
        with pytest.raises(duckdb.PermissionException):
            connection.execute("FROM read_csv($1)", [str(tmp_path / "secret.csv")])
        with pytest.raises(duckdb.CatalogException):
            connection.execute("FROM secret")


def test_no_table_has_an_index(tmp_path):
    with closing(Database(tmp_path, StorageSettings())) as database, database.reading() as connection:
        assert connection.execute("SELECT * FROM duckdb_indexes()").fetchall() == []
        kinds = connection.execute("SELECT DISTINCT constraint_type FROM duckdb_constraints()").fetchall()
    assert kinds == [("NOT NULL",)]


def test_closed_stores_refuse_writes(tmp_path, event):
    stores = open_stores(tmp_path)
    accepted = stores.events.append([event("a")])
    stores.close()
    assert not accepted.result(0)[0].duplicate
    with pytest.raises(WriterClosedError):
        stores.events.append([event("b")])
    stores.close()


def test_events_survive_many_checkpoints(tmp_path, event):
    with closing(open_stores(tmp_path, StorageSettings(checkpoint_mb=1))) as stores:
        for call in range(10):
            stores.events.append(
                [event(f"{call}-{row}", context=b'"%s"' % (b"x" * 200)) for row in range(1_000)]
            ).result()
        assert stores.events.delete_user("ada").result() == 10_000
        assert stores.events.append([event("last")]).result()[0].sequence == 10_001
    with closing(open_stores(tmp_path)) as stores:
        assert stores.events.columns().sequence.tolist() == [10_001]


def checksum(block):
    """DuckDB's, of a block of its file."""
    words = struct.unpack(f"<{len(block) // 8}Q", block)
    return reduce(xor, ((word * 0xBF58476D1CE4E5B9) % 2**64 for word in words), 5381)


@pytest.mark.parametrize(("version", "writer"), [(1_999, "a newer"), (3, "a very old")])
def test_a_file_that_another_duckdb_wrote_is_refused_with_the_mend(tmp_path, version, writer):
    open_stores(tmp_path).close()
    file = tmp_path / "penchant.duckdb"
    header = bytearray(file.read_bytes())
    header[12:20] = struct.pack("<Q", version)
    header[:8] = struct.pack("<Q", checksum(bytes(header[8:4_096])))
    file.write_bytes(header)
    with pytest.raises(StorageVersionError, match=f"{writer} DuckDB: its storage version is {version}.*Install"):
        open_stores(tmp_path)
    assert file.read_bytes() == header
