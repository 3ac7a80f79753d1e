"""Whole requests under filters: what a slate costs, and whether the best that is asked for is among its candidates.

Every item has a lot between 0 and 1, so that `lot < 0.01` asks for a hundredth of the catalogue at random. Requests
with and without a filter take turns, each person asks once a turn. Recall is counted against all eligible items, scored
one and all: of the best so many of them the share that the request had among its candidates.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from app.api.answers import json_answer
from app.pipeline.candidates import Candidates
from app.pipeline.scorer import WeightedScorer
from app.pipeline.stages import FILTERS, build_pipeline
from app.pipeline.withheld import kept
from app.requests.slates import RecommendRequest
from app.serving.choices import Choices
from app.serving.item_attributes import ItemAttributes
from indexer.attributes.columns import AttributeColumn
from indexer.attributes.declaration import AttributeType
from indexer.progress import Progress
from models.encoder import HashingEncoder
from models.ids import Rows
from scripts.benchmarks.replayed_service import ReplayedService, replayed
from scripts.benchmarks.serving.files import Plan, until_today, write_files
from scripts.command_settings import settings_or_exit

NONE: Final = "no filter"
FILTERS_OF: Final[Mapping[str, str | None]] = {
    NONE: None,
    "10 %": "lot < 0.1",
    "1 %": "lot < 0.01",
    "0.1 %": "lot < 0.001",
    "10 %, of five comparisons": "lot < 0.1 and lot >= 0 and not lot = 2 and lot is present or lot > 3",
    "of the last 90 days": "published_at > now-90d",
}
_EVENTS, _LIMIT, _WARM, _JUDGED = 20, 20, 3, 25
_DIMENSION: Final = 384
"""Of content vectors, which the small hashing encoder makes: what a request costs does not depend on whose they are."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one filter.

    Attributes:
        allowed: items that it asks for.
        cpu_ms: a request, the least mean of all rounds.
        first_ms: CPU to read the filter and make its mask and what the index needs of it, once.
        recall: mean over people, and the least of them.
    """

    allowed: int
    cpu_ms: float
    first_ms: float
    recall: tuple[float, float]


def filtered(items: int, people: int, rounds: int, seed: int, progress: Progress) -> dict[str, Figures]:
    """Figures by filter, on generated items and people."""
    with TemporaryDirectory(prefix="penchant-filters-") as made:
        files = write_files(Plan(items, {_EVENTS: people}, seed, until_today()), Path(made) / "files")
        with replayed(files, settings_or_exit("ann-benchmark", None), HashingEncoder(_DIMENSION)) as run:
            return _measured(run, rounds, seed, progress)


def _measured(run: ReplayedService, rounds: int, seed: int, progress: Progress) -> dict[str, Figures]:
    catalogue = run.service.snapshot_swap.current.catalogue
    lots = np.random.default_rng(seed).random(len(catalogue))
    catalogue.attributes = ItemAttributes({"lot": AttributeColumn(AttributeType.NUMBER, lots)})
    people = [person.row.user_id for person in run.service.snapshot_swap.current.people]
    for user_id in people[:_WARM]:
        _slate(run, user_id, None)
    first = {name: _cpu(run, people[:1], text) for name, text in FILTERS_OF.items()}
    found: dict[str, list[float]] = {name: [] for name in FILTERS_OF}
    for turn in range(rounds):
        for name, text in FILTERS_OF.items():
            found[name].append(_cpu(run, people, text))
        progress(turn + 1, rounds)
    return {
        name: Figures(_allowed(run, text), min(found[name]), first[name], _recall(run, people[:_JUDGED], text))
        for name, text in FILTERS_OF.items()
    }


def _cpu(run: ReplayedService, people: Sequence[str], text: str | None) -> float:
    """CPU milliseconds a request."""
    began = time.process_time()
    for user_id in people:
        _slate(run, user_id, text)
    return 1e3 * (time.process_time() - began) / len(people)


def _slate(run: ReplayedService, user_id: str, text: str | None) -> bytes:
    """Each is asked for anew, in a scenario of its own, so that none is answered from memory."""
    scenario = f"at {time.perf_counter_ns()}"
    request = RecommendRequest(user_id=user_id, limit=_LIMIT, filter=text, scenario=scenario)
    return bytes(json_answer(run.service.recommend(request).payload()).body)


def _allowed(run: ReplayedService, text: str | None) -> int:
    catalogue = run.service.snapshot_swap.current.catalogue
    return len(catalogue) if text is None else catalogue.masks(text, time.time()).count


def _recall(run: ReplayedService, people: Sequence[str], text: str | None) -> tuple[float, float]:
    found = [_recall_of(run, user_id, text) for user_id in people]
    return float(np.mean(found)), float(np.min(found))


def _recall_of(run: ReplayedService, user_id: str, text: str | None) -> float:
    recommender = run.service._recommender  # noqa: SLF001 - there is no public way to a request's candidates
    context = recommender.context(user_id, _LIMIT, [], choices=Choices(filter=text))
    answer = build_pipeline(context.settings)(context, full=False)
    asked = context.request.asked
    rows: Rows = np.arange(len(context.catalogue), dtype=np.int32) if asked is None else asked.listed
    rows = rows[kept(FILTERS, context, rows)]
    every = Candidates.found(rows, np.zeros(len(rows), dtype=np.int8))
    best = WeightedScorer(context.settings.weights)(context, every).rows[:_LIMIT]
    return float(np.isin(best, np.concatenate([answer.rows, answer.left])).mean()) if len(best) else 1.0


def table(items: int, people: int, found: Mapping[str, Figures]) -> str:
    """Markdown."""
    lines = [
        f"{items:,} items, {people:,} people with {_EVENTS} events each, {_LIMIT} items a slate, CPU on one thread",
        "",
        "| what is asked for | items | CPU ms a request | of that without a filter | the first, once | best found |",
        "|---|---|---|---|---|---|",
    ]
    for name, each in found.items():
        ratio, (mean, least) = each.cpu_ms / found[NONE].cpu_ms, each.recall
        figures = f"{each.cpu_ms:.2f} | {ratio:.2f}x | {each.first_ms:.1f} ms | {mean:.3f} (least {least:.2f})"
        lines.append(f"| {name} | {each.allowed:,} | {figures} |")
    return "\n".join(lines)
