"""The stores under test: every test that asks for `opener` or `stores` runs on each implementation."""

from contextlib import closing
from pathlib import Path

import pytest

from app.storage.opening import open_stores
from app.storage.protocols import NewEvent
from models.events import EventType
from tests.postgres import Postgres, postgres_server

DEBIAN = Path("/usr/lib/postgresql/15")
IMPLEMENTATIONS = ["duckdb", "postgres", pytest.param("postgres 15", marks=pytest.mark.nightly)]


@pytest.fixture(scope="session")
def postgres_15():
    """A server of the oldest version that a current distribution brings."""
    if not DEBIAN.exists():
        pytest.fail("these proofs need PostgreSQL 15: apt-get install postgresql-15")
    with postgres_server(installed=DEBIAN) as server:
        yield server


@pytest.fixture(scope="session", params=IMPLEMENTATIONS)
def opener(request):
    """Opens the stores of a folder."""
    if request.param == "duckdb":
        return open_stores
    return Postgres(request.getfixturevalue(request.param.replace(" ", "_")))


@pytest.fixture
def stores(opener, tmp_path):
    with closing(opener(tmp_path)) as opened:
        yield opened


@pytest.fixture
def duckdb_stores(tmp_path):
    """Where one process alone writes."""
    with closing(open_stores(tmp_path)) as opened:
        yield opened


@pytest.fixture(scope="session")
def event():
    """Makes an event of which only the id, or little more, is of interest."""

    def make(event_id, user_id="ada", item_id="rust", **fields):
        given = {"type": EventType.LIKE, "occurred_at": 1_700_000_000.0, "received_at": 1_700_000_001.0} | fields
        return NewEvent(event_id=event_id, user_id=user_id, item_id=item_id, **given)

    return make
