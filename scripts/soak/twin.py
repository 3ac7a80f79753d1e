"""State equals replay: what a server says of people, and what one says that was told their exports anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import httpx

from scripts.benchmarks.serving.checkout import free_port
from scripts.soak.caller import person
from scripts.soak.server import Server

_TOLERANCE: Final = 2e-3
"""Of amounts, which fade between the two questions."""
_LEFT_OUT: Final = frozenset({"as_of", "faded_at"})
"""What depends on when it is asked."""


def differences(server: Server, people: Sequence[str], items: Sequence[dict[str, Any]]) -> list[str]:
    """Where the profiles of people differ from those that their exports make on a server that never saw them.

    Args:
        server: which holds them.
        people: who.
        items: what it holds beside its snapshots.
    """
    exports = {user_id: _ask(server, user_id, "/export") for user_id in people}
    with _twin(server) as twin, httpx.Client(base_url=twin.address, timeout=120.0, trust_env=False) as client:
        events = [event for each in exports.values() for event in each["events"]]
        if items:
            client.post("/items", json=items).raise_for_status()
        for stated in (row for each in exports.values() for row in each["users"]):
            changes = {name: value for name, value in stated.items() if name != "user_id" and value is not None}
            client.patch(person(stated["user_id"], "/profile"), json=changes).raise_for_status()
        for begin in range(0, len(events), 1_000):
            client.post("/events", json=events[begin : begin + 1_000]).raise_for_status()
        return [
            f"replay: {user_id} {place}"
            for user_id in people
            for place in unlike(_inferred(_ask(server, user_id)), _inferred(_ask(twin, user_id)))
        ]


def unlike(one: Any, other: Any, place: str = "") -> list[str]:
    """Paths at which two JSON values differ by more than fades meanwhile."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted((one.keys() | other.keys()) - _LEFT_OUT)
        return [each for name in names for each in unlike(one.get(name), other.get(name), f"{place}.{name}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [each for number, pair in pairs for each in unlike(*pair, f"{place}[{number}]")]
    if isinstance(one, float) and isinstance(other, (int, float)):
        return [] if abs(one - other) <= _TOLERANCE * max(1.0, abs(one)) else [f"{place}: {one} against {other}"]
    return [] if one == other else [f"{place}: {one} against {other}"]


@contextmanager
def _twin(server: Server) -> Iterator[Server]:
    """A server with the same snapshots, and nothing else."""
    folder = server.folder.with_name("twin")
    for name in ("snapshots", "embeddings"):
        shutil.copytree(server.folder / name, folder / name)
    twin = Server(folder, free_port(), None)
    twin.start()
    try:
        yield twin
    finally:
        twin.stop()
        shutil.rmtree(folder)


def _ask(server: Server, user_id: str, rest: str = "/profile") -> dict[str, Any]:
    answer = httpx.get(f"{server.address}{person(user_id, rest)}", timeout=120.0, trust_env=False)
    told: dict[str, Any] = answer.raise_for_status().json()
    return told


def _inferred(profile: dict[str, Any]) -> dict[str, Any]:
    return {name: profile[name] for name in ("implicit", "negative", "signals", "freshness")}
