"""The stores under test; a second implementation of the protocols is one more line here."""

from contextlib import closing

import pytest

from app.storage.duckdb import open_stores
from app.storage.protocols import NewEvent
from models.events import EventType

IMPLEMENTATIONS = {"duckdb": open_stores}


@pytest.fixture(scope="session", params=IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS.keys())
def opener(request):
    """Opens the stores of a folder."""
    return request.param


@pytest.fixture
def stores(opener, tmp_path):
    with closing(opener(tmp_path)) as opened:
        yield opened


@pytest.fixture(scope="session")
def event():
    """Makes an event of which only the id, or little more, is of interest."""

    def make(event_id, user_id="ada", item_id="rust", **fields):
        given = {"type": EventType.LIKE, "occurred_at": 1_700_000_000.0, "received_at": 1_700_000_001.0} | fields
        return NewEvent(event_id=event_id, user_id=user_id, item_id=item_id, **given)

    return make
