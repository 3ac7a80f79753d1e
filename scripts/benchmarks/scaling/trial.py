"""A trial: every setup takes turns under the same requests, as many as it can answer."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time
from urllib.parse import quote

import numpy as np

from app.storage.protocols import Revisions
from scripts.benchmarks.scaling.fleet import Setup
from scripts.benchmarks.serving.connection import get
from scripts.benchmarks.serving.load import Answered, closed_loop
from scripts.benchmarks.serving.traffic import Traffic
from scripts.benchmarks.serving.usage import Usage

_WARM_UP = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """How load is put on.

    Attributes:
        kinds: of requests.
        requests: of each kind in each turn.
        rounds: turns of every setup.
        clients: at a time.
    """

    kinds: Sequence[str]
    requests: int
    rounds: int
    clients: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One setup under one kind of request.

    Attributes:
        setup: its name.
        kind: of requests.
        answered: what became of them.
        used: processor seconds of Penchant, PostgreSQL and HAProxy meanwhile.
    """

    setup: str
    kind: str
    answered: Answered
    used: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """What it costs to ask how far people have come, a query of so many of them.

    Attributes:
        people: asked for at once.
        cpu_ms: of the process that asks, a query.
        database_ms: processor time of PostgreSQL, a query.
        wall_ms: median of a query.
    """

    people: int
    cpu_ms: float
    database_ms: float
    wall_ms: float


@dataclass(frozen=True, slots=True)
class Held:
    """What people cost a process that holds them.

    Attributes:
        setup: which.
        people: who were asked for once.
        bytes_each: of resident memory that came with each.
    """

    setup: str
    people: int
    bytes_each: float

    @property
    def in_a_gigabyte(self) -> int:
        """People."""
        return round(1e9 / self.bytes_each) if self.bytes_each > 0 else 0


def turns(setups: Sequence[Setup], traffic: Traffic, plan: Plan) -> Iterator[Turn]:
    """Every kind in every round, every setup in turn, the order changing."""
    for kind in plan.kinds:
        for each in setups:
            asyncio.run(closed_loop(each.port, traffic.requests(kind, _WARM_UP), plan.clients))
        for number in range(plan.rounds):
            for place in range(len(setups)):
                setup = setups[(place + number) % len(setups)]
                before = setup.used()
                answered = asyncio.run(closed_loop(setup.port, traffic.requests(kind, plan.requests), plan.clients))
                used = np.subtract(setup.used(), before).tolist()
                yield Turn(setup.name, kind, answered, (used[0], used[1], used[2]))


def readings(revisions: Revisions, database: Setup, people: Sequence[str], queries: int = 500) -> Iterator[Reading]:
    """Of one person, as a request asks; and of eight, as eight requests of one turn of the loop ask together."""
    for number in (1, 8):
        groups = [[people[(each * number + place) % len(people)] for place in range(number)] for each in range(queries)]
        gc.collect()
        begin, before, walls = process_time(), database.used()[1], []
        for group in groups:
            at = perf_counter()
            revisions.standing(group)
            walls.append(perf_counter() - at)
        cpu, theirs = process_time() - begin, database.used()[1] - before
        yield Reading(number, 1e3 * cpu / queries, 1e3 * theirs / queries, 1e3 * float(np.median(walls)))


def held(setup: Setup, people: Sequence[str]) -> Held:
    """Ask once for everybody, and see by how much one process grows."""
    (process, *_), half = setup.servers, len(people) // 2
    asyncio.run(closed_loop(setup.port, _asked(people[:half]), 4))  # what grows once, whoever is asked for
    time.sleep(1.0)
    before = Usage.of(process).resident_mib
    asyncio.run(closed_loop(setup.port, _asked(people[half:]), 4))
    time.sleep(1.0)
    grown = (Usage.of(process).resident_mib - before) * 1024 * 1024
    return Held(setup.name, len(people) - half, grown / (len(people) - half))


def _asked(people: Sequence[str]) -> list[bytes]:
    return [get(f"/recommend?user_id={quote(user_id)}&limit=20") for user_id in people]
