"""What people cost who are only held: memory, start, and a swap under load: `make bench BENCH=bench_people.py`.

PEOPLE and ITEMS choose how many, with 20 events each; TODAY names the folder of another checkout, which is measured in
turn on files of its own. Each measurement runs in a process of its own with one thread. The folders stay in FOLDER.
`python tests/benchmarks/bench_people.py make|measure FOLDER` does one part.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import typer

from app.main import running
from app.requests.slates import RecommendRequest
from app.service import Service
from app.settings import Settings
from app.storage.duckdb import open_stores
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder

PEOPLE, ITEMS, EVENTS = int(os.environ.get("PEOPLE", "20000")), int(os.environ.get("ITEMS", "10000")), 20
FOLDER = Path(os.environ.get("FOLDER", gettempdir())) / f"people-{PEOPLE}-{ITEMS}"
ENCODER = HashingEncoder(256)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = [f"word{number}" for number in range(400)]
ASKED = 300
TICK_SECONDS = 0.001
_INSERT = """
INSERT INTO events (sequence, event_id, event_digest, user_id, item_id, type, occurred_at, received_at)
SELECT range + 1, 'e' || range, hash('e' || range),
    'person ' || hash(range) % $people, 'i' || hash(range * 7 + 1) % $items,
    CASE WHEN range % 10 = 0 THEN 8 ELSE 1 + range % 4 END,
    TIMESTAMP '2026-10-31' - INTERVAL (range % 4000) HOUR, TIMESTAMP '2026-10-31'
FROM range($people * $each)
"""


def test_people() -> None:
    """Each checkout: CPU to ready, memory, and the longest time that the event loop was held in a swap."""
    for name, code in {"this checkout": str(Path.cwd()), "the other": os.environ.get("TODAY", "")}.items():
        if code:
            folder = FOLDER / name.replace(" ", "-")
            if not folder.exists():
                _part("make", folder, code)
            typer.echo(f"{name}: {_part('measure', folder, code)}")


def _part(part: str, folder: Path, code: str) -> str:
    command = [sys.executable, __file__, part, str(folder)]
    environment = {**os.environ, "PYTHONPATH": code, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=code, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip().rsplit("\n", 1)[-1]


def make(folder: Path) -> None:
    """Two snapshots of the same items, and everybody's events."""
    settings = settings_of(folder)
    random = np.random.default_rng(0)
    items = [item(number, random) for number in range(ITEMS)]
    cache, snapshots = EmbeddingCache(settings.embedding_folder), SnapshotFolder(settings.snapshot_folder)
    builder = Builder(settings.index, ENCODER, cache, snapshots, lambda _: None)
    for _ in range(2):
        builder(BuildInput(items), force=True)
        time.sleep(1.1)
    stores = open_stores(settings.data_dir, settings.storage)

    def insert(connection: Any, requests: Any) -> list[None]:
        connection.execute(_INSERT, {"people": PEOPLE, "items": ITEMS, "each": EVENTS})
        return [None for _ in requests]

    stores.events._database.writer.submit(insert, None).result()  # noqa: SLF001 - no other way is fast enough
    stores.close()


def settings_of(folder: Path) -> Settings:
    return Settings(data_dir=folder, as_of=NOW, snapshots={"rebuild_days": None, "poll_seconds": 0.2})


def item(number: int, random: np.random.Generator) -> ItemDocument:
    words = " ".join(WORDS[place] for place in random.integers(10 * (number % 40), 10 * (number % 40) + 10, 12))
    row = {"item_id": f"i{number}", "title": f"{words[:20]} {number}", "text": words, "tags": [f"tag{number % 40}"]}
    published = (NOW - timedelta(days=number % 300)).isoformat()
    return ItemDocument.model_validate(
        row | {"published_at": published, "language": "en", "format": "text"}, strict=False
    )


async def measure(folder: Path) -> dict[str, float]:
    settings, found = settings_of(folder), {"MiB before": memory()}
    spare_imports()
    before = time.process_time()
    async with running(settings, ENCODER) as service:
        found |= {"CPU s to ready": time.process_time() - before, "MiB ready": memory(), "MiB peak": peak()}
        users = [f"person {number}" for number in range(ASKED)]
        calm = [ask(service, user) for user in users]
        for load, pause in (("idle", None), ("under load", 0.05)):
            told, asked = await swapped(service, settings, users if pause else [])
            found |= {f"{name}, {load}": value for name, value in told.items()}
        found |= {"MiB after": memory(), "MiB peak of the swaps": peak(), "requests in the swap": len(asked)}
        found |= {
            f"p99 {name} ms": 1e3 * float(np.quantile(each, 0.99))
            for name, each in (("calm", calm), ("in the swap", asked))
        }
    return {name: round(value, 1) for name, value in found.items()}


async def swapped(service: Service, settings: Settings, users: list[str]) -> tuple[dict[str, float], list[float]]:
    """Take up the other snapshot while the users ask; what it took, and how long each request did."""
    snapshots = {path.name for path in settings.snapshot_folder.iterdir() if path.name.startswith("2")}
    other = (snapshots - {service.readiness()["snapshot"]}).pop()
    asked, gaps, stop = [], [], asyncio.Event()
    beside = [asyncio.create_task(tick(gaps, stop)), asyncio.create_task(keep_asking(service, users, asked, stop))]
    before, wall = time.process_time(), time.perf_counter()
    SnapshotFolder(settings.snapshot_folder).activate(other)
    while service.readiness()["snapshot"] != other:  # noqa: ASYNC110 - the service notices it by itself
        await asyncio.sleep(0.01)
    told = {"CPU s of the swap": time.process_time() - before, "s of the swap": time.perf_counter() - wall}
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*beside)
    return told | {"longest gap ms": 1e3 * max(gaps)}, asked


def spare_imports() -> None:
    """As the server does, where it does."""
    if Path("app/server.py").is_file():
        getattr(import_module("app.server"), "exempt_from_collection", gc.collect)()


def ask(service: Service, user: str) -> float:
    begun = time.perf_counter()
    service.recommend(RecommendRequest(user_id=user, limit=20))
    return time.perf_counter() - begun


async def keep_asking(service: Service, users: list[str], asked: list[float], stop: asyncio.Event) -> None:
    while users and not stop.is_set():
        asked.append(ask(service, users[len(asked) % len(users)]))
        await asyncio.sleep(0.05)


async def tick(gaps: list[float], stop: asyncio.Event) -> None:
    """How much later than asked a coroutine gets its turn, the time of a request in between included."""
    while not stop.is_set():
        begun = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        gaps.append(time.perf_counter() - begun - TICK_SECONDS)


def memory() -> float:
    return _status("VmRSS")


def peak() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(told[name].split()[0]) / 1024


if __name__ == "__main__":
    part, place = sys.argv[1], Path(sys.argv[2])
    if part == "make":
        make(place)
    else:
        typer.echo(json.dumps(asyncio.run(measure(place))))
