"""Candidates from a vector engine, scored exactly here, and held to every rule again.

What the engine holds may be a little older than what is known here, and some conditions it cannot be told. So whatever
comes back is looked at again, and where too much of it is held back more is asked for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import proxy

import numpy as np
from numpy.typing import NDArray

from app.errors import EngineAwayError
from app.serving.eligibility import Eligibility
from app.serving.engine.changes import EngineChanges
from app.serving.engine.columns import EngineColumns, EngineKeys
from app.serving.engine.conditions import Conditions
from app.serving.engine.remote import RemoteEngine
from app.serving.engine.waiting import collections, search
from indexer.ann import Counts
from indexer.engines.conditions import Kind, pushable
from indexer.engines.engine import NOTHING, Description, EngineError, Keys, Question
from indexer.exact_search import Hits, best, exact_scores
from models.ids import Rows
from models.kernels.rows import among

if TYPE_CHECKING:
    from app.serving.catalogue import Catalogue

Vectors = NDArray[np.float32]
_GROWTH, _ROUNDS = 4, 3
"""Times as many that are asked for again, and how often at most."""
_SLACK: Final = 8
"""Keys a query beyond those that are looked for, since engines compare in less precision."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What became of one search.

    Attributes:
        by: what answered it.
        wanted: items that were looked for.
        found: items that were found.
        ms: how long it took.
    """

    by: str
    wanted: int
    found: int
    ms: float


class EngineSearch:
    """Searches one catalogue's collection."""

    def __init__(self, remote: RemoteEngine, catalogue: Catalogue) -> None:
        self.remote, self._catalogue = remote, proxy(catalogue)  # no circle keeps the vectors of an old snapshot
        snapshot = catalogue.snapshot
        self.collection = snapshot.snapshot_id
        catalogue = self._catalogue
        self.columns = EngineColumns(catalogue)
        self.keys = EngineKeys(catalogue.names, len(snapshot.items.ids))
        self.changes = EngineChanges(remote, self.collection, self.columns, self.keys)
        self._conditions = Conditions(catalogue, self.columns, self.keys)
        self._rules = self.columns.rules_digest()
        self._known: dict[str, Kind] | None = None
        self._made = ""

    def __call__(
        self, queries: Vectors, k: Counts, excluded: Rows, eligibility: Eligibility | None
    ) -> tuple[Hits, Searched] | None:
        """What is found, `k` rows a query; None where the engine does not answer and the own index is to.

        Raises:
            EngineAwayError: it does not, and there is no other.
        """
        if not self.remote.available():
            self._without()
            return None
        began = time.perf_counter()
        try:
            hits, short, waited = self._searched(queries, k, excluded, eligibility)
        except EngineError:
            self._known = None  # what comes back may be another
            self._without()
            return None
        counts, wanted = self.remote.counts, int(np.sum(np.broadcast_to(k, len(queries))))
        counts.searches, counts.short = counts.searches + 1, counts.short + short
        ms = round(1e3 * (time.perf_counter() - began + waited), 3)
        return hits, Searched(self.remote.engine.name, wanted, wanted - short, ms)

    def _without(self) -> None:
        counts = self.remote.counts
        if self.remote.settings.own_index:
            counts.by_own_index += 1
            return
        counts.refused += 1
        raise EngineAwayError(self.remote.problem or "it was never asked", self.remote.settings.retry_seconds)

    def _searched(
        self, queries: Vectors, k: Counts, excluded: Rows, eligibility: Eligibility | None
    ) -> tuple[Hits, int, float]:
        """(what is found, how many more were looked for though the engine had more, seconds waited for it before)."""
        known = self._known if self._known is not None else self._introduced()
        condition, whole = pushable(self._conditions(eligibility), known)
        unsettled = self.changes.unsettled()
        named = np.union1d(excluded, unsettled)[: self.remote.settings.most_excluded].astype(np.int32)
        counts = np.broadcast_to(np.asarray(k, dtype=np.int64), len(queries))
        most = int(counts.max(initial=0))
        wanted, waited = most + _SLACK if whole else 2 * most + _SLACK, 0.0
        for left in reversed(range(_ROUNDS)):
            wanted = min(wanted, self.remote.engine.most)
            question = Question(queries, wanted, condition, self.keys.of(named))
            keys, seconds = search(self.remote, self.collection, question)
            waited += seconds
            found = self._kept(keys, excluded, unsettled, eligibility)
            more = (keys != NOTHING).all(axis=1) if keys.shape[1] else np.zeros(len(queries), dtype=np.bool_)
            short = np.where(more, np.maximum(counts - found.sum(axis=1), 0), 0)
            if not short.any() or not left or wanted == self.remote.engine.most:
                return self._scored(queries, k, np.where(found, self.keys.rows(keys), -1)), int(short.sum()), waited
            self.remote.counts.repeated += 1
            wanted *= _GROWTH
        raise AssertionError("the last round returns")

    def _introduced(self) -> dict[str, Kind]:
        """The columns that the collection has and that mean here what they meant when it was published."""
        described = self._description()
        known = {name: kind for name, kind in described.fields.items() if self.columns.fields.get(name) == kind}
        if described.notes.get("rules") != self._rules:
            known.pop("sensitive", None)
        if self._made != described.notes.get("made", ""):
            self._made = described.notes.get("made", "")
            self._note_all()
        self._known = known | {"key": Kind.INTEGER}
        return self._known

    def close(self) -> None:
        """Another snapshot is in service."""
        self.changes.close()

    def note(self, row: int) -> None:
        """A row was added, replaced or deleted."""
        rows = np.array([row], dtype=np.int32)
        self.changes.note(rows, self._catalogue.alive[rows])

    def introduce(self) -> None:
        """Ask what the collection holds, and send there what changed since; blocks. What fails is tried again."""
        try:
            self._introduced()
        except EngineError:
            self._known = None

    def _note_all(self) -> None:
        alive = self._catalogue.alive.all()
        rows = np.flatnonzero(self._catalogue.changed.all() | ~alive).astype(np.int32)
        self.changes.note(rows, alive[rows])

    def _description(self) -> Description:
        found = collections(self.remote)
        if self.collection not in found:
            error = EngineError(
                f"{self.remote.engine.name} does not hold snapshot {self.collection}: run `penchant rebuild-index`"
            )
            self.remote.failed(error)
            raise error
        return found[self.collection]

    def _kept(self, keys: Keys, excluded: Rows, unsettled: Rows, eligibility: Eligibility | None) -> NDArray[np.bool_]:
        """Bool [q, n]: what may be found; what is not settled is looked for elsewhere."""
        rows = self.keys.rows(keys)
        flat = np.maximum(rows.ravel(), 0)
        keep = self._catalogue.alive[flat] & ~among(flat, excluded) & ~among(flat, unsettled)
        if eligibility is not None:
            keep &= eligibility.covers(self._catalogue, flat)
        return np.asarray(keep.reshape(rows.shape) & (rows >= 0))

    def _scored(self, queries: Vectors, k: Counts, rows: Rows) -> Hits:
        """By exact scores, equal ones by item id."""
        candidates = np.unique(rows[rows >= 0]).astype(np.int32)
        candidates = candidates[np.argsort(self._catalogue.id_order.of(candidates), kind="stable")]
        vectors = np.asarray(self._catalogue.index[candidates], dtype=np.float32)
        places = np.arange(len(candidates), dtype=np.int32)
        return best(candidates, np.stack([exact_scores(vectors, places, query) for query in queries]), k)
