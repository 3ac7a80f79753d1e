"""Load: requests that are due at fixed times, whether or not earlier ones were answered.

A request's latency counts from when it was due, so that a server that stalls is charged with all that waited meanwhile
(no coordinated omission).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from scripts.benchmarks.serving.connection import Connections


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of some requests.

    Attributes:
        latencies: float64 [n], seconds from when each was due.
        bytes: int64 [n], of each body.
        failed: how many were not answered with a status from 200 to 299.
        seconds: from the first due time to the last answer.
    """

    latencies: NDArray[np.float64]
    bytes: NDArray[np.int64]
    failed: int
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds


def arrivals(rate: float, count: int, seed: int) -> NDArray[np.float64]:
    """float64 [count]: seconds at which requests of people who know nothing of each other come (a Poisson process)."""
    return np.cumsum(np.random.default_rng(seed).exponential(1 / rate, count))


async def open_loop(port: int, requests: Sequence[bytes], due: NDArray[np.float64]) -> Answered:
    """Send each request when it is due."""
    connections = Connections(port)
    began = perf_counter()

    async def one(request: bytes, at: float) -> tuple[float, int, bool]:
        await asyncio.sleep(max(0.0, began + at - perf_counter()))
        reply = await connections.send(request)
        return perf_counter() - began - at, len(reply.body), _good(reply.status)

    told = await asyncio.gather(*(one(request, at) for request, at in zip(requests, due.tolist(), strict=True)))
    seconds = perf_counter() - began
    await connections.close()
    return _answered(told, seconds)


async def closed_loop(port: int, requests: Sequence[bytes], clients: int) -> Answered:
    """Send all of them, so many at a time: the most that the server answers a second."""
    connections, left = Connections(port), iter(requests)
    began = perf_counter()
    found = await asyncio.gather(*(_client(connections, left) for _ in range(clients)))
    seconds = perf_counter() - began
    await connections.close()
    return _answered([each for some in found for each in some], seconds)


async def _client(connections: Connections, requests: Iterator[bytes]) -> list[tuple[float, int, bool]]:
    told = []
    for request in requests:
        began = perf_counter()
        reply = await connections.send(request)
        told.append((perf_counter() - began, len(reply.body), _good(reply.status)))
    return told


def _good(status: int) -> bool:
    return 200 <= status < 300


def _answered(told: Sequence[tuple[float, int, bool]], seconds: float) -> Answered:
    return Answered(
        latencies=np.array([latency for latency, _, _ in told]),
        bytes=np.array([size for _, size, _ in told], dtype=np.int64),
        failed=sum(not good for _, _, good in told),
        seconds=seconds,
    )
