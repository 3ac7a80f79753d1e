"""Replicas on one database behind a balancer in round-robin, as processes of this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

from app.folder_secret import folder_secret
from scripts.benchmarks.scaling.balancer import balanced, round_robin
from scripts.benchmarks.serving.checkout import free_port
from scripts.soak.catalogue import item
from scripts.soak.server import Server, SoakError

ITEMS = 120
SHARED = ("snapshots", "audit.key")
"""Of the builder's folder, seen by every replica, as deploy/compose.yaml has it."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Replicas, a client of each past the balancer, and the port of the balancer before them."""

    replicas: list[Server]
    clients: list[httpx.Client]
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def fleet(
    folder: Path, number: int, settings: Mapping[str, str], own: Mapping[int, Mapping[str, str]] | None = None
) -> Iterator[Fleet]:
    """So many replicas, ready, with a catalogue.

    Args:
        folder: empty.
        number: of replicas.
        settings: of all of them, and of who builds.
        own: of single ones besides, by number from 0.
    """
    built(folder / "shared", settings)
    replicas = [
        Server(_folder_of(folder, each), free_port(), None, {**settings, **(own or {}).get(each, {})})
        for each in range(number)
    ]
    clients = [httpx.Client(base_url=each.address, timeout=30.0, trust_env=False) for each in replicas]
    port = free_port()
    try:
        with ThreadPoolExecutor() as starting:
            list(starting.map(Server.start, replicas))
        with balanced(round_robin(port, [each.port for each in replicas]), port, folder):
            yield Fleet(replicas, clients, port)
    finally:
        for client in clients:
            client.close()
        for each in replicas:
            with suppress(SoakError, ProcessLookupError):
                each.stop()


def built(folder: Path, settings: Mapping[str, str]) -> None:
    """An index of made-up items, and the secret that digests of people are made with."""
    folder.mkdir()
    folder_secret(folder)
    file = folder.with_name("items.ndjson")
    file.write_bytes(b"".join(orjson.dumps(item(number)) + b"\n" for number in range(ITEMS)))
    done = Server(folder, 0, None, settings).run("rebuild-index", "--items", str(file))
    assert done.returncode == 0, done.stderr


def _folder_of(folder: Path, number: int) -> Path:
    own = folder / f"replica{number}"
    own.mkdir()
    for name in SHARED:
        (own / name).symlink_to(folder / "shared" / name)
    return own
