"""Every engine that tests run on: FAISS in this process, and real servers."""

from collections.abc import Iterator

import pytest

from indexer.engines.engine import VectorEngine
from indexer.engines.faiss import FaissEngine
from tests.milvus_server import milvus_server
from tests.postgres import postgres_server


@pytest.fixture(scope="session")
def postgres_with_vectors() -> Iterator[str]:
    """The address of a database of a PostgreSQL of its own."""
    with postgres_server() as server:
        yield server.new_database()


@pytest.fixture(scope="session", params=["faiss", "pgvector", pytest.param("milvus", marks=pytest.mark.nightly)])
def opened(request: pytest.FixtureRequest) -> Iterator[VectorEngine]:
    """One engine after the other."""
    engine: VectorEngine = FaissEngine()
    if request.param == "pgvector":
        from indexer.engines.pgvector import PgvectorEngine  # noqa: PLC0415 - an extra

        engine = PgvectorEngine(request.getfixturevalue("postgres_with_vectors"))
    elif request.param == "milvus":
        from indexer.engines.milvus import MilvusEngine  # noqa: PLC0415 - an extra

        engine = MilvusEngine(milvus_server())
    yield engine
    engine.close()


@pytest.fixture
def engine(opened: VectorEngine) -> Iterator[VectorEngine]:
    """The same without collections."""
    yield opened
    for name in opened.collections():
        opened.drop(name)
