"""What one person's slate is worth under each of several settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from time import thread_time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.request import SlateRequest
from app.pipeline.settings import QuerySettings
from app.pipeline.stages import build_pipeline
from app.serving.generation import Generation
from models.ids import Rows
from models.metrics.beyond_accuracy import intra_list_distance
from models.metrics.ranking import ndcg_at, recall_at
from models.user_state import DAY_SECONDS
from scripts.benchmarks.held_out import HeldOut
from scripts.benchmarks.slates import exploration

MINOR_SHARE: Final = 0.1
"""Share of a person's mass up to which a topic is a minor one."""
_SMOOTHING: Final = 0.01
FIGURES: Final = {
    "recall": "liked items that were kept back, among the slate (of as many as fit: capped recall)",
    "NDCG": "the same, by rank",
    "candidates": "liked items that were kept back, among all candidates of which the slate is chosen",
    "minor recall": f"the same of topics with at most {MINOR_SHARE:.0%} of the person's mass",
    "distance": "mean cosine distance between two items of the slate",
    "divergence": "of the slate's topics from the person's shares (Kullback-Leibler, nats)",
    **exploration.FIGURES,
    "ms": "milliseconds of processor time for the answer",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One person.

    Attributes:
        interests: number of established interests.
        values: float64 [variants, FIGURES]; NaN where there is nothing to measure.
    """

    interests: int
    values: NDArray[np.float64]


def measure(
    generation: Generation, held: HeldOut, variants: Mapping[str, QuerySettings], limit: int
) -> Iterator[Measured]:
    """One person after the other, a day after their last known event."""
    environments = [replace(generation.environment, settings=query) for query in variants.values()]
    pipelines = [build_pipeline(query) for query in variants.values()]
    for user_id, wanted in held.wanted.items():
        ask = SlateRequest(user_id, limit, np.empty(0, np.int32), held.last_seen[user_id] + DAY_SECONDS)
        targets = generation.catalogue.rows(wanted)
        targets = targets[targets >= 0]
        contexts = [Context(environment, ask, generation.people.get(user_id)) for environment in environments]
        rows = []
        for pipeline, context in zip(pipelines, contexts, strict=True):
            start = thread_time()
            answer = pipeline(context)
            spent = 1e3 * (thread_time() - start)
            ranked = generation.catalogue.rows([item.item_id for item in answer.slate.items])
            explored = exploration.figures_of(context, answer.slate, (ranked, targets), generation.environment.settings)
            rows.append([*_figures(context, ranked, answer.left, targets), *explored, spent])
        yield Measured(len(contexts[0].evidence.established), np.array(rows))


def _figures(context: Context, ranked: Rows, left: Rows, targets: Rows) -> list[float]:
    topics, shares, limit = context.catalogue.topics, context.evidence.topic_shares, context.request.limit
    minor = targets[(shares[topics[targets]] > 0) & (shares[topics[targets]] <= MINOR_SHARE)]
    return [
        recall_at(ranked, targets, limit, capped=True) if len(targets) else np.nan,
        ndcg_at(ranked, targets, limit) if len(targets) else np.nan,
        float(np.isin(targets, np.append(ranked, left)).mean()) if len(targets) else np.nan,
        recall_at(ranked, minor, limit, capped=True) if len(minor) else np.nan,
        intra_list_distance(context.catalogue.content[ranked]),
        divergence(shares, np.bincount(topics[ranked], minlength=len(shares)) / max(len(ranked), 1)),
    ]


def divergence(wanted: NDArray[np.float64], shown: NDArray[np.float64]) -> float:
    """Kullback-Leibler divergence of shown shares from wanted ones, a hundredth of these mixed in (Steck 2018)."""
    mixed = (1 - _SMOOTHING) * shown + _SMOOTHING * wanted
    some = wanted > 0
    return float((wanted[some] * np.log(wanted[some] / mixed[some])).sum())
