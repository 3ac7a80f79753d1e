"""What an event costs a real server: `make bench BENCH=bench_events_http.py`; TODAY names another checkout beside it.

256 clients who each wait for the answer, one client who does, and batches of 500, from another process than the
server's; 2,000 items of hashed texts, 20,000 people. Servers take turns, ROUNDS times.
`python tests/benchmarks/bench_events_http.py make|serve FOLDER [PORT]` does one part.
"""

import asyncio
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import typer
import uvicorn

from app.main import create_app
from app.settings import Settings
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder

PEOPLE, ITEMS, SINGLES, BATCHES, BATCH = 20_000, 2_000, 2_000, 20, 500
ROUNDS = int(os.environ.get("ROUNDS", "2"))
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_events_over_http(tmp_path: Path) -> None:
    """Events a second and milliseconds of the server's CPU for each, by checkout."""
    from scripts.benchmarks.serving.checkout import free_port, started  # noqa: PLC0415 - other checkouts lack them

    codes = {"this checkout": str(Path.cwd()), "the other": os.environ.get("TODAY", "")}
    servers, rows = {}, events()
    with ExitStack() as stack:
        for name, code in codes.items():
            if code:
                folder, port = str(tmp_path / name.replace(" ", "-")), free_port()
                environment = {**os.environ, "PYTHONPATH": code}
                subprocess.run([sys.executable, __file__, "make", folder], cwd=code, env=environment, check=True)
                command = [sys.executable, __file__, "serve", folder, str(port)]
                servers[name] = port, stack.enter_context(started(command, Path(code), environment, port, "/readyz"))
        for _, (name, (port, process)) in itertools.product(range(ROUNDS), servers.items()):
            typer.echo(f"{name}: {asyncio.run(measured(port, process, rows))}")


async def measured(port: int, process: int, rows: Iterator[Any]) -> str:
    kinds = {"256 clients": (256, SINGLES, 1), "one client": (1, 200, 1), f"batches of {BATCH}": (2, BATCHES, BATCH)}
    told = []
    for kind, (clients, count, size) in kinds.items():
        some = [[next(rows) for _ in range(size)] for _ in range(count)]
        a_second, each = await driven(port, process, clients, some)
        told.append(f"{kind} {a_second:,.0f}/s, {each:.3f} ms CPU")
    return "; ".join(told)


async def driven(port: int, process: int, clients: int, batches: Sequence[list[Any]]) -> tuple[float, float]:
    """(Events a second, milliseconds of the server's CPU an event)."""
    from scripts.benchmarks.serving.connection import Connections, post  # noqa: PLC0415 - other checkouts lack them
    from scripts.benchmarks.serving.usage import Usage  # noqa: PLC0415 - likewise

    connections, waiting = Connections(port), iter([post("/events", orjson.dumps(batch)) for batch in batches])

    async def client() -> None:
        for request in waiting:
            assert (await connections.send(request)).status == 200

    before, begun = Usage.of(process).cpu_seconds, time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds, cpu = time.perf_counter() - begun, Usage.of(process).cpu_seconds - before
    await connections.close()
    count = sum(map(len, batches))
    return count / seconds, 1e3 * cpu / count


def events() -> Iterator[Any]:
    random = np.random.default_rng(0)
    for number in itertools.count():
        user, item = random.integers(PEOPLE), random.integers(ITEMS)
        yield {"event_id": f"{number}", "user_id": f"person {user}", "item_id": f"i{item}", "type": "like"}


def settings_of(folder: Path) -> Settings:
    return Settings(data_dir=folder, as_of=NOW, storage={"threads": 1}, http={"log_requests": False})


def make(folder: Path) -> None:
    settings = settings_of(folder)
    row = {"text": "a text", "format": "text", "language": "en", "published_at": NOW.isoformat()}
    items = [
        ItemDocument.model_validate(row | {"item_id": f"i{n}", "title": f"title {n} of {n % 40}"}, strict=False)
        for n in range(ITEMS)
    ]
    cache, snapshots = EmbeddingCache(settings.embedding_folder), SnapshotFolder(settings.snapshot_folder)
    Builder(settings.index, HashingEncoder(256), cache, snapshots, lambda _: None)(BuildInput(items), force=True)


def serve(folder: Path, port: int) -> None:
    app = create_app(settings_of(folder), HashingEncoder(256))
    uvicorn.run(app, port=port, access_log=False, log_level="warning", lifespan="on", ws="none")


if __name__ == "__main__":
    part, place = sys.argv[1], Path(sys.argv[2])
    if part == "make":
        make(place)
    else:
        serve(place, int(sys.argv[3]))
