"""The recall gauge: a sampled share of live searches is done again exactly, off the path of requests.

A request pays for a random number, and where it is drawn, for one place in a short queue; a thread of the lowest
priority does the rest. Where that is full, the sample is dropped and counted. Recall counts scores, as at a build
(indexer/index_recall.py): which of several equal items is found is nobody's loss.
"""

from __future__ import annotations

import logging
import os
from collections import deque
from dataclasses import dataclass
from queue import Full, Queue
from random import random
from threading import Thread, get_native_id
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.ann import Counts
from indexer.equal_vectors import Vectors
from indexer.index_recall import scored
from models.config import Config
from models.ids import Rows
from models.joint_vectors import Stored

log = logging.getLogger(__name__)

BUCKETS: Final = (0.99, 0.9, 0.5, 0.1, 0.0)
"""Least share of the catalogue that the filters left, of each bucket."""
NAMES: Final = ("99-100%", "90-99%", "50-90%", "10-50%", "0-10%")
AT: Final = 10
_LAST: Final = 1_000
"""Samples of a bucket that count, the newest."""
_TOLERANCE: Final = 1e-5
_NICE: Final = 19


class GaugeSettings(Config):
    """How much of the live searches is done again exactly."""

    share: float = Field(default=0.01, ge=0, le=1)
    """Share of the searches that is sampled; 0 switches the gauge off."""

    waiting: int = Field(default=32, ge=1)
    """Samples that may wait; further ones are dropped and counted."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One search.

    Attributes:
        vectors: [n, d], of the snapshot.
        query: float32 [d].
        excluded: rows that were not to be found, ascending.
        scores: float32 [k], that were found, best first.
    """

    vectors: Stored
    query: NDArray[np.float32]
    excluded: Rows
    scores: NDArray[np.float32]


class RecallGauge:
    """Takes samples, and says how much is found."""

    def __init__(self, settings: GaugeSettings) -> None:
        self._share = settings.share
        self._waiting: Queue[Sample | None] = Queue(settings.waiting)
        self._found: list[deque[tuple[float, float]]] = [deque(maxlen=_LAST) for _ in BUCKETS]
        self._thread: Thread | None = None
        self.dropped = 0

    def offer(
        self,
        vectors: Stored,
        asked: tuple[Vectors, Counts],
        excluded: Rows,
        scores: NDArray[np.float32],
        allowed: NDArray[np.bool_] | None = None,
    ) -> None:
        """Sample one of the queries of a search among what is allowed and not excluded, or none; returns at once.

        `asked` are the queries, and how many scores each asked for.
        """
        if not self._share or random() >= self._share:  # noqa: S311 - no secret
            return
        if allowed is not None:
            excluded = np.union1d(excluded, np.flatnonzero(~allowed)).astype(np.int32)
        if len(excluded) >= len(vectors):
            return
        queries, counts = asked
        place = int(random() * len(queries))  # noqa: S311 - likewise
        best = scores[place, : counts if isinstance(counts, int) else counts[place]]
        try:
            self._waiting.put_nowait(Sample(vectors, queries[place].copy(), excluded, best.copy()))
        except Full:
            self.dropped += 1

    def start(self) -> None:
        """Begin to answer samples."""
        self._thread = Thread(target=self._work, name="recall-gauge", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer no more; what waits is dropped."""
        if self._thread is not None:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        try:
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICE)
        except (AttributeError, OSError) as error:
            log.info("exact searches run at the usual priority: %s", error)
        while (sample := self._waiting.get()) is not None:
            self.take(sample)

    def take(self, sample: Sample) -> None:
        """Answer one sample by exact search, and count it."""
        allowed = 1.0 - len(sample.excluded) / len(sample.vectors)
        bucket = next(place for place, least in enumerate(BUCKETS) if allowed >= least)
        _, scores = next(scored(sample.vectors, sample.query[None]))
        scores[sample.excluded] = -np.inf
        wanted = min(len(sample.scores), len(scores) - len(sample.excluded))
        best = -np.sort(-np.partition(scores, len(scores) - wanted)[len(scores) - wanted :])
        tolerance = _TOLERANCE * float(np.abs(best).max(initial=0.0))
        self._found[bucket].append(
            (_recall(sample.scores, best[:AT], tolerance), _recall(sample.scores, best, tolerance))
        )

    def recall(self) -> tuple[int, float]:
        """(samples, their mean recall@10), of all buckets."""
        at_ten = [found for bucket in self._found for found, _ in list(bucket)]
        return len(at_ten), float(np.mean(at_ten)) if at_ten else 1.0

    def payload(self) -> dict[str, Any]:
        """What is known, by the share of the catalogue that the filters left."""
        queries, recall = self.recall()
        return {
            "share": self._share,
            "queries": queries,
            "recall_at_10": recall if queries else None,
            "dropped": self.dropped,
            "by_allowed_share": {
                name: {
                    "queries": len(bucket),
                    "recall_at_10": float(np.mean([at_ten for at_ten, _ in list(bucket)])),
                    "recall_at_k": float(np.mean([at_k for _, at_k in list(bucket)])),
                }
                for name, bucket in zip(NAMES, self._found, strict=True)
                if bucket
            },
        }


def _recall(found: NDArray[np.float32], best: NDArray[np.float32], tolerance: float) -> float:
    """Share of the best scores that are reached."""
    reached = int((found[: len(best)] >= best[-1] - tolerance).sum()) if len(best) else 0
    return min(reached, len(best)) / len(best) if len(best) else 1.0
