"""A service and its people, day by day, written as the tables that alerts and metrics read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from scripts.simulation.people import TOPICS, Floats, People

BEGAN: Final = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
SLATE: Final = 10
_BURN_IN: Final = 14
_SEEN: Final = 0.9 ** np.arange(SLATE)
_OPT_OUT: Final = 0.002
_RETURN: Final = 0.03
_TABLES: Final = """
CREATE TABLE answers (recommendation_id TEXT, user_id TEXT, served_at TIMESTAMP, machine BOOL);
CREATE TABLE served (recommendation_id TEXT, user_id TEXT, served_at TIMESTAMP, machine BOOL, topic TEXT);
CREATE TABLE outcomes (recommendation_id TEXT, user_id TEXT, item_id TEXT, polarity INT, occurred_at TIMESTAMP);
CREATE TABLE people (user_id TEXT, machine BOOL);
CREATE TABLE controls (user_id TEXT, action TEXT, "at" TIMESTAMP);
"""
_FILL: Final = (
    "INSERT INTO answers SELECT $day || answer, 'u' || person, moment, false FROM slots WHERE slot = 0",
    "INSERT INTO served SELECT $day || answer, 'u' || person, moment, false, 't' || topic FROM slots",
    "INSERT INTO outcomes SELECT $day || answer, 'u' || person, 'i' || slot, reaction, moment FROM seen_slots",
)


class Fault(StrEnum):
    """What goes wrong with what people are served."""

    NONE = "nothing"
    NARROW = "slates get narrow"
    DEAF = "dislikes and fatigue are ignored"
    LEAVING = "people leave"


@dataclass(frozen=True, slots=True)
class World:
    """A run of so many days, in which something goes wrong from one day on.

    Attributes:
        people: how many.
        days: how many are recorded.
        fault: what goes wrong.
        fault_day: from which day on.
        seed: of everything that is drawn.
    """

    people: int
    days: int
    fault: Fault
    fault_day: int
    seed: int

    def live(self) -> duckdb.DuckDBPyConnection:
        """The tables, under the names of the views; to be closed."""
        connection, random = duckdb.connect(), np.random.default_rng(self.seed)
        connection.execute(_TABLES)
        everybody = People.born(self.people, random)
        connection.execute("INSERT INTO people SELECT 'u' || range, false FROM range(?)", [self.people])
        for day in range(-_BURN_IN, self.days):
            self._day(day, everybody, random, connection if day >= 0 else None)
        return connection

    def _day(
        self, day: int, everybody: People, random: np.random.Generator, connection: duckdb.DuckDBPyConnection | None
    ) -> None:
        fault = self.fault if day >= self.fault_day else Fault.NONE
        who = np.repeat(everybody.visitors(day % 7, random), SLATE)
        topics = _topics(everybody, who, fault, random)
        served = np.zeros_like(everybody.fatigue)
        np.add.at(served, (who, topics), 1.0)
        seen = random.random(len(who)) < np.tile(_SEEN, len(who) // SLATE)
        opposed = random.random(len(who)) < everybody.opposing(who, topics, day % 7)
        liked = ~opposed & (random.random(len(who)) < everybody.liking(who, topics))
        gone = _leave(everybody, who[::SLATE], fault, random)
        everybody.tire(served)
        if connection is not None:
            moments = _moments(day, everybody, who[::SLATE], random)
            reactions = np.where(opposed, -1, liked.astype(np.int8))
            _write(connection, _Day(day, who, topics, moments, np.where(seen, reactions, 2), gone))


@dataclass(frozen=True, slots=True)
class _Day:
    """One day: people, topics and reactions (2: not seen) by slot; moments by answer, microseconds; who left."""

    number: int
    who: NDArray[np.int64]
    topics: NDArray[np.int64]
    moments: NDArray[np.int64]
    reactions: NDArray[np.int64]
    gone: NDArray[np.int64]


def _topics(people: People, who: NDArray[np.int64], fault: Fault, random: np.random.Generator) -> NDArray[np.int64]:
    """int64 [slots]: by taste, spared by fatigue and dislikes, a fifth of it explored."""
    sharp, explored = (4.0, 0.02) if fault is Fault.NARROW else (1.0, 0.2)
    weights: Floats = people.taste**sharp
    if fault is not Fault.DEAF:
        weights = weights * np.exp(-people.fatigue) * np.where(people.disliked, 0.1, 1.0)
    weights = (1.0 - explored) * weights / weights.sum(axis=1, keepdims=True) + explored / TOPICS
    cumulated = np.cumsum(weights, axis=1)[who]
    return np.asarray((random.random(len(who))[:, None] > cumulated).sum(axis=1).clip(0, TOPICS - 1))


def _leave(people: People, who: NDArray[np.int64], fault: Fault, random: np.random.Generator) -> NDArray[np.int64]:
    hazard = _OPT_OUT * (6.0 if fault is Fault.LEAVING else 1.0)
    gone = who[~people.opted_out[who] & (random.random(len(who)) < hazard)]
    back = people.opted_out & (random.random(len(people.opted_out)) < _RETURN)
    people.opted_out[back] = False
    people.opted_out[gone] = True
    return gone


def _moments(day: int, people: People, who: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """int64 [answers], microseconds since 1970: everybody at about their own hour."""
    hours = np.clip(people.hour[who] + random.normal(0.0, 1.5, size=len(who)), 0.0, 23.9)
    start = int((BEGAN + timedelta(days=day)).timestamp() * 1e6)
    return start + (hours * 3.6e9).astype(np.int64)


def _write(connection: duckdb.DuckDBPyConnection, day: _Day) -> None:
    slots = np.arange(len(day.who))
    rows = pa.table(
        {
            "answer": slots // SLATE,
            "person": day.who,
            "slot": slots % SLATE,
            "topic": day.topics,
            "reaction": day.reactions,
            "moment": pa.array(np.repeat(day.moments, SLATE), pa.timestamp("us")),
        }
    )
    connection.register("slots", rows)
    connection.register("seen_slots", rows.filter(pa.array(day.reactions != 2)))
    for statement in _FILL:
        connection.execute(statement, {"day": f"d{day.number}a"})
    connection.unregister("slots")
    connection.unregister("seen_slots")
    noon = BEGAN.replace(tzinfo=None) + timedelta(days=day.number, hours=12)
    left = "INSERT INTO controls SELECT 'u' || unnest($gone::BIGINT[]), 'opt_out', $noon"
    connection.execute(left, {"gone": day.gone.tolist(), "noon": noon})
