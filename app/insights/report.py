"""A report: every metric of a period, in buckets by one dimension.

The period's answers and slots become temporary tables once, machines set aside and each slot with what came of it;
every metric is a query of these. People, answers and buckets are numbers there, and items, topics and slots DuckDB's
64-bit hashes of their names, since to join and count texts takes longer. That two names have the same hash is as likely
among ten million as one in 370,000. A report has a connection of its own, and DuckDB's threads and memory as `storage`
sets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any, Final

from duckdb import DuckDBPyConnection

from app.insights.metrics import METRICS, Metric
from app.insights.reading import Insights
from app.insights.views import context_sql

SEGMENT: Final = "segment:"
CONTEXT: Final = "context:"
ALL: Final = "all"
NOT_STATED: Final = "not stated"
_NONE: Final = "none"
_TABLES: Final = ("persons", "period_answers", "visits", "reactions", "slots", "tallies")
_COLUMNS: Final = {
    "day": "strftime(answers.served_at, '%Y-%m-%d')",
    "scenario": f"coalesce(answers.scenario, '{_NONE}')",
    "snapshot": "answers.snapshot",
    "policy": "answers.policy",
    "personalized": "CASE WHEN answers.personalized THEN 'yes' ELSE 'no' END",
    "variant": f"coalesce(answers.experiment || '/' || answers.variant, '{_NONE}')",
}
DIMENSIONS: Final = (ALL, *_COLUMNS)
"""By what figures can be told apart, besides `segment:<name>` and `context:<name>`."""
_TOLD: Final = """LEFT JOIN (
    SELECT recommendation_id, user_id, arg_min({entry}, sequence) AS said FROM events
    WHERE recommendation_id IS NOT NULL AND context IS NOT NULL GROUP BY ALL
) AS told USING (recommendation_id, user_id)"""
"""What the first event that names an answer says of its circumstances."""
_ASIDE: Final = """
SELECT count(DISTINCT user_id) FILTER (persons.machine), count(*) FILTER (answers.machine OR persons.machine)
FROM answers LEFT JOIN persons USING (user_id) WHERE served_at >= $first AND served_at < $after
"""
_BUCKETS: Final = "SELECT DISTINCT bucket, bucket_name FROM period_answers"
_UNATTRIBUTED: Final = """
SELECT count(*) FROM events WHERE occurred_at >= $first AND occurred_at < $after AND recommendation_id IS NULL
"""
_FOUND: Final = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be reported.

    Attributes:
        first: day of UTC from which on.
        last: day up to which, included.
        by: one of DIMENSIONS, `segment:<name>` or `context:<name>`.
        now: seconds since 1970.
        window_hours: after an answer, in which events are attributed to it.
        least_people: in a segment; smaller ones are withheld.
        items: in the catalogue, None where that is not known.
    """

    first: date
    last: date
    by: str
    now: float
    window_hours: float = 24.0
    least_people: int = 10
    items: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric in one bucket; numerator and denominator are what it was made of, None where it is no ratio."""

    metric: str
    bucket: str
    value: float | None
    numerator: float | None
    denominator: float | None
    people: int


@dataclass(frozen=True, slots=True)
class Report:
    """Figures, and what is not in them.

    Attributes:
        figures: by metric and bucket.
        machines: people who are taken for machines.
        machine_answers: answers to them.
        unattributed_events: events of the period that name no answer.
        withheld_buckets: segments that are too small to be told.
    """

    figures: tuple[Figure, ...]
    machines: int
    machine_answers: int
    unattributed_events: int
    withheld_buckets: int


def report(insights: Insights, asked: Asked, metrics: Sequence[Metric] = METRICS) -> Report:
    """Every metric of a period; blocks, for seconds where there are millions of events.

    Raises:
        KeyError: `by` is no dimension, or no segment that the charter permits.
    """
    bucket = bucket_of(asked.by, insights.segments.columns())
    longest = asked.last + timedelta(days=28)  # who returns does so in answers after the period
    with insights.reading(asked.first, longest) as connection:
        given = _parameters(asked)
        for name in _TABLES:
            sql = files(__package__).joinpath("period", f"{name}.sql").read_text(encoding="utf-8")
            _run(connection, sql.replace("{bucket}", bucket).replace("{told}", told_of(asked.by)), given)
        names = dict(_run(connection, _BUCKETS, given))
        figures = [each for metric in metrics for each in _figures(connection, metric, given, names)]
        machines, answers = _run(connection, _ASIDE, given)[0]
        unattributed = _run(connection, _UNATTRIBUTED, given)[0][0]
    shown = list(_large_enough(figures, asked))
    withheld = len({each.bucket for each in figures} - {each.bucket for each in shown})
    return Report(tuple(shown), machines, answers, unattributed, withheld)


def told_of(by: str) -> str:
    """SQL that adds to answers what events say of their circumstances, where a dimension needs that."""
    return _TOLD.format(entry=context_sql(by.removeprefix(CONTEXT))) if by.startswith(CONTEXT) else ""


def bucket_of(by: str, segments: Mapping[str, str]) -> str:
    """The SQL expression of a dimension.

    Raises:
        KeyError: there is no such dimension.
    """
    if by == ALL:
        return f"'{ALL}'"
    if by.startswith(SEGMENT):
        column = segments[by.removeprefix(SEGMENT)].replace('"', '""')
        return f"""coalesce(persons."{column}", '{NOT_STATED}')"""
    return f"coalesce(told.said, '{NOT_STATED}')" if by.startswith(CONTEXT) else _COLUMNS[by]


def _parameters(asked: Asked) -> dict[str, Any]:
    return {
        "first": datetime.combine(asked.first, time()),
        "after": datetime.combine(asked.last + timedelta(days=1), time()),
        "now": datetime.fromtimestamp(asked.now, UTC).replace(tzinfo=None),
        "window": asked.window_hours * 3_600,
        "items": asked.items,
    }


def _figures(
    connection: DuckDBPyConnection, metric: Metric, given: Mapping[str, Any], names: Mapping[int, str]
) -> Iterable[Figure]:
    rows = _run(connection, metric.sql(), {**given, **metric.parameters})
    return [Figure(metric.name, names[bucket], *row) for bucket, *row in sorted(rows)]


def _run(connection: DuckDBPyConnection, sql: str, given: Mapping[str, Any]) -> list[Any]:
    """DuckDB refuses parameters that a query does not have."""
    return connection.execute(sql, {name: given[name] for name in set(_FOUND.findall(sql))}).fetchall()


def _large_enough(figures: Iterable[Figure], asked: Asked) -> Iterable[Figure]:
    """All of them, but of segments and circumstances only those of enough people."""
    if not asked.by.startswith((SEGMENT, CONTEXT)):
        return figures
    people: dict[str, int] = {}
    figures = list(figures)
    for each in figures:
        people[each.bucket] = max(people.get(each.bucket, 0), each.people)
    return [each for each in figures if people[each.bucket] >= asked.least_people]
