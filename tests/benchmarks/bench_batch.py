"""A batch beside single calls: `make bench BENCH=bench_batch.py`.

A real server (that of bench_events_http.py) answers PEOPLE people, who have twenty events each, one call after the
other over one connection, and as one batch, in turns, ROUNDS times after one that does not count. Told are people a
second, the server's processor time a person, and how long somebody else's single calls take while a batch runs.
"""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import numpy as np
import orjson
import typer

from scripts.benchmarks.serving.checkout import free_port, started
from scripts.benchmarks.serving.connection import Connections, get, post
from scripts.benchmarks.serving.usage import Usage

PEOPLE, EVENTS, ITEMS = int(os.environ.get("PEOPLE", "500")), 20, 2_000
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SERVER = Path(__file__).with_name("bench_events_http.py")


def test_a_batch_beside_single_calls(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment, port = {**os.environ, "PYTHONPATH": str(root)}, free_port()
    subprocess.run([sys.executable, SERVER, "make", tmp_path], env=environment, check=True)
    command = [sys.executable, str(SERVER), "serve", str(tmp_path), str(port)]
    with ExitStack() as stack:
        process = stack.enter_context(started(command, root, environment, port, "/readyz"))
        asyncio.run(_measured(port, process))


async def _measured(port: int, process: int) -> None:
    random, connections = np.random.default_rng(0), Connections(port)
    people = [f"person {n}" for n in range(PEOPLE)]
    rows = [
        {"event_id": f"{user}-{n}", "user_id": user, "item_id": f"i{random.integers(ITEMS)}", "type": "like"}
        for user in people
        for n in range(EVENTS)
    ]
    for start in range(0, len(rows), 500):
        assert (await connections.send(post("/events", orjson.dumps(rows[start : start + 500])))).status == 200
    for turn in range(ROUNDS + 1):
        one = await _timed(process, _singles(connections, people, turn))
        many = await _timed(process, _batch(port, people))
        if turn == 0:  # what is held of people is derived in it
            continue
        typer.echo(
            f"single calls {one[0]:,.0f}/s, {one[1]:.2f} ms CPU; batch {many[0]:,.0f}/s, {many[1]:.2f} ms CPU; "
            f"{many[0] / one[0]:.2f} times the rate"
        )
    typer.echo(f"single calls of somebody else, median and 99th percentile: {await _beside(port, people)}")
    await connections.close()


async def _timed(process: int, work) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """(People a second, milliseconds of the server's CPU for each)."""
    before, began = Usage.of(process).cpu_seconds, time.perf_counter()
    await work
    seconds, cpu = time.perf_counter() - began, Usage.of(process).cpu_seconds - before
    return PEOPLE / seconds, 1e3 * cpu / PEOPLE


async def _singles(connections: Connections, people: list[str], turn: int) -> None:
    """Different ones each turn: equal requests of one moment are answered once."""
    for user in people:
        assert (
            await connections.send(get(f"/recommend?limit=20&exclude={turn}&user_id={user.replace(' ', '%20')}"))
        ).status == 200


async def _batch(port: int, people: list[str]) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=600) as client:
        answer = await client.post("/recommend/batch", json={"user_ids": people, "limit": 20})
    assert answer.status_code == 200
    assert answer.content.count(b"\n") == len(people)


async def _beside(port: int, people: list[str]) -> str:
    """Milliseconds, alone and while a batch runs."""
    told = []
    for batch in (False, True):
        free = Connections(port)
        running = asyncio.create_task(_batch(port, people)) if batch else None
        times = []
        while len(times) < 50 if running is None else not running.done():
            began = time.perf_counter()
            await free.send(get(f"/recommend?limit=20&exclude={len(times)}&user_id=somebody-else"))
            times.append(1e3 * (time.perf_counter() - began))
            await asyncio.sleep(0.02)
        middle, high = np.percentile(times, [50, 99])
        told.append(f"{'beside a batch' if batch else 'alone'} {middle:.1f} and {high:.1f} ms")
        await free.close()
    return "; ".join(told)
