"""Numbers of people behind what is listed: in a segment, by tag and topic, and of two items at once.

People count once, by positive events, and machines and who switched personalisation off not at all. Nothing is told of
fewer people than a floor: neither of a segment, nor of an item, a tag or a topic
(docs/decisions/0013-aggregates-count-people.md).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.errors import InvalidPayloadError
from app.serving.generation import Generation
from indexer.problems import FieldProblem
from models.ids import Rows

Counts = NDArray[np.int64]
_OWNERS: Final = np.int64(1) << 32
"""More than any number of rows, tags or topics: an owner and one of these make one key."""
_MOST_HELD: Final = 64
_MOST_TAKERS: Final = 20_000
"""People of whom it is looked up what else they took."""


@dataclass(frozen=True, slots=True)
class CountFloor:
    """What may be told of how many people.

    Attributes:
        segments: attributes by which the charter lets figures be told apart.
        least_people: below which nothing is told.
    """

    segments: Sequence[str]
    least_people: int

    def check(self, segment: str) -> None:
        """Refuse what figures may not be told apart by.

        Raises:
            InvalidPayloadError: the charter does not say that they may.
        """
        if segment not in self.segments:
            declared = ", ".join(self.segments) or "none"
            message = f"must be an attribute that the charter declares under segments: {declared}"
            raise InvalidPayloadError([FieldProblem("segment", message)])


class Held:
    """What was counted of a generation, for some seconds; those asked for longest ago go first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._held: OrderedDict[Hashable, tuple[Generation, float, Any]] = OrderedDict()

    def get(self, key: Hashable, generation: Generation, now: float, count: Callable[[], Any]) -> Any:
        """What is held under a key, or is counted now."""
        found = self._held.get(key)
        if found is None or found[0] is not generation or not 0 <= now - found[1] < self._seconds:
            found = (generation, now, count())
        self._held[key] = found
        self._held.move_to_end(key)
        if len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)
        return found[2]


@dataclass(frozen=True, slots=True)
class Counted:
    """Items by how many people stand behind them, the most first: rows, what they are ordered by, and people."""

    rows: Rows
    scores: NDArray[np.float64]
    people: Counts

    @classmethod
    def of(cls, people: Counts, scores: NDArray[np.float64], least: int) -> Counted:
        """Of arrays by row; items of fewer people than `least` are left out, ties stand by row."""
        rows = np.flatnonzero(people >= least).astype(np.int32)
        rows = rows[np.argsort(-scores[rows], kind="stable")]
        return cls(rows, scores[rows], people[rows])


def popular_in(generation: Generation, users: Sequence[str], now: float, least: int) -> Counted:
    """What most of some people engaged with, as that fades."""
    votes = generation.votes_of(*generation.people.counted_of(users))
    items, half_life = len(generation.catalogue), generation.environment.popularity.half_life
    worth = np.bincount(votes.rows, weights=np.exp2(votes.levels - now / half_life), minlength=items).astype(np.float64)
    return Counted.of(np.bincount(votes.rows, minlength=items), worth, least)


def taken_with(generation: Generation, row: int, now: float, least: int) -> tuple[int, Counted]:
    """(How many people took an item, what they took besides): by cosine, so that what everybody takes is not first.

    With n people who took both, and a and b who took either, the cosine is n / sqrt(a * b).
    """
    users = generation.people.with_events_on(np.array([row], dtype=np.int32))[-_MOST_TAKERS:]
    users = [user for user, counts in zip(users, generation.people.counting(users), strict=True) if counts]
    events, owners = generation.people.counted_of(users)
    usable = generation.people.usable(users, owners, events) & (events.times <= now) & (events.weights > 0)
    usable &= generation.people.signals.polarity[events.codes] > 0
    rows, owners = events.rows[usable], owners[usable]
    took = np.zeros(len(users) + 1, dtype=np.bool_)
    took[owners[rows == row]] = True
    pairs = np.unique(owners[took[owners]] * _OWNERS + rows[took[owners]])
    both = np.bincount(pairs % _OWNERS, minlength=len(generation.catalogue))
    takers, both[row] = int(took.sum()), 0
    either = np.maximum(generation.environment.popularity.voters(len(both)), both) * max(takers, 1)
    return takers, Counted.of(both, both / np.sqrt(np.maximum(either, 1)), least)


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """People behind each tag and each topic, by code: who engaged with an item of it that may be shown to anybody."""

    tags: Counts
    topics: Counts

    @classmethod
    def of(cls, generation: Generation, shown: Rows, now: float) -> NamedPeople:
        """Of the items that may be shown."""
        catalogue = generation.catalogue
        listed = np.zeros(len(catalogue), dtype=np.bool_)
        listed[shown] = True
        tags = np.zeros(len(catalogue.tag_words.names), dtype=np.int64)
        topics = np.zeros(len(catalogue.topic_names), dtype=np.int64)
        for rows, owners, _ in generation.voters(-np.inf, now):
            some = listed[rows]
            pairs = np.unique(owners[some] * _OWNERS + rows[some])
            items, people = (pairs % _OWNERS).astype(np.int32), pairs // _OWNERS
            places, codes = catalogue.tag_pairs(items)
            _add(tags, people[places], codes)
            _add(topics, people, catalogue.topics[items])
        return cls(tags, topics)


def _add(counts: Counts, owners: NDArray[np.int64], codes: NDArray[np.int32]) -> None:
    known = codes >= 0
    distinct = np.unique(owners[known] * _OWNERS + codes[known]) % _OWNERS
    counts += np.bincount(distinct, minlength=len(counts))
