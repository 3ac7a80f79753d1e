"""A service whose candidates come from real servers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.serving.engine.publication import EnginePublication
from tests.milvus_server import milvus_server
from tests.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module", params=["pgvector", pytest.param("milvus", marks=pytest.mark.nightly)])
def engine_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Of one engine after the other."""
    if request.param == "milvus":
        return {"kind": "milvus", "address": milvus_server(), "timeout_seconds": 5.0}
    address = request.getfixturevalue("postgres").new_database()
    return {"kind": "pgvector", "address": address, "timeout_seconds": 5.0}


@pytest.fixture(scope="module")
def publish() -> Callable[..., str]:
    """Builds a snapshot, publishes it to the engine, and takes it up."""

    def publish(home: Any, items: list[Any], version: int = 0) -> str:
        publication = EnginePublication.of(home.settings, print)
        try:
            return home.publish(items, version, ready=publication)
        finally:
            publication.close()

    return publish
