"""What logging answers costs, side by side with logging off: ``make bench BENCH=bench_served_log.py``.

Two services in one process answer the same people in turns, a round each; processor time of the whole process counts,
the log's own thread and its files included, from the first request of a round to the last file. The order of the two
changes with every round.
"""

import random
import statistics
import sys
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from app.requests import RecommendRequest
from app.settings import Settings
from indexer.documents import EventDocument, ItemDocument
from indexer.embeddings import EmbeddingCache
from models.encoder import HashingEncoder
from scripts.benchmarks.in_process_service import Catalogue, InProcessService

ITEMS, PEOPLE, EVENTS, ROUNDS, REQUESTS, LIMIT = 5_000, 200, 40, 15, 400, 20


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
    """Seconds of processor time for one request."""
    began = time.process_time()
    for n in range(REQUESTS):
        slate = home.service.recommend(RecommendRequest(user_id=f"person-{n % PEOPLE}", limit=LIMIT))
        orjson.dumps(slate.payload())
    home.service.served_log.flush()
    return (time.process_time() - began) / REQUESTS


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
        pairs = []
        for number in range(ROUNDS):
            first, second = (logging, silent) if number % 2 else (silent, logging)
            seconds = {id(first): a_round(first), id(second): a_round(second)}
            pairs.append((seconds[id(logging)], seconds[id(silent)]))
        assert logging.service.served_log.dropped == 0
        assert len(logging.service.served_log.files.paths()) > 0
    ratios = sorted(on / off for on, off in pairs)
    on, off = (statistics.median(each) * 1e6 for each in zip(*pairs, strict=True))
    middle = statistics.median(ratios)
    span = f"{ratios[ROUNDS // 10]:.3f} to {ratios[-1 - ROUNDS // 10]:.3f}"
    sys.stdout.write(f"\n{on:.0f} us a request with the log, {off:.0f} without: ratio {middle:.3f} ({span})\n")
