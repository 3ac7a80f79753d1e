"""A month's report over ten million events: ``make bench BENCH=bench_metrics.py``.

20,000 people are served 25 answers of 20 items a month each, see 16 of the 20 on average, and click one in ten of
these; DuckDB draws all of it, and writes the tables and files that the service would have written. What is timed is the
report as `GET /insights/metrics` makes it, with the default threads and memory of the database.
"""

import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from app.insights.reading import Insights
from app.insights.report import Asked, report
from app.insights.served_files import ServedFiles
from app.storage.database import FILE_NAME, SERVED
from app.storage.duckdb import open_stores
from models.events import EventWeights

PEOPLE, ANSWERS, SLOTS, ITEMS = 20_000, 25, 20, 50_000
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)

_ANSWERS = f"""
CREATE TEMP TABLE drawn AS
SELECT md5(n::VARCHAR) AS recommendation_id, 'person-' || (n % {PEOPLE}) AS user_id,
    TIMESTAMP '2026-03-01' + to_seconds((random() * 31 * 86400)::INTEGER) AS served_at
FROM range({PEOPLE * ANSWERS}) AS numbers(n)
"""  # noqa: S608 - our own numbers
_SLOTS = f"""
CREATE TEMP TABLE slots AS
SELECT recommendation_id, user_id, served_at, place, ({ITEMS} * random() * random())::INTEGER AS number,
    random() AS luck
FROM drawn, range({SLOTS}) AS places(place)
"""  # noqa: S608 - likewise
_LOG = """
COPY (
    SELECT recommendation_id, user_id, any_value(served_at) AS served_at, 1::INTEGER AS page, 'home' AS scenario,
        's1' AS snapshot, 'p' || (hash(user_id) % 3) AS policy, NULL::VARCHAR AS experiment, NULL::VARCHAR AS variant,
        true AS personalized, false AS machine, 0.5::FLOAT AS diversity,
        CASE WHEN random() < 0.01 THEN ['recency'] ELSE []::VARCHAR[] END AS floors_missed,
        list('item-' || number ORDER BY place) AS item_ids,
        list('topic-' || (number % 60) ORDER BY place) AS topics,
        list('provider-' || (number % 900) ORDER BY place) AS providers,
        list('interests' ORDER BY place) AS sources,
        list('because_you' ORDER BY place) AS label_kinds,
        list(place % 5 = 4 ORDER BY place) AS explorations,
        list(1::FLOAT ORDER BY place) AS propensities,
        list(luck::FLOAT ORDER BY place) AS scores
    FROM slots WHERE served_at::DATE = '{day}' GROUP BY recommendation_id, user_id
) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
"""
_EVENTS = """
INSERT INTO stored.events (sequence, event_id, event_digest, user_id, item_id, type, occurred_at, received_at,
    recommendation_id, position)
SELECT row_number() OVER (), 'event-' || row_number() OVER (), 0, user_id, 'item-' || number, type, moment, moment,
    recommendation_id, place + 1
FROM (
    SELECT *, 0 AS type, served_at + INTERVAL 5 SECONDS AS moment FROM slots WHERE luck < 0.8
    UNION ALL SELECT *, 1, served_at + to_seconds(10 + (100 * luck)::INTEGER) FROM slots WHERE luck < 0.08
    UNION ALL SELECT *, 2, served_at + INTERVAL 90 SECONDS FROM slots WHERE luck < 0.02
    UNION ALL SELECT *, 7, served_at + INTERVAL 120 SECONDS FROM slots WHERE luck < 0.08
    UNION ALL SELECT *, 8, served_at + INTERVAL 9 SECONDS FROM slots WHERE luck BETWEEN 0.78 AND 0.8
) ORDER BY moment
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Ten million events and half a million answers, as a service would have left them."""
    place: Path = tmp_path_factory.mktemp("month")
    open_stores(place).close()
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("SELECT setseed(0.42)")
        connection.execute(_ANSWERS)
        connection.execute(_SLOTS)
        for number in range(31):
            day = date(2026, 3, 1 + number)
            file = place / SERVED / f"day={day}" / "00000000-00000000.parquet"
            file.parent.mkdir(parents=True)
            connection.execute(_LOG.format(day=day, file=file))
        connection.execute(f"ATTACH '{place / FILE_NAME}' AS stored")
        connection.execute(_EVENTS)
    return place


@pytest.mark.parametrize("by", ["all", "day", "policy"])
def test_a_month(folder, by):
    stores = open_stores(folder)
    insights = Insights(stores, ServedFiles(folder / SERVED), EventWeights())
    began, cpu = time.perf_counter(), time.process_time()
    told = report(insights, Asked(FIRST, LAST, by, 1_780_000_000.0, items=ITEMS))
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    with insights.reading() as connection:
        ((events, slots),) = connection.execute(
            "SELECT (FROM (SELECT count(*) FROM events)), sum(len(item_ids)) FROM answers"
        ).fetchall()
    stores.close()
    size = f"{events:,} events, {slots:,} slots"
    sys.stdout.write(f"\n{size}, by {by}: {seconds:.1f} s, {used:.1f} s of CPU, {len(told.figures)} figures\n")
