"""What the service makes of events, beside what DuckDB alone does: `make bench BENCH=bench_events.py`.

Single events from 256 clients, each of whom waits for the answer, and batches of 500, both through the application
without a network; beside them 256 clients whose rows DuckDB commits in groups and nobody looks at. PEOPLE and ITEMS
choose how many there are. All in one process with one thread of DuckDB's, one after the other, ROUNDS times.
"""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import typer
from duckdb import DuckDBPyConnection

from app.main import create_app
from app.settings import Settings
from app.storage.database import Database
from app.storage.settings import StorageSettings
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder

PEOPLE, ITEMS = int(os.environ.get("PEOPLE", "20000")), int(os.environ.get("ITEMS", "2000"))
CLIENTS, SINGLES, BATCH, BATCHES, ROUNDS = 256, 2_000, 500, 12, 2
ENCODER = HashingEncoder(256)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
Row = dict[str, Any]


def test_events(tmp_path: Path) -> None:
    """Events a second, and milliseconds of CPU for each."""
    asyncio.run(measured(tmp_path))


async def measured(folder: Path) -> None:
    settings = Settings(data_dir=folder / "service", as_of=NOW, storage={"threads": 1})
    publish(settings)
    rows, database = events(), Database(folder / "alone", StorageSettings(threads=1))
    database.writer.submit(create, None).result()
    async with application(settings) as post:
        for _ in range(ROUNDS):
            some = list(itertools.islice(rows, SINGLES))
            alone = await rate(CLIENTS, some, lambda row: await_written(database, row))
            single = await rate(CLIENTS, some, lambda row: post(orjson.dumps(row)))
            batches = [list(itertools.islice(rows, BATCH)) for _ in range(BATCHES)]
            many = await rate(1, batches, lambda batch: post(orjson.dumps(batch)), BATCH)
            typer.echo(f"DuckDB alone {told(alone)}; single events {told(single)}; batches of {BATCH} {told(many)}")
            typer.echo(f"single events at {single[0] / alone[0]:.2f} of what DuckDB alone commits")
    database.close()


def told(found: tuple[float, float]) -> str:
    return f"{found[0]:,.0f}/s, {found[1]:.3f} ms CPU"


async def rate(
    clients: int, asked: Sequence[Any], answer: Callable[[Any], Coroutine[Any, Any, None]], events_each: int = 1
) -> tuple[float, float]:
    """(Events a second, milliseconds of CPU an event), with so many clients who wait for each answer."""
    waiting = iter(asked)

    async def client() -> None:
        for each in waiting:
            await answer(each)

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    count = len(asked) * events_each
    return count / (time.perf_counter() - wall), 1e3 * (time.process_time() - cpu) / count


def events() -> Any:
    random = np.random.default_rng(0)
    for number in itertools.count():
        user, item = random.integers(PEOPLE), random.integers(ITEMS)
        yield {"event_id": f"event {number}", "user_id": f"person {user}", "item_id": f"i{item}", "type": "like"}


async def await_written(database: Database, row: Row) -> None:
    await database.writer.submit(insert, row)


def create(connection: DuckDBPyConnection, requests: Sequence[Any]) -> list[None]:
    connection.execute("CREATE TABLE plain (event_id VARCHAR, user_id VARCHAR, item_id VARCHAR, type VARCHAR)")
    return [None for _ in requests]


def insert(connection: DuckDBPyConnection, requests: Sequence[Row]) -> list[None]:
    connection.from_arrow(pa.Table.from_pylist(list(requests))).insert_into("plain")
    return [None for _ in requests]


def publish(settings: Settings) -> None:
    row = {"text": "a text", "format": "text", "language": "en", "published_at": NOW.isoformat()}
    items = [
        ItemDocument.model_validate(row | {"item_id": f"i{n}", "title": f"title {n} of {n % 40}"}, strict=False)
        for n in range(ITEMS)
    ]
    cache, snapshots = EmbeddingCache(settings.embedding_folder), SnapshotFolder(settings.snapshot_folder)
    Builder(settings.index, ENCODER, cache, snapshots, lambda _: None)(BuildInput(items), force=True)


@asynccontextmanager
async def application(settings: Settings) -> AsyncIterator[Callable[[bytes], Coroutine[Any, Any, None]]]:
    """The application from its start to its end, and what posts a body of events to it."""
    app, state = create_app(settings, ENCODER), dict[str, Any]()
    asked, answered = asyncio.Queue[Any](), asyncio.Queue[Any]()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
    life = asyncio.create_task(app(scope, asked.get, answered.put))
    await asked.put({"type": "lifespan.startup"})
    assert (await answered.get())["type"] == "lifespan.startup.complete"

    async def post(body: bytes) -> None:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await app(request(state), receive, send)
        assert sent[0]["status"] == 200, sent

    yield post
    await asked.put({"type": "lifespan.shutdown"})
    await life


def request(state: Row) -> Row:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/events",
        "raw_path": b"/events",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": dict(state),
    }
