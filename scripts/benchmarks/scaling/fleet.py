"""The servers that are compared: one on DuckDB alone, and replicas on one PostgreSQL behind balancers."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.folder_secret import folder_secret
from scripts.benchmarks.postgres import PostgresServer
from scripts.benchmarks.replayed_service import Files
from scripts.benchmarks.scaling.balancer import balanced, round_robin
from scripts.benchmarks.serving.checkout import CheckoutError, free_port
from scripts.benchmarks.serving.usage import Usage, UsageUnknownError
from scripts.soak.server import Server, SoakError

_SHARED: Final = ("snapshots", "audit.key")
_UNLIMITED: Final = {"PENCHANT_ACCESS__RATES__KEYLESS_PER_MINUTE": "100000000"}


@dataclass(frozen=True, slots=True)
class Setup:
    """Something that answers on one port.

    Attributes:
        name: in tables.
        port: of this machine.
        servers: processes of Penchant.
        balancer: process of HAProxy, or None.
        database: process that PostgreSQL's come from, or None.
    """

    name: str
    port: int
    servers: tuple[int, ...]
    balancer: int | None = None
    database: int | None = None

    def used(self) -> tuple[float, float, float]:
        """Processor seconds until now: of Penchant, of PostgreSQL, of HAProxy."""
        database = sum(map(_seconds, _below(self.database))) if self.database else 0.0
        return sum(map(_seconds, self.servers)), database, _seconds(self.balancer) if self.balancer else 0.0


@contextmanager
def setups(files: Files, folder: Path, replicas: int, postgres: PostgresServer) -> Iterator[list[Setup]]:
    """All of them, ready at the same time: DuckDB alone, one replica without a balancer, then one to so many with one.

    Raises:
        CheckoutError: something does not start, or a command fails.
    """
    shared = {"PENCHANT_STORAGE__URL": postgres.new_database("penchant"), **_UNLIMITED}
    started: list[Server] = []
    try:
        started.append(_built(folder / "alone", files, _UNLIMITED))
        first = _built(folder / "shared", files, shared)
        started.append(first)
        started.extend(_replica(folder / f"replica{n}", folder / "shared", shared) for n in range(1, replicas))
        alone, *several = started
        yield from _balanced(alone, several, folder, postgres)
    except SoakError as error:
        raise CheckoutError(str(error)) from error
    finally:
        for each in started:
            each.stop()


def _balanced(alone: Server, several: list[Server], folder: Path, postgres: PostgresServer) -> Iterator[list[Setup]]:
    with _balancers(several, folder) as balancers:
        pids = [each.pid for each in several]
        yield [
            Setup("DuckDB, alone", alone.port, (alone.pid,)),
            Setup("PostgreSQL, 1, no balancer", several[0].port, (pids[0],), None, postgres.shell),
            *(
                Setup(f"PostgreSQL, {number} behind HAProxy", port, tuple(pids[:number]), process, postgres.shell)
                for number, (port, process) in enumerate(balancers, 1)
            ),
        ]


@contextmanager
def _balancers(
    several: list[Server], folder: Path, ready: tuple[tuple[int, int], ...] = ()
) -> Iterator[tuple[tuple[int, int], ...]]:
    """One for each number of replicas, as port and process."""
    if len(ready) == len(several):
        yield ready
        return
    port, ports = free_port(), [each.port for each in several[: len(ready) + 1]]
    with (
        balanced(round_robin(port, ports), port, folder) as process,
        _balancers(several, folder, (*ready, (port, process))) as all_of_them,
    ):
        yield all_of_them


def _built(folder: Path, files: Files, settings: dict[str, str]) -> Server:
    """A server with the files' items and events, which were learned from."""
    folder.mkdir()
    folder_secret(folder)
    server = Server(folder, free_port(), None, settings)
    _succeed(server.run("rebuild-index", "--items", str(files.items)))
    server.start()
    _succeed(server.run("replay", "--events", str(files.events), "--url", server.address))
    server.stop()
    _succeed(server.run("rebuild-index", "--items", str(files.items), "--force"))
    server.start()
    return server


def _replica(folder: Path, shared: Path, settings: dict[str, str]) -> Server:
    folder.mkdir()
    for name in _SHARED:
        (folder / name).symlink_to(shared / name)
    server = Server(folder, free_port(), None, settings)
    server.start()
    return server


def _succeed(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise CheckoutError(f"`{' '.join(map(str, done.args[2:]))}` failed: {done.stderr[-500:]}")


def _seconds(process: int) -> float:
    try:
        return Usage.of(process).cpu_seconds
    except UsageUnknownError:  # a worker of the database that has just ended
        return 0.0


def _below(process: int) -> Iterator[int]:
    """All that come from a process."""
    told = Path(f"/proc/{process}/task/{process}/children").read_text()
    for each in map(int, told.split()):
        yield each
        yield from _below(each)
