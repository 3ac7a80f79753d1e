"""No byte of a deleted row stays in the files, however long they have lived."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import duckdb
import pytest

from app.disk import DiskFullError
from app.person.erasure.byte_search import sweep
from app.storage.database import FILE_NAME, Database
from app.storage.duckdb import open_stores
from app.storage.rewriting import SUFFIX
from app.storage.settings import StorageSettings
from models.events import EventType

SECRET = "person-4711@example.org"  # noqa: S105 - an id
MARK = "INSERT INTO rewriting_due VALUES (make_timestamp(0))"
SMALL = StorageSettings(checkpoint_mb=1)


@pytest.fixture
def opener():
    """Of the database that is one file."""
    return open_stores


def fill(stores, event, rounds=6, rows=3_000):
    """Thousands of events of many people, one of whom is to go, checkpointed in between."""
    for turn in range(rounds):
        many = [
            event(f"e{turn}-{n}", f"person-{n % 700:04}@example.org", f"item-{n % 90}", type=EventType.CLICK)
            for n in range(rows)
        ]
        mine = [event(f"{SECRET}-{turn}-{n}", SECRET, f"item-{n}", context=b'{"who":"%s"}' % SECRET.encode())
                for n in range(20)]  # fmt: skip
        stores.events.append([*many[: rows // 2], *mine, *many[rows // 2 :]]).result()
        stores.users.put_profile(SECRET, b'{"role":"%s"}' % SECRET.encode(), float(turn)).result()


def erase(stores):
    stores.events.delete_user(SECRET).result()
    stores.users.delete(SECRET).result()
    return stores.rewrite().result()


def test_a_sweep_finds_what_is_there_and_nothing_after_the_file_was_rewritten(opener, tmp_path, event):
    with closing(opener(tmp_path, SMALL)) as stores:
        fill(stores, event)
        before = sweep(tmp_path, SECRET)
        assert any(hit.place == FILE_NAME for hit in before.hits)
        stores.events.delete_user(SECRET).result()
        stores.users.delete(SECRET).result()
        assert sweep(tmp_path, SECRET).hits  # deleting alone is not enough
        assert stores.rewrite().result()
        assert sweep(tmp_path, SECRET).hits == ()
        assert len(stores.events.columns()) == 18_000
    assert sweep(tmp_path, SECRET).hits == ()


def test_the_log_of_what_was_not_yet_folded_into_the_file_holds_nothing_either(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        fill(stores, event, rounds=1)
        assert any(hit.place.endswith(".wal") for hit in sweep(tmp_path, SECRET).hits)
        assert erase(stores)
        assert sweep(tmp_path, SECRET).hits == ()


def test_rewriting_again_does_nothing_until_something_is_deleted(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        fill(stores, event, rounds=1, rows=100)
        assert not stores.rewrite().result()
        assert erase(stores)
        assert not stores.rewrite().result()


def test_bytes_of_an_interrupted_erasure_are_found_after_a_restart(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        fill(stores, event, rounds=1)
        stores.events.delete_user(SECRET).result()
        stores.users.delete(SECRET).result()
    (tmp_path / f"{FILE_NAME}{SUFFIX}").write_bytes(SECRET.encode())
    with closing(opener(tmp_path)) as stores:
        assert stores.rewrite().result()
        assert sweep(tmp_path, SECRET).hits == ()


def test_reading_and_writing_go_on_while_the_file_is_rewritten(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores, ThreadPoolExecutor(4) as threads:
        fill(stores, event, rounds=2, rows=1_000)

        def read(_):
            return len(stores.events.columns())

        def write(n):
            return stores.events.append([event(f"new-{n}", "late", "item-1")]).result()[0].duplicate

        stores.events.delete_user(SECRET).result()
        reads, writes = threads.map(read, range(60)), threads.map(write, range(30))
        rewritten = [stores.rewrite(), stores.rewrite()]
        assert [each.result() for each in rewritten] == [True, False]
        assert all(2_000 <= count <= 2_030 for count in reads)
        assert not any(writes)
        assert len(stores.events.columns()) == 2_030
        assert stores.events.append([event("new-0", "late", "item-1")]).result()[0].duplicate


def test_numbers_go_on_after_a_rewriting_and_a_restart(opener, tmp_path, event):
    with closing(opener(tmp_path)) as stores:
        stores.events.append([event("e1", SECRET)]).result()
        stores.items.upsert([("i1", b'{"a": 1}')], 5.0).result()
        assert erase(stores)
        assert stores.events.append([event("e2", "bob")]).result()[0].sequence == 2
    with closing(opener(tmp_path)) as stores:
        assert stores.events.append([event("e3", "bob")]).result()[0].sequence == 3
        assert stores.items.get("i1").document == b'{"a": 1}'


def test_a_failed_rewriting_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    database = Database(tmp_path, StorageSettings())
    with closing(database):
        database.writer.submit(
            lambda connection, _: [connection.execute("INSERT INTO rewriting_due VALUES (now())")], 0
        )

        def full(*_):
            raise duckdb.IOException("No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("app.storage.database.copy_tables", full)
            with pytest.raises(DiskFullError):
                database.rewrite().result()
        with database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM rewriting_due").fetchall() == [(1,)]
        assert database.rewrite().result()


def test_only_the_owner_reads_the_file_whoever_made_it(opener, tmp_path):
    opener(tmp_path).close()
    (tmp_path / FILE_NAME).chmod(0o644)
    opener(tmp_path).close()
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_texts_are_stored_as_they_are(opener, tmp_path, event):
    with closing(opener(tmp_path, SMALL)) as stores:
        stores.events.append([event(f"e{n}", f"person-{n % 20_000:05}") for n in range(130_000)]).result()
    file = (tmp_path / FILE_NAME).read_bytes()
    assert all(b"person-%05d" % n in file for n in range(0, 20_000, 100))
    with closing(duckdb.connect(tmp_path / FILE_NAME, read_only=True)) as connection:
        packed = "SELECT DISTINCT compression FROM pragma_storage_info('events') WHERE segment_type = 'VARCHAR'"
        assert connection.execute(packed).fetchall() == [("Uncompressed",)]
