"""One data set, whatever files it came from: people, items, what people did, and what the items are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer.documents import ItemDocument
from models.events import CODE_OF, EventType
from models.ids import Rows, digests_of
from scripts.benchmarks.recall.interactions import Interactions

UNTIMED = 1_577_836_800.0
"""When what has no time is said to have happened: 2020-01-01."""


class Clock(StrEnum):
    """What the times of a data set mean."""

    SECONDS = "seconds"
    STEPS = "steps"
    """Only the order of one person's interactions is known; a step is a day and everybody's last one at UNTIMED."""

    NONE = "none"


@dataclass(frozen=True, slots=True)
class Entities:
    """The people and items of a data set: all that a split may show of it besides the interactions it gives out.

    Rows are numbered by the digest of their id, so that a tie that is broken by row favours nobody: files often number
    their items by first appearance, which tells early and popular ones.

    Attributes:
        name: of the data set, for reports.
        users: external ids, by row.
        items: external ids, by row.
        clock: what times mean.
        documents: what is known of each item, by row, None where nothing is; empty where the files tell of no item.
    """

    name: str
    users: tuple[str, ...]
    items: tuple[str, ...]
    clock: Clock
    documents: tuple[ItemDocument | None, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set.

    Attributes:
        entities: its people and items.
        events: by person, then time, then item.
        liked_from: the least value that is a positive.
        published_test: bool, per event, whether the published split tests with it; None where there is no such split.
    """

    entities: Entities
    events: Interactions
    liked_from: float
    published_test: NDArray[np.bool_] | None

    def positives(self) -> Interactions:
        """Each person's last word on each item, where it is a positive."""
        last = self.events.last_words()
        return last.take(last.values >= self.liked_from)

    def negatives(self) -> Interactions:
        """Each person's last word on each item, where it is not a positive."""
        last = self.events.last_words()
        return last.take(last.values < self.liked_from)


@dataclass(frozen=True, slots=True)
class Log:
    """Interactions as a file has them: columns of equal length, in its order.

    Attributes:
        users: external ids.
        items: external ids.
        values: float32; see `Interactions`.
        times: float64, seconds since 1970.
        codes: int8, event type.
    """

    users: pa.Array
    items: pa.Array
    values: NDArray[np.float32]
    times: NDArray[np.float64]
    codes: NDArray[np.int8]

    def take(self, mask: NDArray[np.bool_]) -> Log:
        """The entries of the mask."""
        kept = pa.array(mask)
        users, items = self.users.filter(kept), self.items.filter(kept)
        return Log(users, items, self.values[mask], self.times[mask], self.codes[mask])

    @classmethod
    def of_likes(cls, users: Sequence[str], items: Sequence[str], times: NDArray[np.float64]) -> Log:
        """Interactions of value 1."""
        ones = np.ones(len(users), dtype=np.float32)
        codes = np.full(len(users), CODE_OF[EventType.LIKE], dtype=np.int8)
        return cls(pa.array(users), pa.array(items), ones, times, codes)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the numbers of a file mean; the attributes are those of `Entities` and `Dataset`."""

    liked_from: float
    clock: Clock
    published_test: NDArray[np.bool_] | None = None


def build(name: str, log: Log, meaning: Meaning, documents: Iterable[ItemDocument] = ()) -> Dataset:
    """Number people and items, and bring everything into the order of the rows."""
    known = {document.item_id: document for document in documents}
    users, user_rows = _numbered(log.users, ())
    items, item_rows = _numbered(log.items, known)
    events = Interactions(user_rows, item_rows, log.values, log.times, log.codes)
    order = np.lexsort((events.items, events.times, events.users))
    return Dataset(
        entities=Entities(name, users, items, meaning.clock, tuple(map(known.get, items)) if known else ()),
        events=events.take(order),
        liked_from=meaning.liked_from,
        published_test=None if meaning.published_test is None else meaning.published_test[order],
    )


def _numbered(ids: pa.Array, further: Iterable[str]) -> tuple[tuple[str, ...], Rows]:
    """The distinct ids in the order of their digests, and the row of each entry."""
    encoded = ids.dictionary_encode()
    seen: list[str] = encoded.dictionary.to_pylist()
    distinct = list(dict.fromkeys([*seen, *further]))
    order = np.argsort(digests_of(distinct), kind="stable")
    rows = np.empty(len(distinct), dtype=np.int32)
    rows[order] = np.arange(len(distinct), dtype=np.int32)
    codes: NDArray[Any] = encoded.indices.to_numpy(zero_copy_only=False)
    return tuple(distinct[position] for position in order), rows[codes]
