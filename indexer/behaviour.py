"""Item vectors from content and behaviour: what factor learning yields, brought to one scale with content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.snapshot import ItemColumns
from models.columns import StringColumn
from models.config import Config
from models.dwell import DwellRule, DwellSettings
from models.factors.gram import LocalGram, OpenGram
from models.factors.learning import Behaviour, learn_behaviour
from models.factors.settings import FactorSettings
from models.finite import require_finite
from models.ids import IdMap
from models.interactions import Engagements, Interactions
from models.neighbours import Neighbours
from models.space import Space

Vectors = NDArray[np.float32]
NEAREST = 10
SAMPLE = 1_000
_COLUMNS = ("users", "items", "weights", "times", "permits", "dwells")


class BehaviourSettings(Config):
    """How behaviour enters the item vectors."""

    factors: FactorSettings = FactorSettings()
    """How it is learned."""

    content_share: float = Field(default=0.1, ge=0, le=1)
    """Share of the content in the similarity of two items, the rest being behaviour's; both are on one scale."""


@dataclass(frozen=True, slots=True)
class EventTable:
    """The part of the event log that may be learned from, without any id of a person.

    Attributes:
        users: int32 [n], people numbered from 0.
        items: int32 [n], positions in `item_ids`.
        item_ids: the distinct item ids.
        weights: float32 [n], negative where an event speaks against its item; vectors are learned from the others. Of
            dwells, those that they have at full length until `weighed`.
        times: float64 [n], seconds since 1970.
        sequence: the log's last position that was looked at.
        permits: int32 [n], position in `permit_sets`: the sensitive topics that the person of each event permits;
            empty where nobody permits any.
        permit_sets: distinct sets of sensitive topics; the first is empty.
        set_aside: how many ids were taken for machines, and how many events of theirs are not here.
        dwells: float32 [n], seconds of each dwell; NaN where they were not told, and of other events; empty where there
            are no dwells to be weighed.
        dwell: what they are worth.
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    item_ids: Sequence[str]
    weights: NDArray[np.float32]
    times: NDArray[np.float64]
    sequence: int
    permits: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    permit_sets: Sequence[Sequence[str]] = ((),)
    set_aside: tuple[int, int] = (0, 0)
    dwells: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    dwell: DwellRule = field(default_factory=DwellRule)

    @classmethod
    def none(cls) -> EventTable:
        """Nothing to learn from."""
        empty = np.empty(0, dtype=np.int32)
        return cls(empty, empty, (), np.empty(0, np.float32), np.empty(0, np.float64), 0)

    def to_bytes(self) -> bytes:
        """The inverse of `from_bytes`: numpy's archive format, without pickles."""
        arrays: dict[str, Any] = {name: getattr(self, name) for name in _COLUMNS}
        arrays |= {"permit_sets": np.array(json.dumps([list(topics) for topics in self.permit_sets]))}
        arrays |= StringColumn.build(self.item_ids).arrays() | {"sequence": np.int64(self.sequence)}
        arrays |= {"set_aside": np.array(self.set_aside, dtype=np.int64)}
        arrays |= {"dwell": np.array(self.dwell.settings.model_dump_json()), "full": np.array(self.dwell.full_seconds)}
        file = BytesIO()
        np.savez(file, **arrays)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, archive: bytes) -> EventTable:
        """The inverse of `to_bytes`."""
        with np.load(BytesIO(archive), allow_pickle=False) as arrays:
            ids = StringColumn.from_arrays(arrays)
            return cls(
                arrays["users"],
                arrays["items"],
                [ids[row] for row in range(len(ids))],
                arrays["weights"],
                arrays["times"],
                int(arrays["sequence"]),
                arrays["permits"],
                json.loads(str(arrays["permit_sets"])),
                (int(arrays["set_aside"][0]), int(arrays["set_aside"][1])),
                arrays["dwells"],
                DwellRule(DwellSettings.model_validate_json(str(arrays["dwell"])), float(arrays["full"])),
            )

    def digest(self) -> str:
        """32 hexadecimal digits that change with what is learned from."""
        return blake2b(self.to_bytes(), digest_size=16).hexdigest()

    def __len__(self) -> int:
        return len(self.users)

    def begun(self, count: int | None = None) -> str:
        """Digest of the first so many events, by default of all, however people and items are numbered."""
        digest, part = blake2b(digest_size=16), slice(count)
        users, _ = _by_first(self.users[part])
        items, met = _by_first(self.items[part])
        for column in (users, items, self.weights[part], self.times[part], self.dwells[part]):
            digest.update(np.ascontiguousarray(column).tobytes())
        digest.update(json.dumps([self.item_ids[code] for code in met.tolist()]).encode())
        return digest.hexdigest()

    def weighed(self, items: ItemColumns, formats: Sequence[str]) -> EventTable:
        """The same with what each dwell is worth on these items, at the pace of its person.

        Args:
            items: of the catalogue; of what it does not have it is not known what it takes.
            formats: the words behind the codes of the items' formats.
        """
        timed = np.flatnonzero(~np.isnan(self.dwells))
        if not len(timed):
            return self
        rows = items.ids.rows(self.item_ids)[self.items[timed]]
        expected = np.full(len(timed), np.nan)
        known = rows >= 0
        expected[known] = self.dwell.expected(items.words[rows[known]], items.formats[rows[known]], formats)
        weights = self.weights.copy()
        seconds = self.dwells[timed].astype(np.float64)
        weights[timed] *= self.dwell.shares(seconds, expected, self.users[timed].astype(np.int64))
        return replace(self, weights=weights, dwells=np.empty(0, dtype=np.float32))

    def interactions(self, ids: IdMap) -> Interactions:
        """Who engaged with which row of a catalogue; events on other items are left out."""
        rows = ids.rows(self.item_ids)[self.items] if len(self.items) else self.items
        known = (rows >= 0) & (self.weights > 0)
        users = int(self.users.max()) + 1 if len(self.users) else 0
        engagements = Engagements(self.users[known], rows[known], self.weights[known], self.times[known])
        return Interactions.collect(engagements, users, len(ids))


