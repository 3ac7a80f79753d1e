"""A trial: servers take turns under the same requests, so that what else the machine does weighs on all alike."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scripts.benchmarks.serving.checkout import Server
from scripts.benchmarks.serving.load import Answered, arrivals, closed_loop, open_loop
from scripts.benchmarks.serving.traffic import Traffic
from scripts.benchmarks.serving.usage import Usage


@dataclass(frozen=True, slots=True)
class Plan:
    """How load is put on servers.

    Attributes:
        rate: requests a second.
        requests: of each kind in each round.
        rounds: turns of each server.
        clients: at a time, for what a server can do at most.
        warm_up: requests of each kind before anything is measured.
    """

    rate: float
    requests: int
    rounds: int
    clients: int
    warm_up: int = 10


@dataclass(frozen=True, slots=True)
class Turn:
    """One server under one kind of load.

    Attributes:
        server: its name.
        kind: of requests.
        answered: what became of them.
        cpu_seconds: that the server used meanwhile.
        busiest: answers a second at most, or None where that was not tried.
    """

    server: str
    kind: str
    answered: Answered
    cpu_seconds: float
    busiest: float | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a server, in MiB."""

    server: str
    at_start: float
    at_end: float
    peak: float


def turns(servers: Sequence[Server], traffic: Traffic, kinds: Sequence[str], plan: Plan) -> Iterator[Turn]:
    """Every kind in every round, every server in turn, the order changing; a kind that a server refuses is left out."""
    for kind in kinds:
        able = [server for server in servers if _warm_up(server, traffic.requests(kind, plan.warm_up))]
        for number in range(plan.rounds):
            due, requests = arrivals(plan.rate, plan.requests, number), traffic.requests(kind, plan.requests)
            for place in range(len(able)):
                server = able[(place + number) % len(able)]
                yield _turn(server, kind, requests, due)


def busiest(servers: Sequence[Server], traffic: Traffic, kind: str, plan: Plan) -> Iterator[Turn]:
    """How much of one kind each server can answer, with so many clients that wait for each answer."""
    for server in servers:
        requests, before = traffic.requests(kind, plan.requests * plan.rounds), Usage.of(server.process)
        answered = asyncio.run(closed_loop(server.port, requests, plan.clients))
        used = Usage.of(server.process).cpu_seconds - before.cpu_seconds
        yield Turn(server.name, kind, answered, used, answered.rate)


def ceiling(server: Server, sizes: Sequence[int], plan: Plan) -> Iterator[Turn]:
    """What the framework alone costs for answers of these sizes."""
    for size in sizes:
        requests = [f"GET /{size} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()] * plan.requests
        _warm_up(server, requests[: plan.warm_up])
        yield _turn(server, f"{size} bytes", requests, arrivals(plan.rate, plan.requests, 0))


def _warm_up(server: Server, requests: Sequence[bytes]) -> bool:
    """Whether the server answers such requests."""
    with suppress(OSError):
        return not asyncio.run(closed_loop(server.port, requests, 1)).failed
    return False


def _turn(server: Server, kind: str, requests: Sequence[bytes], due: NDArray[np.float64]) -> Turn:
    before = Usage.of(server.process)
    answered = asyncio.run(open_loop(server.port, requests, due))
    return Turn(server.name, kind, answered, Usage.of(server.process).cpu_seconds - before.cpu_seconds)
