"""A slate with floors, labels and a receipt, beside qdrant-edge's bare recommend on the same vectors.

Both are asked for the same people in turns. The service answers from what it knows of a person, down to the bytes of
JSON; qdrant-edge is given the vectors of at most 18 items that the person engaged with last and of 2 that they spoke
against, and leaves out all of these. It tells ids and scores.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from app.api.answers import json_answer
from app.requests.slates import RecommendRequest
from indexer.progress import Progress
from models.encoders import open_encoder
from models.ids import Rows
from models.sentence_encoder import PACKAGED
from scripts.benchmarks.ann.cases import Case, Filter
from scripts.benchmarks.ann.engines.qdrant_edge import QdrantEdge
from scripts.benchmarks.ann.vectors import Vectors
from scripts.benchmarks.replayed_service import ReplayedService, replayed
from scripts.benchmarks.serving.files import Plan, until_today, write_files
from scripts.command_settings import settings_or_exit

OURS, BEST, AVERAGE = "penchant, whole slate", "qdrant-edge, best score", "qdrant-edge, average vector"
_EVENTS: Final = 20
_POSITIVE, _NEGATIVE, _LIMIT = 18, 2, 20
_WARM: Final = 5


@dataclass(frozen=True, slots=True)
class _Person:
    user_id: str
    positive: Vectors
    negative: Vectors
    known: Rows


def compared(items: int, people: int, rounds: int, seed: int, progress: Progress) -> Mapping[str, float]:
    """CPU milliseconds a request of the process, by what was asked: the least mean of all rounds.

    Raises:
        ImportError: qdrant-edge is not installed.
    """
    with TemporaryDirectory(prefix="penchant-slates-") as made:
        files = write_files(Plan(items, {_EVENTS: people}, seed, until_today()), Path(made) / "files")
        with replayed(files, settings_or_exit("ann-benchmark", None), open_encoder(PACKAGED)) as run:
            return _turns(run, Path(made) / "shard", rounds, progress)


def _turns(run: ReplayedService, folder: Path, rounds: int, progress: Progress) -> dict[str, float]:
    catalogue = run.service.snapshot_swap.current.catalogue
    vectors = np.asarray(catalogue.index.all(), dtype=np.float32)
    engine = QdrantEdge(folder)
    folder.mkdir()
    engine.build(vectors, [Filter("living", np.ones(len(vectors), np.bool_))])
    people = list(_people(run, vectors))
    ways = {OURS: _ours(run), BEST: _best(engine), AVERAGE: _average(engine)}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name, way in ways.items():
            found[name].append(_mean(way, people))
        progress(turn + 1, rounds)
    return {name: min(each) for name, each in found.items()}


def _mean(way: Callable[[_Person], object], people: Sequence[_Person]) -> float:
    for person in people[:_WARM]:
        way(person)
    began = time.process_time()
    for person in people:
        way(person)
    return 1e3 * (time.process_time() - began) / len(people)


def _ours(run: ReplayedService) -> Callable[[_Person], object]:
    asked = iter(range(10**9))

    def slate(person: _Person) -> object:
        """Each is asked for in a scenario of its own, so that none is answered from memory."""
        request = RecommendRequest(user_id=person.user_id, limit=_LIMIT, scenario=f"turn {next(asked)}")
        return json_answer(run.service.recommend(request).payload()).body

    return slate


def _best(engine: QdrantEdge) -> Callable[[_Person], object]:
    return lambda person: engine.recommend((person.positive, person.negative), _LIMIT, person.known)


def _average(engine: QdrantEdge) -> Callable[[_Person], object]:
    """As the server's default strategy does: twice the mean of what is liked, without that of what is not."""

    def nearest(person: _Person) -> object:
        query = person.positive.mean(axis=0)
        query = 2 * query - person.negative.mean(axis=0) if len(person.negative) else query
        return engine.search(query, _LIMIT, Case("", excluded=person.known))

    return nearest


def _people(run: ReplayedService, vectors: Vectors) -> Iterator[_Person]:
    generation = run.service.snapshot_swap.current
    polarity = generation.environment.signals.polarity
    for person in generation.people:
        events = person.history.columns()
        order = np.argsort(-events.times)
        rows, sign = events.rows[order], polarity[events.codes[order]]
        positive, negative = rows[sign > 0][:_POSITIVE], rows[sign < 0][:_NEGATIVE]
        if len(positive):
            yield _Person(person.row.user_id, vectors[positive], vectors[negative], np.unique(rows))


def table(items: int, people: int, found: Mapping[str, float]) -> str:
    """Markdown: milliseconds, and what the whole slate costs of each."""
    lines = [f"{items:,} items, {people:,} people with {_EVENTS} events each, {_LIMIT} items a slate", ""]
    lines += ["| what is asked for | CPU ms | the slate's part of it |", "|---|---|---|"]
    lines += [f"| {name} | {each:.2f} | {found[OURS] / each:.2f} |" for name, each in found.items()]
    return "\n".join(lines)