@dataclass(frozen=True, slots=True)
class Offer:
    """The items that vectors are learned for.

    Attributes:
        content: float32 [n, d], unit vectors.
        since: float64 [n], from when on each one was on offer, seconds since 1970.
    """

    content: Vectors
    since: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LearnedVectors:
    """A space and the catalogue's vectors in it.

    Attributes:
        space: with a behaviour block, or of content alone.
        engage: float32 [n, d].
        index: float32 [n, d].
        neighbours: of the n items.
        interactions: pairs of a person and an item that were learned from; 0 in a content-based index.
        method: `content`, `exact` or `spectral`.
    """

    space: Space
    engage: Vectors
    index: Vectors
    neighbours: Neighbours
    interactions: int
    method: str


def learn_vectors(
    items: Offer,
    interactions: Interactions,
    encoder: str,
    settings: BehaviourSettings,
    gram_of: OpenGram = LocalGram,
) -> LearnedVectors:
    """Vectors of the items; of their content alone where there is too little behaviour.

    Args:
        items: their contents.
        interactions: of everybody with them.
        encoder: fingerprint of the one that read them.
        settings: how.
        gram_of: where products of the interactions are computed.
    """
    content, offered = items.content, interactions.share_since(items.since)
    behaviour = learn_behaviour(interactions, content, settings.factors, offered, gram_of)
    if behaviour is None:
        space = Space.of_content(encoder, content.shape[1])
        return LearnedVectors(space, content, content, Neighbours.none(len(content)), 0, "content")
    return join_vectors(content, behaviour, len(interactions), encoder, settings.content_share)


def join_vectors(
    content: Vectors, behaviour: Behaviour, interactions: int, encoder: str, content_share: float
) -> LearnedVectors:
    """Content and behaviour of the same items in one space, see `BehaviourSettings.content_share`."""
    factors, to_factors = behaviour.factors, behaviour.content_map
    scale = (1 - content_share) * _nearness(content, content) / _nearness(factors.engage, factors.index)
    root = np.float32(np.sqrt(scale))
    space = Space(
        encoder=encoder,
        content_dimension=content.shape[1],
        content_scale=float(np.sqrt(content_share)),
        engage_map=root * to_factors.engage,
        index_map=root * to_factors.index,
    )
    neighbours = Neighbours(
        factors.neighbours.offsets, factors.neighbours.rows, np.float32(scale) * factors.neighbours.weights
    )
    engage, index = space.join(content, root * factors.engage), space.join(content, root * factors.index)
    require_finite(engage=engage, index=index, neighbours=neighbours.weights)
    return LearnedVectors(
        space=space,
        engage=engage,
        index=index,
        neighbours=neighbours,
        interactions=interactions,
        method=behaviour.method.value,
    )


def _nearness(engage: Vectors, index: Vectors) -> float:
    """Mean score of an item's ten nearest others, over a sample of items: the unit in which two spaces are compared."""
    sample = np.linspace(0, len(engage) - 1, min(SAMPLE, len(engage))).astype(np.int64)
    scores = engage[sample] @ index.T
    scores[np.arange(len(sample)), sample] = -np.inf
    nearest = min(NEAREST, scores.shape[1] - 1)
    if nearest < 1:
        return 1.0
    mean = float(np.partition(scores, -nearest, axis=1)[:, -nearest:].mean())
    return mean if mean > 0 else 1.0


def _by_first(codes: NDArray[np.integer[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(codes numbered in the order in which they are met, int64 [n]; the code of each number)."""
    met, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(met), dtype=np.int64)
    number[order] = np.arange(len(met))
    return number[inverse], met[order].astype(np.int64)
