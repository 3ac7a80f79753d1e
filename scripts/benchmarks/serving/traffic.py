"""Traffic: what is asked of a server, by kind, as bytes that are ready to be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final
from urllib.parse import quote

import numpy as np
import orjson

from scripts.benchmarks.serving.connection import get, post

MIXED: Final = "mixed"
_SHARES: Final = {"recommend": 0.7, "event": 0.2, "similar": 0.1}
"""Of mixed traffic."""


@dataclass(frozen=True, slots=True)
class World:
    """Whom and what requests are about.

    Attributes:
        people: ids by group; the first group is that of mixed traffic.
        items: ids.
        moment: when the events of requests happen; None for now.
        limit: items of each answer.
    """

    people: Mapping[str, Sequence[str]]
    items: Sequence[str]
    moment: datetime | None
    limit: int


class Traffic:
    """Requests, the same for the same seed. No two ask for the same, so that nothing is answered from memory."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self._random, self._numbers = world, np.random.default_rng(seed), count()
        self._run = f"{seed}-{datetime.now(UTC).timestamp():.0f}"
        self._makers: dict[str, Callable[[], bytes]] = {
            **{_named(group): lambda group=group: self._recommend(group) for group in world.people},  # type: ignore[misc]
            "recommend, full": lambda: self._recommend(next(iter(world.people)), "&explain=full"),
            "recommend, stranger": self._stranger,
            "similar": self._similar,
            "event": self._event,
        }

    @property
    def kinds(self) -> list[str]:
        """What can be asked for, mixed traffic last."""
        return [*self._makers, MIXED]

    def requests(self, kind: str, number: int) -> list[bytes]:
        """So many requests of one kind."""
        return list(self._mixed(number)) if kind == MIXED else [self._makers[kind]() for _ in range(number)]

    def _mixed(self, number: int) -> Iterator[bytes]:
        first = _named(next(iter(self._world.people)))
        makers = {"recommend": self._makers[first], "event": self._event, "similar": self._similar}
        for kind in self._random.choice(list(_SHARES), number, p=list(_SHARES.values())).tolist():
            yield makers[kind]()

    def _recommend(self, group: str, more: str = "") -> bytes:
        return self._asked(self._drawn(self._world.people[group]), more)

    def _stranger(self) -> bytes:
        return self._asked(f"stranger-{self._run}-{next(self._numbers)}")

    def _asked(self, user_id: str, more: str = "") -> bytes:
        scenario = f"load-{self._run}-{next(self._numbers)}"
        return get(f"/recommend?user_id={quote(user_id)}&limit={self._world.limit}&scenario={scenario}{more}")

    def _similar(self) -> bytes:
        return get(f"/similar?item_id={quote(self._drawn(self._world.items))}&limit={self._world.limit}")

    def _event(self) -> bytes:
        number = next(self._numbers)
        at = (self._world.moment or datetime.now(UTC)) - timedelta(seconds=1)
        event = {
            "event_id": f"load-{self._run}-{number}",
            "user_id": self._drawn(next(iter(self._world.people.values()))),
            "item_id": self._drawn(self._world.items),
            "type": "click",
            "occurred_at": at.isoformat(),
        }
        return post("/events", orjson.dumps(event))

    def _drawn(self, some: Sequence[str]) -> str:
        return some[int(self._random.integers(0, len(some)))]


def _named(group: str) -> str:
    return f"recommend, {group}"
