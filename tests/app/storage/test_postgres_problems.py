"""What a PostgreSQL server refuses is told with what helps, without a password, and mends itself where it can."""

import logging
import re
from contextlib import closing
from time import monotonic, sleep

import psycopg
import pytest
from psycopg import errors
from pydantic import SecretStr

from app.storage.errors import (
    DatabaseAwayError,
    DatabaseFullError,
    DatabaseReadOnlyError,
    MigrationError,
    StorageError,
    StorageVersionError,
)
from app.storage.opening import open_stores
from app.storage.postgres import database
from app.storage.postgres.problems import problem_of
from app.storage.settings import StorageSettings
from tests.postgres import LOCKED, postgres_server

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'penchant'"
PASSWORD = "correct-horse"  # noqa: S105 - of a test


@pytest.fixture(scope="module")
def schema(postgres):
    """The URL of a schema that is up to date."""
    url = postgres.new_schema()
    open_url(url).close()
    return url


@pytest.fixture(scope="module")
def locked(postgres):
    """Makes the URL of somebody who needs a password, and may make no tables."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {LOCKED} LOGIN PASSWORD '{PASSWORD}'".encode())
    host = postgres.url("postgres").partition("?")[2]
    return lambda password: f"postgresql://{LOCKED}:{password}@/postgres?{host}"


def open_url(url, **more):
    return open_stores("unused", StorageSettings(url=SecretStr(url), connect_seconds=1, **more))


def is_over(stores):
    """Though nobody writes."""
    until = monotonic() + 30
    while stores.problem() is not None:
        assert monotonic() < until
        sleep(0.1)


def refusal(url, kind=StorageError):
    with pytest.raises(kind) as refused:
        open_url(url)
    return str(refused.value)


def test_a_wrong_password_is_named_and_not_told(locked, caplog):
    caplog.set_level(logging.DEBUG)
    told = refusal(locked("wrong-password"))
    assert "refuses the user or the password of storage.url" in told
    assert "wrong-password" not in told + caplog.text


def test_who_may_make_no_tables_is_told_so(locked):
    assert "lets its user make no tables" in refusal(locked(PASSWORD))


def test_a_url_that_cannot_be_read_is_not_quoted():
    told = refusal("postgresql://ada:secret@h/db?nonsense=secret")
    assert "is no URL of PostgreSQL" in told
    assert "secret" not in told


def test_a_server_that_is_not_there(tmp_path):
    told = refusal(f"postgresql://penchant@/postgres?host={tmp_path}")
    assert f"at {tmp_path}:5432 cannot be reached" in told
    assert "Start the server, or correct storage.url" in told


def test_a_database_that_is_not_there(postgres):
    assert "createdb" in refusal(postgres.url("no_such_database"))


def test_a_standby(schema):
    assert "name the primary" in refusal(f"{schema}%20-cdefault_transaction_read_only%3Don")


def test_a_server_of_long_ago(schema, monkeypatch):
    monkeypatch.setattr(database, "_OLDEST", 990_000)
    assert re.search(r"of version \d+: Penchant needs 99 or newer", refusal(schema, StorageVersionError))


def test_tables_of_a_newer_penchant(postgres):
    url = postgres.new_schema()
    open_url(url).close()
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES ('9999_future', 'x')")
    assert "newer version of Penchant, with 9999_future" in refusal(url, MigrationError)


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setattr("app.storage.opening.find_spec", lambda _: None)
    assert "penchant[postgres]" in refusal("postgresql://h/db")


def test_several_processes_that_start_at_once_make_the_tables_once(postgres):
    url = postgres.new_schema()
    with closing(open_url(url)) as one, closing(open_url(url)) as other:
        one.users.put_profile("ada", b"{}", 1.0).result()
        assert other.users.get("ada").profile == b"{}"


def test_while_the_server_is_away_it_is_told_and_then_all_goes_on_by_itself(event):
    with postgres_server() as server, closing(open_url(server.new_database())) as stores:
        stores.events.append([event("a")]).result()
        server.stop()
        for call in (lambda: stores.users.get("ada"), lambda: stores.events.append([event("b")]).result()):
            with pytest.raises(DatabaseAwayError) as away:
                call()
            assert away.value.headers == {"Retry-After": "2"}
        assert "cannot be reached" in stores.problem()
        server.start()
        is_over(stores)
        assert not stores.events.append([event("c")]).result()[0].duplicate
        assert len(stores.events.columns()) == 2


def test_a_connection_that_was_lost_meanwhile_costs_nobody_anything(postgres, event):
    url = postgres.new_schema()
    with closing(open_url(url)) as stores, psycopg.connect(postgres.url("postgres"), autocommit=True) as other:
        other.execute(END)
        assert stores.events.append([event("a")]).result()[0].stored
        other.execute(END)
        assert len(stores.events.columns()) == 1


def test_a_database_that_becomes_read_only_refuses_writes_and_goes_on_reading(postgres, event):
    url = postgres.new_database("becomes_read_only")
    with closing(open_url(url)) as stores, psycopg.connect(postgres.url("postgres"), autocommit=True) as other:
        stores.events.append([event("a")]).result()
        other.execute("ALTER DATABASE becomes_read_only SET default_transaction_read_only = on")
        other.execute(END)
        with pytest.raises(DatabaseReadOnlyError, match="Name the primary"):
            stores.events.append([event("b")]).result()
        assert "cannot be written to" in stores.problem()
        assert len(stores.events.columns()) == 1
        assert stores.problem()
        with other.transaction():
            other.execute("SET TRANSACTION READ WRITE")
            other.execute("ALTER DATABASE becomes_read_only RESET default_transaction_read_only")
        other.execute(END)
        is_over(stores)


def test_a_full_disk_of_the_server_is_told_as_one():
    full = problem_of(errors.DiskFull("could not extend file"), "PostgreSQL database penchant at db:5432")
    assert isinstance(full, DatabaseFullError)
    assert "db:5432 has no room left" in full.detail
