"""A run: load on a server, one fault after the other, and at the end everybody compared with the books."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Final

import orjson

from indexer.progress import Progress
from scripts.benchmarks.serving.checkout import free_port
from scripts.benchmarks.serving.usage import Usage, UsageUnknownError
from scripts.soak.answers import Answers
from scripts.soak.caller import Caller
from scripts.soak.catalogue import item
from scripts.soak.faults import Fault, possible, rounds
from scripts.soak.preload import Preload
from scripts.soak.server import Server, SoakError
from scripts.soak.twin import differences
from scripts.soak.worker import Worker

_MORTAL_SHARE: Final = 0.5
"""Of the time, from its beginning, in which the process may be ended: memory is watched in the one that stays."""
_PROVED: Final = 2
"""People of whom every byte is sought after their erasure."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done.

    Attributes:
        seconds: of load.
        seed: of what workers draw.
        workers: threads of load.
        rate: acts a second of each of them.
        items: of the catalogue.
        calm: seconds between two faults.
        proofs: whether people are compared with a replay, and erasures proved byte by byte.
    """

    seconds: float
    seed: int
    workers: int = 4
    rate: float = 10.0
    items: int = 200
    calm: float = 2.0
    proofs: bool = True


@dataclass(slots=True)
class Outcome:
    """What was seen.

    Attributes:
        plan: of the run.
        answers: all of them, and when faults were injected.
        memory: (seconds of the run, MiB resident, number of the start) of the server.
        inflicted: how often each fault was.
        left_out: why others were not.
        broken: invariants, in words.
        acknowledged: events.
        checks: comparisons with the books.
        proved: people whose erasure was proved.
        starts: of the server.
    """

    plan: Plan
    answers: Answers
    memory: list[tuple[float, float, int]] = field(default_factory=list)
    inflicted: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    acknowledged: int = 0
    checks: int = 0
    proved: int = 0
    starts: int = 0


def soaked(plan: Plan, folder: Path, progress: Progress) -> Outcome:
    """Carry a plan out in an empty folder.

    Raises:
        SoakError: the server cannot be started, or ends by itself.
    """
    preload = Preload.compiled(folder)
    server = Server(folder / "data", free_port(), preload)
    outcome = Outcome(plan, Answers())
    faults, outcome.left_out = possible(preload)
    _built(server, plan, folder)
    server.start()
    workers = _workers(plan, server, outcome.answers)
    try:
        with _watched(server, outcome):
            _under_load(plan, server, preload, faults, workers, outcome, progress)
        _compare(server, workers, outcome)
    finally:
        for each in workers:
            each.caller.close()
        with suppress(SoakError):
            server.stop()
    outcome.starts = server.starts
    return outcome


def _built(server: Server, plan: Plan, folder: Path) -> None:
    items = folder / "items.ndjson"
    items.write_bytes(b"".join(orjson.dumps(item(number)) + b"\n" for number in range(plan.items)))
    done = server.run("rebuild-index", "--items", str(items))
    if done.returncode:
        raise SoakError(f"rebuild-index ended with {done.returncode}: {done.stderr[-500:]}")


def _workers(plan: Plan, server: Server, answers: Answers) -> list[Worker]:
    callers = (Caller(server.address, answers) for _ in range(plan.workers))
    return [Worker(number, plan.seed, each, plan.items, 1 / plan.rate) for number, each in enumerate(callers)]


def _under_load(
    plan: Plan,
    server: Server,
    preload: Preload | None,
    faults: list[Fault],
    workers: Sequence[Worker],
    outcome: Outcome,
    progress: Progress,
) -> None:
    for each in workers:
        each.start()
    began = time.monotonic()
    turns = {mortal: rounds(faults, mortal=mortal) for mortal in (True, False)}
    try:
        while (passed := time.monotonic() - began) < plan.seconds:
            progress(int(passed), int(plan.seconds))
            time.sleep(min(plan.calm, plan.seconds - passed))
            fault = next(turns[passed < _MORTAL_SHARE * plan.seconds])
            if time.monotonic() - began < plan.seconds:
                fault.inflict(server, preload, outcome.answers)
                outcome.inflicted[fault.name] += 1
        progress(int(plan.seconds), int(plan.seconds))
    finally:
        _end(workers, outcome)


def _end(workers: Sequence[Worker], outcome: Outcome) -> None:
    for each in workers:
        each.ending.set()
    for each in workers:
        each.join()
        if each.failure is not None:
            outcome.broken.append(f"worker {each.number} ended: {each.failure!r}")


def _compare(server: Server, workers: Sequence[Worker], outcome: Outcome) -> None:
    """Everybody with the books, after one more kill; and with what a replay of their export makes of them."""
    for worker in workers:
        worker.restore_items()
    server.kill()
    server.start()
    for worker in workers:
        for ledger in worker.ledgers:
            worker.check(ledger)
        worker.check_items()
        outcome.broken += worker.broken
        outcome.acknowledged += worker.acknowledged
        outcome.checks += worker.checks
    if outcome.plan.proofs:
        people = [each.user_id for worker in workers for each in worker.ledgers if not each.erased]
        outcome.broken += differences(server, people, [each for worker in workers for each in worker.own_items()])
        _prove(server, workers, outcome)


def _prove(server: Server, workers: Sequence[Worker], outcome: Outcome) -> None:
    """Byte by byte, of some who are erased now."""
    for worker in workers[:_PROVED]:
        ledger = worker.ledgers[0]
        worker.erase(ledger)
        done = server.run("verify-erasure", ledger.user_id)
        outcome.proved += 1
        if done.returncode:
            outcome.broken.append(f"erased, and still there: {ledger.user_id}: {done.stderr[-500:]}")
    outcome.broken += [each for worker in workers[:_PROVED] for each in worker.broken if each not in outcome.broken]


@contextmanager
def _watched(server: Server, outcome: Outcome) -> Iterator[None]:
    """Note the server's memory twice a second."""
    ending = Event()

    def watch() -> None:
        while not ending.wait(0.5):
            with suppress(UsageUnknownError, SoakError):
                usage = Usage.of(server.pid)
                outcome.memory.append((time.monotonic() - outcome.answers.began, usage.resident_mib, server.starts))

    watching = Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        ending.set()
        watching.join()
