"""What items that came since the last build cost: `make bench BENCH=bench_live_items.py`.

ITEMS chooses how many a build has seen (20,000), LIVE how many come after it (1,000 and then 10,000). TODAY names the
folder of another checkout, which is measured in turn on files of its own. Each measurement runs in a process of its own
with one thread; milliseconds are processor time. The folders stay in FOLDER.
`python tests/benchmarks/bench_live_items.py make|measure FOLDER` does one part.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import typer

from app.main import running
from app.requests.slates import RecommendRequest, SimilarRequest
from app.service import Service
from app.settings import Settings
from app.storage.duckdb import open_stores
from indexer.build import Builder, BuildInput
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder

ITEMS = int(os.environ.get("ITEMS", "20000"))
LIVE = [0, *(int(count) for count in os.environ.get("LIVE", "1000,10000").split(","))]
FOLDER = Path(os.environ.get("FOLDER", gettempdir())) / f"live-{ITEMS}"
ENCODER = HashingEncoder(256)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = [f"word{number}" for number in range(2_000)]
PEOPLE, EVENTS, SINGLE, BATCH = 400, 20, 30, 500
_INSERT = """
INSERT INTO events (sequence, event_id, event_digest, user_id, item_id, type, occurred_at, received_at)
SELECT range + 1, 'e' || range, hash('e' || range),
    'person ' || range % $people, 'i' || hash(range * 7 + 1) % $items,
    CASE WHEN range % 10 = 0 THEN 8 ELSE 1 + range % 4 END,
    TIMESTAMP '2026-10-31' - INTERVAL (range % 4000) HOUR, TIMESTAMP '2026-10-31'
FROM range($people * $each)
"""


def test_live_items() -> None:
    """Each checkout: milliseconds of a request and of an upsert, by how many items came since the build."""
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


def settings_of(folder: Path) -> Settings:
    return Settings(data_dir=folder, as_of=NOW, snapshots={"rebuild_days": None, "poll_seconds": 3600})


def item(number: int) -> ItemDocument:
    random = np.random.default_rng(number)
    theme = number % 200
    words = " ".join(WORDS[place] for place in (10 * theme + random.integers(0, 14, 12)) % len(WORDS))
    row = {"item_id": f"i{number}", "title": f"{words[:20]} {number}", "text": words, "tags": [f"tag{theme}", "all"]}
    published = (NOW - timedelta(days=number % 300, seconds=number)).isoformat()
    more = {"published_at": published, "language": "en", "format": "text", "provider": f"p{number % 50}"}
    return ItemDocument.model_validate(row | more, strict=False)


def make(folder: Path) -> None:
    """A snapshot, and everybody's events."""
    settings = settings_of(folder)
    cache, snapshots = EmbeddingCache(settings.embedding_folder), SnapshotFolder(settings.snapshot_folder)
    Builder(settings.index, ENCODER, cache, snapshots, lambda _: None)(
        BuildInput([item(n) for n in range(ITEMS)]), force=True
    )
    stores = open_stores(settings.data_dir, settings.storage)

    def insert(connection: Any, requests: Any) -> list[None]:
        connection.execute(_INSERT, {"people": PEOPLE, "items": ITEMS, "each": EVENTS})
        return [None for _ in requests]

    stores.events._database.writer.submit(insert, None).result()  # noqa: SLF001 - no other way is fast enough
    stores.close()


async def measure(folder: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    async with running(settings_of(folder), ENCODER) as service:
        for user in range(PEOPLE - 20, PEOPLE):
            ask(service, user)
        come = ITEMS
        for place, live in enumerate(LIVE):
            while come < ITEMS + live:
                batch = min(BATCH, ITEMS + live - come)
                await service.upsert_items([item(number) for number in range(come, come + batch)])
                come += batch
            users = range(100 * place, 100 * (place + 1))
            ask(service, users[0])
            first, second = ([timed(service, user, limit) for user in users] for limit in (20, 21))
            similar = [
                await awaited(service.similar(SimilarRequest(item_id=f"i{number}"))) for number in range(0, 5_000, 100)
            ]
            told = {"first": first, "second": second, "similar": similar, "upsert": await upserts(service, come)}
            come += SINGLE
            after = [timed(service, user) for user in users]
            found |= {
                f"{name}, {live} live": float(np.median(each)) for name, each in (told | {"after them": after}).items()
            }
    return {name: round(1e3 * value, 2) for name, value in found.items()}


async def upserts(service: Service, come: int) -> list[float]:
    return [await awaited(service.upsert_items([item(number)])) for number in range(come, come + SINGLE)]


async def awaited(work: Any) -> float:
    begun = time.process_time()
    await work
    return time.process_time() - begun


def timed(service: Service, user: int, limit: int = 20) -> float:
    begun = time.thread_time()
    ask(service, user, limit)
    return time.thread_time() - begun


def ask(service: Service, user: int, limit: int = 20) -> None:
    service.recommend(RecommendRequest(user_id=f"person {user}", limit=limit))


if __name__ == "__main__":
    part, place = sys.argv[1], Path(sys.argv[2])
    if part == "make":
        make(place)
    else:
        typer.echo(json.dumps(asyncio.run(measure(place))))
