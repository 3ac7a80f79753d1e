"""A service that was not told of some likes of some people: finding these again tells how good its slates are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from app.imports.kinds import Kind
from app.imports.opening import rows_of
from app.settings import Settings
from indexer.documents import EventDocument
from indexer.rejects import Rejects
from indexer.validation import read_documents
from models.encoder import Encoder
from models.events import CODE_OF
from models.signal_table import SignalTable
from scripts.benchmarks.replayed_service import Files, ReplayedService, replayed

LEAST_LIKES: Final = 20
"""Items that somebody has to like to be drawn."""
KEPT_BACK: Final = 0.2
"""Share of a drawn person's likes that is kept back."""
LIKED_FROM: Final = 1.0
"""Weight of a positive event from which its item counts as liked: that of a like."""


class Half(StrEnum):
    """Which of the drawn people take part: settings are chosen on one half, and figures are reported of the other."""

    TUNING = "tuning"
    TEST = "test"


class NobodyError(ValueError):
    """Nobody in the data set likes enough to take part."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Who is drawn.

    Attributes:
        people: how many, both halves together.
        half: which half takes part; likes of both are kept back.
        seed: of the draw, of the halves and of the likes that are kept back.
        least_likes: items that somebody has to like to be drawn.
    """

    people: int
    half: Half
    seed: int
    least_likes: int = LEAST_LIKES


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a service is told, and what it should find.

    Attributes:
        known: the events that it is told.
        wanted: the items that were kept back, of each of those who take part.
        last_seen: seconds since 1970 of the last known event of each of these.
    """

    known: list[EventDocument]
    wanted: dict[str, list[str]]
    last_seen: dict[str, float]


@contextmanager
def replayed_without(
    files: Files, settings: Settings, encoder: Encoder, draw: Draw
) -> Iterator[tuple[ReplayedService, HeldOut]]:
    """The service in the state after all that is known, and what was kept back from it.

    Raises:
        NobodyError: nobody likes enough.
        InputFileError: a file is missing or damaged.
        EmptyCatalogueError: no item is good.
    """
    with Rejects() as rejects:
        events = list(read_documents(rows_of(files.events, Kind.EVENTS), EventDocument, rejects))
    held = hold_out(events, settings.events.table(), draw)
    with TemporaryDirectory(prefix="penchant-known-") as folder:
        known = Path(folder) / "events.ndjson"
        known.write_text("".join(f"{event.model_dump_json(exclude_none=True)}\n" for event in held.known))
        with replayed(replace(files, events=known), settings, encoder) as replay:
            yield replay, held


def hold_out(events: Sequence[EventDocument], signals: SignalTable, draw: Draw) -> HeldOut:
    """Draw people, and keep back a share of the items that each likes, with every event of theirs on these items.

    Raises:
        NobodyError: nobody likes enough.
    """
    random = np.random.default_rng(draw.seed)
    likes = _likes(events, signals)
    eligible = sorted(user for user, items in likes.items() if len(items) >= draw.least_likes)
    if not eligible:
        raise NobodyError(f"nobody likes as many as {draw.least_likes} items")
    drawn = random.permutation(np.array(eligible, dtype=object))[: draw.people].tolist()
    kept_back = {
        user: set(random.permutation(np.array(sorted(likes[user]), dtype=object))[: _share(likes[user])].tolist())
        for user in drawn
    }
    known = [event for event in events if event.item_id not in kept_back.get(event.user_id, ())]
    half = sorted(drawn[: len(drawn) // 2] if draw.half is Half.TUNING else drawn[len(drawn) // 2 :])
    return HeldOut(known, {user: sorted(kept_back[user]) for user in half}, _last_seen(known, set(half)))


def _likes(events: Sequence[EventDocument], signals: SignalTable) -> dict[str, set[str]]:
    likes: dict[str, set[str]] = {}
    for event in events:
        code = CODE_OF[event.type]
        if signals.polarity[code] > 0 and signals.weight[code] >= LIKED_FROM:
            likes.setdefault(event.user_id, set()).add(event.item_id)
    return likes


def _share(liked: set[str]) -> int:
    return max(1, round(KEPT_BACK * len(liked)))


def _last_seen(events: Sequence[EventDocument], users: set[str]) -> dict[str, float]:
    last: dict[str, float] = {}
    for event in events:
        if event.user_id in users and event.occurred_at is not None:
            last[event.user_id] = max(last.get(event.user_id, -np.inf), event.occurred_at.timestamp())
    return last
