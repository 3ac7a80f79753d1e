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

_MACROS = f"""
CREATE MACRO luck(n, place, kind) AS (hash(xor(hash(n * 64 + place), hash(kind))) >> 11) / 2.0 ** 53;
CREATE MACRO number(n, place) AS floor({ITEMS} * luck(n, place, 'wide') * luck(n, place, 'long'))::INTEGER;
CREATE MACRO item_id(number) AS hex(hash(number, 'item'))
"""
_ANSWERS = f"""
CREATE TEMP TABLE drawn AS
SELECT n, range({SLOTS}) AS places, md5(n::VARCHAR) AS recommendation_id,
    hex(hash(hash(n) % {PEOPLE}, 'person')) AS user_id,
    TIMESTAMP '2026-03-01' + to_microseconds((luck(n, 0, 'moment') * 31 * 86400e6)::BIGINT) AS served_at
FROM range({PEOPLE * ANSWERS}) AS numbers(n) ORDER BY served_at
"""  # noqa: S608 - our own numbers
_LOG = """
COPY (
    SELECT recommendation_id, user_id, served_at, 1::INTEGER AS page, 'home' AS scenario, 's1' AS snapshot,
        'p' || (hash(user_id) % 3) AS policy, NULL::VARCHAR AS experiment, NULL::VARCHAR AS variant,
        true AS personalized, false AS machine, 0.5::FLOAT AS diversity,
        CASE WHEN luck(n, 0, 'floor') < 0.01 THEN ['recency'] ELSE []::VARCHAR[] END AS floors_missed,
        list_transform(places, lambda place: item_id(number(n, place))) AS item_ids,
        list_transform(places, lambda place: 'topic-' || (number(n, place) % 60)) AS topics,
        list_transform(places, lambda place: 'provider-' || (number(n, place) % 900)) AS providers,
        list_transform(places, lambda place: 'interests') AS sources,
        list_transform(places, lambda place: 'because_you') AS label_kinds,
        list_transform(places, lambda place: place % 5 = 4) AS explorations,
        list_transform(places, lambda place: 1::FLOAT) AS propensities,
        list_transform(places, lambda place: luck(n, place, 'score')::FLOAT) AS scores
    FROM drawn WHERE served_at::DATE = '{day}'
) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
"""
_EVENTS = f"""
INSERT INTO stored.events (sequence, event_id, event_digest, user_id, item_id, type, occurred_at, received_at,
    recommendation_id, position)
SELECT row_number() OVER (), 'event-' || row_number() OVER (), 0, user_id, item_id(number(n, place)), type, moment,
    moment, recommendation_id, place + 1
FROM (
    SELECT *, unnest([0, 1, 2, 7, 8]) AS type,
        served_at + to_seconds(unnest([5, 10 + 100 * luck, 90, 120, 9])) AS moment,
        unnest([luck < 0.8, luck < 0.08, luck < 0.02, luck < 0.08, luck BETWEEN 0.78 AND 0.8]) AS done
    FROM (SELECT * EXCLUDE places, luck(n, place, 'luck') AS luck FROM drawn, range({SLOTS}) AS every(place))
) WHERE done ORDER BY moment
"""  # noqa: S608 - likewise


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Ten million events and half a million answers, as a service would have left them."""
    place: Path = tmp_path_factory.mktemp("month")
    open_stores(place).close()
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(_MACROS)
        connection.execute(_ANSWERS)
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
