"""An open loop charges a server with all that waits while it stalls; what is asked and counted is what is said."""

import asyncio
import os
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import orjson
import pytest

from scripts.benchmarks.serving.checkout import CheckoutError, free_port, started
from scripts.benchmarks.serving.connection import get
from scripts.benchmarks.serving.files import Plan, until_today, write_files
from scripts.benchmarks.serving.load import Answered, arrivals, closed_loop, open_loop
from scripts.benchmarks.serving.report import Report, figures_of
from scripts.benchmarks.serving.run import framework, world_of
from scripts.benchmarks.serving.traffic import MIXED, Traffic
from scripts.benchmarks.serving.trial import Memory, Turn
from scripts.benchmarks.serving.usage import Usage, UsageUnknownError

STALL = 0.4


@asynccontextmanager
async def stalling(statuses):
    """A server that answers one request at a time, and stalls once, at the first."""
    lock, left = asyncio.Lock(), iter(statuses)

    async def serve(reader, writer):
        while await reader.readuntil(b"\r\n\r\n"):
            async with lock:
                status, seconds = next(left)
                await asyncio.sleep(seconds)
                writer.write(f"HTTP/1.1 {status} OK\r\nContent-Length: 4\r\n\r\nbody".encode())

    async def tolerant(reader, writer):
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(tolerant, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def under_load(statuses, due):
    async def run():
        async with stalling(statuses) as port:
            return await open_loop(port, [get("/")] * len(due), np.array(due))

    return asyncio.run(run())


def test_requests_that_are_due_while_a_server_stalls_count_the_time_that_they_wait():
    answered = under_load([(200, STALL), *[(200, 0.0)] * 4], [0.0, 0.1, 0.2, 0.3, 0.35])
    assert (answered.latencies[1:] > STALL - np.array([0.1, 0.2, 0.3, 0.35]) - 0.01).all()
    assert answered.seconds < STALL + 0.35, "they were sent meanwhile, and not one after the other"


def test_answers_that_are_no_success_are_counted_as_failed():
    answered = under_load([(200, 0), (503, 0), (422, 0)], [0.0, 0.0, 0.0])
    assert (answered.failed, answered.bytes.tolist()) == (2, [4, 4, 4])


def test_arrivals_have_the_rate_and_are_the_same_for_the_same_seed():
    due = arrivals(50.0, 4_000, seed=1)
    assert due[-1] == pytest.approx(80.0, rel=0.1)
    assert (np.diff(due) > 0).all()
    assert (due == arrivals(50.0, 4_000, seed=1)).all()


def test_files_have_people_with_as_many_events_as_planned(tmp_path):
    plan = Plan(items=300, people={20: 3, 1_200: 1}, seed=0, until=until_today())
    world = world_of(write_files(plan, tmp_path), 20, past=False)
    assert {name: len(people) for name, people in world.people.items()} == {"few events": 3, "thousands of events": 1}
    events = [orjson.loads(line) for line in (tmp_path / "events.ndjson").read_bytes().splitlines()]
    assert len({event["event_id"] for event in events}) == len(events) == 3 * 20 + 1_200
    assert {event["item_id"] for event in events} <= set(world.items)


def test_no_two_requests_of_any_kind_are_the_same(tmp_path):
    plan = Plan(items=300, people={20: 3}, seed=0, until=until_today())
    traffic = Traffic(world_of(write_files(plan, tmp_path), 20, past=True), seed=0)
    for kind in traffic.kinds:
        requests = traffic.requests(kind, 20)
        assert len(requests) == 20
        assert kind in {"similar", MIXED} or len(set(requests)) == 20


def turn(server, milliseconds, latencies):
    answered = Answered(np.array(latencies) / 1e3, np.full(len(latencies), 5_000), 0, 1.0)
    return Turn(server, "recommend", answered, milliseconds * len(latencies) / 1e3)


def test_a_report_compares_the_medians_of_the_rounds():
    turns = [turn("this", each, [10, 20, 30]) for each in (2, 3, 50)] + [turn("other", 12, [40, 40, 40])]
    report = Report("title", figures_of(turns), (), (), (Memory("this", 1.0, 2.0, 3.0),), against="other")
    this, other = report.figures
    assert (this.cpu, this.requests, this.p50, this.kilobytes) == (3.0, 9, 20.0, 5.0)
    assert (report.ratio(this), report.ratio(other)) == (0.25, None)
    assert "0.250" in report.table()
    assert report.payload()["figures"][0]["ratio"] == 0.25


@pytest.mark.server
def test_the_frameworks_own_ceiling_is_measured_on_a_real_server():
    with framework() as server:
        before = Usage.of(server.process)
        answered = asyncio.run(closed_loop(server.port, [get("/5000")] * 20, 2))
        after = Usage.of(server.process)
    assert (answered.failed, set(answered.bytes.tolist())) == (0, {5_000})
    assert after.cpu_seconds > before.cpu_seconds
    assert after.peak_mib >= after.resident_mib > 1


def test_a_process_that_is_gone_has_no_usage():
    with pytest.raises(UsageUnknownError, match="cannot be read"):
        Usage.of(2**22 + 1)


@pytest.mark.server
def test_a_server_that_ends_at_once_is_told_of():
    port = free_port()
    command = ["python3", "-c", "raise SystemExit(3)"]
    with (
        pytest.raises(CheckoutError, match="status 3"),
        started(command, Path.cwd(), dict(os.environ), port, "/readyz"),
    ):
        raise AssertionError("it never was ready")
