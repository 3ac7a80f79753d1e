"""What a build may keep of the one before it: its clusters, its factors and its cells, while hardly anything changed.

Learning takes most of a build, and of a catalogue in which a hundredth is new it learns the same again. So the build
that learns notes what it learned from (`Basis`), and the next ones keep it as long as that is still a part of what
they are given, and what came on top is little. An event that is gone, since its person was erased, changed their mind
or opted out, was learned from: then all is learned anew, without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from indexer.behaviour import EventTable, LearnedVectors
from indexer.cells import Cells
from indexer.snapshot import Basis, Snapshot
from models.ids import Rows
from models.joint_vectors import read
from models.neighbours import Neighbours
from models.readable import has_vector

Vectors = NDArray[np.float32]
_ROUNDING = 2e-3
"""What content may differ by and be the same still: it may be kept in half precision."""
_STEP = 65_536


@dataclass(frozen=True, slots=True)
class Given:
    """What a build is given, as far as it decides what may be kept.

    Attributes:
        ids: of the items, ascending.
        content: float32 [n, d].
        events: what may be learned from, on items of the catalogue and others.
        settings: digest of the settings of the index.
    """

    ids: Sequence[str]
    content: Vectors
    events: EventTable
    settings: str

    def basis(self, snapshot_id: str) -> Basis:
        """What a build that learns all of it notes."""
        return Basis(snapshot=snapshot_id, settings=self.settings, events=len(self.events), digest=self.events.begun())


@dataclass(frozen=True, slots=True, eq=False)
class Predecessor:
    """The snapshot before, of which everything that was learned is kept.

    Attributes:
        snapshot: it.
        rows: int32 [n], the row in it of each item; -1 of new ones.
        same: bool [n], whether an item is there with the same content.
        basis: what will be noted.
        new_events: that came since that was learned.
    """

    snapshot: Snapshot
    rows: Rows
    same: NDArray[np.bool_]
    basis: Basis
    new_events: int

    @classmethod
    def of(cls, snapshot: Snapshot, given: Given, share: float) -> Predecessor | None:
        """None where too much has changed: more than a share of the items, or of the events."""
        basis = snapshot.manifest.basis
        if basis is None or basis.settings != given.settings or basis.events > len(given.events):
            return None
        if snapshot.space.content_dimension != given.content.shape[1]:
            return None
        rows = snapshot.items.ids.rows(given.ids)
        same = _same_content(snapshot, rows, given.content)
        gone = len(snapshot.items.ids) - int(np.count_nonzero(rows >= 0))
        changed = basis.changed_items + int(np.count_nonzero(~same)) + gone
        new_events = len(given.events) - basis.events
        if changed > share * len(rows) or new_events > share * basis.events:
            return None
        if given.events.begun(basis.events) != basis.digest:
            return None
        return cls(snapshot, rows, same, basis.model_copy(update={"changed_items": changed}), new_events)

    @property
    def centroids(self) -> Vectors:
        """float32 [clusters, d]: of what can be read."""
        centroids = np.asarray(self.snapshot.vectors.cluster_centroids)
        return centroids[has_vector(centroids)]

    @property
    def cells(self) -> Cells | None:
        """Those of the vector index; None where it has none."""
        return self.snapshot.index.cells

    @property
    def has_behaviour(self) -> bool:
        """Whether there are factors."""
        return self.snapshot.space.has_behaviour

    def vectors(self, content: Vectors) -> LearnedVectors:
        """The items' vectors in the space of before: what was learned of each, and of others what content promises."""
        space, before, manifest = self.snapshot.space, self.snapshot.vectors, self.snapshot.manifest
        blocks = (content @ space.engage_map, content @ space.index_map)
        learned = self.rows[self._keep_factors()]
        for block, stored in zip(blocks, (before.engage, before.index), strict=True):
            block[self._keep_factors()] = read(stored, learned)[:, space.content_dimension :]
        engage, index = (space.join(content, block) for block in blocks)
        neighbours = _moved(before.neighbours, self.rows)
        return LearnedVectors(space, engage, index, neighbours, manifest.interactions, manifest.method)

    def _keep_factors(self) -> NDArray[np.bool_]:
        """Bool [n]: whose factors stay: of the same content, or learned of behaviour, which other content leaves."""
        keep = self.same.copy()
        offsets = np.asarray(self.snapshot.vectors.neighbours.offsets)
        known = self.rows >= 0
        keep[known] |= np.diff(offsets)[self.rows[known]] > 0
        return keep

    def account(self) -> str:
        """What is said of it."""
        items, events = len(self.rows), max(self.basis.events, 1)
        factors = ", factors" if self.has_behaviour else ""
        cells = " and cells" if self.cells is not None else ""
        return (
            f"kept the topics' middles{factors}{cells} that {self.basis.snapshot} learned: since then "
            f"{self.basis.changed_items:,} items changed ({self.basis.changed_items / items:.1%}) and "
            f"{self.new_events:,} events came ({self.new_events / events:.1%}); index.kept_share is the limit"
        )


def _same_content(snapshot: Snapshot, rows: Rows, content: Vectors) -> NDArray[np.bool_]:
    same = rows >= 0
    for start in range(0, len(rows), _STEP):
        part = np.flatnonzero(same[start : start + _STEP]) + start
        before = read(snapshot.vectors.content, rows[part])
        same[part] = (np.abs(before - content[part]) <= _ROUNDING).all(axis=1)
    return same


def _moved(neighbours: Neighbours, rows: Rows) -> Neighbours:
    """The lists of items that are at other rows now; -1 where an item had none. Their order is the same."""
    offsets, targets = np.asarray(neighbours.offsets), np.asarray(neighbours.rows)
    places = np.full(len(offsets) - 1, -1, dtype=np.int32)
    places[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
    owners, moved = places[np.repeat(np.arange(len(places)), np.diff(offsets))], places[targets]
    kept = (owners >= 0) & (moved >= 0)
    counts = np.bincount(owners[kept], minlength=len(rows))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Neighbours(starts, moved[kept], np.asarray(neighbours.weights)[kept])


def settings_digest(settings: str, fingerprint: str) -> str:
    """Of the settings of the index as JSON, and of the encoder."""
    return blake2b(f"{fingerprint}/{settings}".encode(), digest_size=16).hexdigest()
