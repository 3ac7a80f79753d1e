"""Each engine through each case of each query: recall against exact search, and CPU."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.index_recall import scored
from indexer.progress import Progress, silent
from models.ids import Rows
from scripts.benchmarks.ann.cases import EVERYTHING, Case, Filter, cases_of
from scripts.benchmarks.ann.engines.cells import Cells
from scripts.benchmarks.ann.engines.engine import Engine
from scripts.benchmarks.ann.engines.graph import Graph
from scripts.benchmarks.ann.engines.hnswlib import Hnswlib
from scripts.benchmarks.ann.engines.lancedb import Lancedb
from scripts.benchmarks.ann.engines.lists import Lists
from scripts.benchmarks.ann.engines.qdrant_edge import QdrantEdge
from scripts.benchmarks.ann.engines.servers import Milvus, Pgvector, Server
from scripts.benchmarks.ann.engines.usearch import Usearch
from scripts.benchmarks.ann.vectors import Sample, Vectors

ENGINES: Final[Mapping[str, Callable[[Path], Engine]]] = {
    "penchant": lambda _: Cells(),
    "graph": lambda _: Graph(),
    "faiss-lists": lambda _: Lists(),
    "qdrant-edge": QdrantEdge,
    "usearch": lambda _: Usearch(),
    "hnswlib": lambda _: Hnswlib(),
    "lancedb": Lancedb,
    "pgvector": Pgvector,
    "milvus": Milvus,
}
"""Penchant's index, the one that it had before, FAISS's inverted file, peers, and servers; each may use a folder."""
_TOLERANCE: Final = 2e-4
"""Of the best score: what half precision and another order of summing up may change."""
_WARM: Final = 2
_SLOW: Final = 0.1
"""Seconds from which a search is not asked for twice."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one engine in one case.

    Attributes:
        recall: mean over the queries of the share of the k best scores that is reached.
        least: the least of them.
        milliseconds: mean CPU of a search, of a server's too.
        waited: mean milliseconds by the clock.
    """

    recall: float
    least: float
    milliseconds: float
    waited: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one engine: how it is set, CPU seconds to build, bytes an item where it says, and its cases."""

    told: str
    build_seconds: float
    bytes_an_item: float | None
    cases: dict[str, Figures | None]


def measure(sample: Sample, filters: Sequence[Filter], name: str, k: int, progress: Progress = silent) -> Measured:
    """Build one engine and ask it everything; cases that it has no filter for are None.

    Raises:
        ImportError: it is not installed.
    """
    with TemporaryDirectory() as folder:
        engine = ENGINES[name](Path(folder))
        try:
            return _measured(engine, sample, filters, k, progress)
        finally:
            if isinstance(engine, Server):
                engine.close()


def _measured(engine: Engine, sample: Sample, filters: Sequence[Filter], k: int, progress: Progress) -> Measured:
    clock = _clock(engine)
    started = clock()
    engine.build(sample.vectors, filters)
    seconds, found = clock() - started, defaultdict[str, list[tuple[float, float, float]]](list)
    lacking = set[str]()
    engine.search(sample.queries[0], k, Case(EVERYTHING))  # what is compiled or read at first is none of a search
    for number, (query, scores) in enumerate(scored(sample.vectors, sample.queries)):
        for case in cases_of(scores, list(filters)):
            figures = None if case.name in lacking else _ask(engine, query, scores, k, case)
            if figures is None:
                lacking.add(case.name)
            else:
                found[case.name].append(figures)
        progress(number + 1, len(sample.queries))
    names = [case.name for case in cases_of(scores, list(filters))]
    cases = {each: _figures(found[each]) if found[each] else None for each in names}
    held = None if engine.bytes is None else engine.bytes / len(sample.vectors)
    return Measured(engine.told, seconds, held, cases)


def _clock(engine: Engine) -> Callable[[], float]:
    """CPU seconds so far."""
    return engine.seconds if isinstance(engine, Server) else time.process_time


def _ask(engine: Engine, query: Vectors, scores: Vectors, k: int, case: Case) -> tuple[float, float, float] | None:
    """(recall, CPU seconds of the quickest of some tries, seconds of the quickest by the clock) of one search."""
    seconds, waited, rows, clock = np.inf, np.inf, None, _clock(engine)
    for _ in range(_WARM):
        started, began = clock(), time.perf_counter()
        rows = engine.search(query, k, case)
        waited, seconds = min(waited, time.perf_counter() - began), min(seconds, clock() - started)
        if rows is None:
            return None
        if seconds > _SLOW:
            break
    return _recall(rows, scores, k, _allowed(case, len(scores))), float(seconds), float(waited)


def _allowed(case: Case, count: int) -> NDArray[np.bool_]:
    allowed = np.ones(count, dtype=np.bool_) if case.filter is None else case.filter.allowed.copy()
    if case.excluded is not None:
        allowed[case.excluded] = False
    return allowed


def _recall(rows: Rows | None, scores: Vectors, k: int, allowed: NDArray[np.bool_]) -> float:
    """Rows that may not be found do not count."""
    best = scores[allowed]
    k = min(k, len(best))
    least = np.partition(best, -k)[-k] - _TOLERANCE * np.abs(scores).max()
    found = np.unique(rows) if rows is not None else np.empty(0, np.int32)
    found = found[(found >= 0) & allowed[found]]
    return min(int((scores[found] >= least).sum()), k) / k


def _figures(asked: Sequence[tuple[float, float, float]]) -> Figures:
    recalls, seconds, waited = np.array(asked).T
    return Figures(float(recalls.mean()), float(recalls.min()), 1e3 * float(seconds.mean()), 1e3 * float(waited.mean()))
