"""Lists that are no one person's: what is popular, what is rising, and what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.clock import Clock
from app.errors import CursorError, CursorExpiredError, ItemNotFoundError
from app.pipeline.context import Context
from app.pipeline.stages import EVERYWHERE, READABLE
from app.pipeline.withheld import counted, kept, lost_to, with_others
from app.pipeline.withheld import told as clause
from app.requests.items import ItemsRequest, ListRequest, NamesRequest, TogetherRequest
from app.serving.asked_items import asked_items
from app.serving.catalogue import Catalogue
from app.serving.choices import Choices
from app.serving.counted_people import Counted, CountFloor, Held, NamedPeople, popular_in, taken_with
from app.serving.item_fields import fields_of
from app.serving.popularity import TrendingSettings
from app.serving.recommender import Recommender
from app.serving.snapshot_swap import SnapshotSwap
from app.serving.trending import Trending
from models.ids import Rows

_EXAMPLES: Final = 3
_POPULAR_DIGITS: Final = 1
"""Of scores of `/popular`: more would tell to the second when the only person who liked an item did."""
_TOLD_DIGITS: Final = 3
_NAMES_SECONDS: Final = 600.0
"""For which people behind tags and topics stand as they were counted: all events are looked at."""
_AT_ONCE: Final = 512
"""Candidates that filters look at together."""


class Lists:
    """Answers of `/popular`, `/trending`, `/tags`, `/topics` and `/items`."""

    def __init__(
        self,
        snapshot_swap: SnapshotSwap,
        recommender: Recommender,
        clock: Clock,
        settings: TrendingSettings,
        floor: CountFloor,
    ) -> None:
        self._snapshot_swap, self._recommender, self._clock = snapshot_swap, recommender, clock
        self._trending, self._floor = Trending(settings, floor.least_people), floor
        self._held, self._named = Held(settings.seconds), Held(_NAMES_SECONDS)

    def popular(self, asked: ListRequest) -> dict[str, Any]:
        """The items that most people engaged with, as that fades."""
        context = self._context(asked)
        if asked.segment is not None and asked.value is not None:
            return self._popular_in(context, asked, (asked.segment, asked.value))
        popularity, filtered = context.environment.popularity, context.request.asked
        rows = popularity.top() if filtered is None else popularity.top_among(filtered, asked.limit)
        found = _first(context, rows)
        if len(found) < asked.limit and filtered is None:
            found = _first(context, popularity.every())
        counts = np.round(popularity.people(found, context.request.now), _POPULAR_DIGITS)
        return _answer(context, asked, (found, counts), rows, "is known to be popular")

    async def trending(self, asked: ListRequest) -> dict[str, Any]:
        """The items that have more people than their own past would predict."""
        segment = None if asked.segment is None or asked.value is None else (asked.segment, asked.value)
        if segment is not None:
            self._floor.check(segment[0])
        rising = await self._trending(self._snapshot_swap.current, self._clock.now(), segment)
        while rising.generation is not self._snapshot_swap.current:  # another index came while it was counted
            rising = await self._trending(self._snapshot_swap.current, self._clock.now(), segment)
        context = self._context(asked)
        filtered = context.request.asked
        rows = rising.rows if filtered is None else filtered.among(rising.rows)
        found = _first(context, rows)
        scores = dict(zip(rising.rows.tolist(), rising.scores.tolist(), strict=True))
        people = dict(zip(rising.rows.tolist(), rising.people.tolist(), strict=True))
        listed = found, np.array([scores[row] for row in found.tolist()])
        answer = _answer(context, asked, listed, rows, "rises")
        for item, row in zip(answer["items"], found.tolist(), strict=True):
            item["people"] = people[row]
        return answer

    def _popular_in(self, context: Context, asked: ListRequest, segment: tuple[str, str]) -> dict[str, Any]:
        self._floor.check(segment[0])
        generation, now, least = self._snapshot_swap.current, context.request.now, self._floor.least_people

        def count() -> Counted:
            return popular_in(generation, generation.people.of_segment(*segment), now, least)

        counted = self._held.get(segment, generation, now, count)
        return self._told(context, asked, counted, f"was taken by {least} people of this segment")

    def together(self, asked: TogetherRequest) -> dict[str, Any]:
        """What people who took an item took besides, by how many.

        Raises:
            ItemNotFoundError: there is no such item, or it may not be shown.
        """
        choices = Choices(hide_seen=False, filter=asked.filter, discreet=True)
        context = self._recommender.context(asked.user_id or "", asked.limit, asked.exclude, choices=choices)
        rows = context.catalogue.rows([asked.item_id])
        if not (rows >= 0).all() or not kept(READABLE, context, rows).all():
            raise ItemNotFoundError(asked.item_id)
        generation, now, least = self._snapshot_swap.current, context.request.now, self._floor.least_people
        key = ("together", int(rows[0]))
        takers, counted = self._held.get(key, generation, now, lambda: taken_with(generation, key[1], now, least))
        answer = self._told(context, asked, counted, f"was taken with it by {least} people")
        for item in answer["items"]:
            item["share"] = round(item["people"] / takers, 4)
        return answer | ({"people": takers} if takers >= least else {})

    def _told(
        self, context: Context, asked: ListRequest | TogetherRequest, counted: Counted, nothing: str
    ) -> dict[str, Any]:
        """Items with their people, as many as are asked for and may be shown."""
        filtered = context.request.asked
        rows = counted.rows if filtered is None else filtered.among(counted.rows)
        found = _first(context, rows)
        places = {row: place for place, row in enumerate(counted.rows.tolist())}
        listed = [places[row] for row in found.tolist()]
        answer = _answer(context, asked, (found, np.round(counted.scores[listed], _TOLD_DIGITS)), rows, nothing)
        for item, place in zip(answer["items"], listed, strict=True):
            item["people"] = int(counted.people[place])
        return answer

    def asked_for(self, text: str) -> tuple[list[str], list[str]]:
        """(Ids of all items that a filter asks for, titles of the first of them)."""
        catalogue = self._snapshot_swap.current.catalogue
        filtered = asked_items(catalogue, text, self._clock.now())
        rows = [] if filtered is None else filtered.listed.tolist()
        return [catalogue.item_id(row) for row in rows], [catalogue.title(row) for row in rows[:_EXAMPLES]]

    def items(self, asked: ItemsRequest) -> dict[str, Any]:
        """All items there are, withheld ones too, in order of the index.

        Raises:
            CursorExpiredError: the index is another one than when the cursor was made.
        """
        catalogue, now = self._snapshot_swap.current.catalogue, self._clock.now()
        snapshot, after = _position(asked.cursor, catalogue)
        filtered = asked_items(catalogue, asked.filter, now)
        rows = np.flatnonzero(catalogue.alive.all()) if filtered is None else filtered.listed
        part = rows[rows > after][: asked.limit]
        more = len(part) == asked.limit and part[-1] < rows[-1]
        return {
            "snapshot": snapshot,
            "count": len(rows),
            "items": [_item(catalogue, row, asked.fields) for row in part.tolist()],
            **({"next_cursor": f"{snapshot}.{int(part[-1])}"} if more else {}),
        }

    def tags(self, asked: NamesRequest) -> dict[str, Any]:
        """The tags of items that may be shown to anybody, those of most items first."""
        catalogue, rows = self._shown(asked)
        places, tags = catalogue.tag_pairs(rows)
        people = self._people().tags
        return {
            "tags": [
                {
                    "tag": catalogue.tag_words.names[tag],
                    "items": count,
                    "people": self._enough(people, tag),
                    "examples": titles,
                }
                for tag, count, titles in _grouped(catalogue, rows[places], tags, asked.limit)
            ]
        }

    def topics(self, asked: NamesRequest) -> dict[str, Any]:
        """The topics of the catalogue that have a name, likewise."""
        catalogue, rows = self._shown(asked)
        topics = catalogue.topics[rows]
        people = self._people().topics
        named = np.array([bool(name) for name in catalogue.topic_names], dtype=np.bool_)[topics]
        return {
            "topics": [
                {
                    "topic": catalogue.topic_slugs[topic],
                    "name": catalogue.topic_names[topic],
                    "items": count,
                    "people": self._enough(people, topic),
                    "examples": titles,
                }
                for topic, count, titles in _grouped(catalogue, rows[named], topics[named], asked.limit)
            ]
        }

    def _people(self) -> NamedPeople:
        generation, now = self._snapshot_swap.current, self._clock.now()
        named: NamedPeople = self._named.get(
            "names", generation, now, lambda: NamedPeople.of(generation, self._shown(NamesRequest())[1], now)
        )
        return named

    def _enough(self, people: NDArray[np.int64], code: int) -> int | None:
        """How many people; None where they are too few to be told, or the name came since they were counted."""
        count = int(people[code]) if code < len(people) else 0
        return count if count >= self._floor.least_people else None

    def _shown(self, asked: NamesRequest) -> tuple[Catalogue, Rows]:
        context = self._recommender.context("", 1, [], choices=Choices(filter=asked.filter))
        catalogue, filtered = context.catalogue, context.request.asked
        rows = np.flatnonzero(catalogue.alive.all()).astype(np.int32) if filtered is None else filtered.listed
        return catalogue, rows[kept(READABLE, context, rows)]

    def _context(self, asked: ListRequest) -> Context:
        choices = Choices(hide_seen=asked.hide_seen, filter=asked.filter, discreet=True)
        return self._recommender.context(asked.user_id or "", asked.limit, asked.exclude, choices=choices)


def _first(context: Context, rows: Rows) -> Rows:
    """The first of these that may be shown, as many as are asked for."""
    limit, found = context.request.limit, np.empty(0, dtype=np.int32)
    rows = rows[~np.isin(rows, context.request.exclude)]
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        found = np.concatenate([found, some[kept(EVERYWHERE, context, some)]])
        if len(found) >= limit:
            break
    return found[:limit]


def _answer(
    context: Context,
    asked: ListRequest | TogetherRequest,
    listed: tuple[Rows, NDArray[np.float64]],
    looked_at: Rows,
    nothing: str,
) -> dict[str, Any]:
    """`listed` are rows and their scores, `looked_at` all candidates, `nothing` says what nothing else is or does."""
    found, scores = listed
    withheld = with_others(context, counted(context, lost_to(EVERYWHERE, context, np.sort(looked_at))))
    held = f"; {clause(withheld)}" if withheld else ""
    short = {"reason": f"nothing {'else ' if len(found) else ''}in the catalogue {nothing}{held}"}
    return {
        "snapshot": context.catalogue.snapshot.snapshot_id,
        "items": [
            {**_item(context.catalogue, row, asked.fields), "rank": rank, "score": round(score, 6)}
            for rank, (row, score) in enumerate(zip(found.tolist(), scores.tolist(), strict=True), start=1)
        ],
        **(short if len(found) < asked.limit else {}),
        "withheld": [each.payload() for each in withheld],
    }


def _item(catalogue: Catalogue, row: int, fields: Sequence[str]) -> dict[str, Any]:
    return {"item_id": catalogue.item_id(row), "title": catalogue.title(row), **fields_of(catalogue, row, fields)}


def _grouped(
    catalogue: Catalogue, rows: Rows, groups: NDArray[np.int32], limit: int
) -> list[tuple[int, int, list[str]]]:
    """(Group, how many items, titles of the first of them), the largest groups first."""
    counts = np.bincount(groups) if len(groups) else np.empty(0, dtype=np.int64)
    largest = np.argsort(-counts, kind="stable")[: min(limit, np.count_nonzero(counts))]
    return [
        (group, int(counts[group]), [catalogue.title(row) for row in rows[groups == group][:_EXAMPLES].tolist()])
        for group in largest.tolist()
    ]


def _position(cursor: str | None, catalogue: Catalogue) -> tuple[str, int]:
    """(Snapshot, the row after which the list goes on)."""
    current = catalogue.snapshot.snapshot_id
    if cursor is None:
        return current, -1
    snapshot, separator, row = cursor.rpartition(".")
    if not separator or not row.isdecimal():
        raise CursorError("This cursor was not issued here.")
    if snapshot != current:
        raise CursorExpiredError("The index was built anew since: ask from the beginning.")
    return snapshot, int(row)
