"""What logging answers costs, side by side with logging off: ``make bench BENCH=bench_served_log.py``.

Two services in one process answer the same people in short rounds, with the log, without, without, with. What counts is
processor time of the whole process, the log's own thread included, from a round's first request until all of its
answers are in a file; every sixteenth file merges the others. Each four rounds give one ratio; told are their mean and
its 95 % interval, resampled. REQUESTS chooses how long a round is, which is what one file holds, and BLOCKS how many
fours there are.
"""

import gc
import os
import random
import sys
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson

from app.requests.slates import RecommendRequest
from app.settings import Settings
from indexer.documents import EventDocument, ItemDocument
from indexer.embeddings import EmbeddingCache
from models.encoder import HashingEncoder
from models.metrics import mean_interval
from scripts.benchmarks.in_process_service import Catalogue, InProcessService

ITEMS, PEOPLE, EVENTS, LIMIT = 5_000, 128, 40, 20
REQUESTS, BLOCKS = int(os.environ.get("REQUESTS", "128")), int(os.environ.get("BLOCKS", "24"))


def catalogue(folder: Path) -> Catalogue:
    """Items of sixty themes with four tags each."""
    drawn = random.Random(1)
    words = [[f"w{theme}x{n}" for n in range(30)] for theme in range(60)]
    now = datetime.now(UTC)
    items = [
        ItemDocument(
            item_id=f"item-{n:05}",
            title=" ".join(drawn.sample(words[n % 60], 4)),
            text=" ".join(drawn.choices(words[n % 60], k=40)),
            tags=[f"theme-{n % 60}", *(f"tag-{drawn.randrange(300)}" for _ in range(3))],
            provider=f"provider-{drawn.randrange(200)}",
            format=drawn.choice(["article", "video"]),
            language="en",
            published_at=now - timedelta(days=drawn.randrange(700)),
        )
        for n in range(ITEMS)
    ]
    return Catalogue(items, HashingEncoder(128), EmbeddingCache(folder))


def events() -> list[EventDocument]:
    """Forty likes of each person, mostly of three themes."""
    drawn, now = random.Random(2), datetime.now(UTC)
    rows = []
    for person in range(PEOPLE):
        themes = drawn.sample(range(60), 3)
        for n in range(EVENTS):
            row = {"event_id": f"{person}-{n}", "user_id": f"person-{person}", "type": "like"}
            item = 60 * drawn.randrange(ITEMS // 60) + drawn.choice(themes)
            at = now - timedelta(days=drawn.random() * 60)
            rows.append(EventDocument(**row, item_id=f"item-{item:05}", occurred_at=at))
    return rows


def a_round(home: InProcessService) -> float:
    """Microseconds of processor time for one request, and for logging it."""
    gc.collect()
    began = time.process_time()
    for n in range(REQUESTS):
        slate = home.service.recommend(RecommendRequest(user_id=f"person-{n % PEOPLE}", limit=LIMIT))
        orjson.dumps(slate.payload())
    home.service.served_log.flush()
    return 1e6 * (time.process_time() - began) / REQUESTS


def test_logging_beside_no_logging(tmp_path: Path) -> None:
    items = catalogue(tmp_path)
    with ExitStack() as stack:
        logging, silent = (
            stack.enter_context(closing(InProcessService(Settings(insights={"served_log": on}), items)))
            for on in (True, False)
        )
        for home in (logging, silent):
            home.send(events())
            a_round(home)
        blocks = np.array([[a_round(home) for home in (logging, silent, silent, logging)] for _ in range(BLOCKS)])
        assert logging.service.served_log.dropped == 0
        assert len(logging.service.served_log.files.paths()) > 0
    on, off = blocks[:, [0, 3]].mean(axis=1), blocks[:, [1, 2]].mean(axis=1)
    told = np.stack([on, off, on - off, on / off], axis=1)
    means, (low, high) = told.mean(axis=0), mean_interval(told, seed=1)
    spans = [f"{low[place]:.{digits}f} to {high[place]:.{digits}f}" for place, digits in ((2, 0), (3, 3))]
    sys.stdout.write(
        f"\n{means[0]:.0f} us a request with the log, {means[1]:.0f} without: "
        f"{means[2]:.0f} us ({spans[0]}) more, ratio {means[3]:.3f} ({spans[1]})\n"
    )
