"""Reranker: the best slate that keeps every promise, and the receipt that says so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.promises import demand_of, pool_of
from models.floors import Demand, Pool, affordable, select


@dataclass(frozen=True, slots=True)
class FloorReceipt:
    """What the answer says of one floor or cap.

    Attributes:
        floor: `exploration`, `recency`, `topic_cap` or `length`.
        required: items promised (for a cap: at most).
        achieved: items in the slate (for a cap: of the topic with the most).
        reason: why not, where the promise could not be kept.
    """

    floor: str
    required: int
    achieved: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """The slate's candidates in order.

    Attributes:
        candidates: [length], scores included.
        exploratory: bool [length], from outside the established interests.
        receipt: one entry a floor.
    """

    candidates: Candidates
    exploratory: NDArray[np.bool_]
    receipt: tuple[FloorReceipt, ...]


class FloorReranker:
    """Greedy choice among what leaves every promise within reach (models/floors.py)."""

    name = "reranker"

    def __call__(self, context: Context, candidates: Candidates) -> Ranked:
        """The slate from scored candidates, best first."""
        pool, demand = pool_of(context, candidates), demand_of(context)
        chosen = select(pool, affordable(pool, demand))
        receipt = _receipt(context, demand, pool, chosen)
        return Ranked(candidates.take(chosen), pool.exploratory[chosen], receipt)


def _receipt(context: Context, demand: Demand, pool: Pool, chosen: NDArray[np.int32]) -> tuple[FloorReceipt, ...]:
    explored, recent = int(pool.exploratory[chosen].sum()), int(pool.recent[chosen].sum())
    largest = int(np.bincount(pool.topics[chosen]).max(initial=0)) if len(chosen) else 0
    unknown = None if context.personalized else "nothing is known of this person yet, so every topic is new"
    return (
        _floor("exploration", demand.exploration, explored, "items outside the established interests")
        if not unknown
        else FloorReceipt("exploration", 0, 0, unknown),
        _floor("recency", demand.recency, recent, "recently published items"),
        _floor("length", demand.length, len(chosen), "items"),
        FloorReceipt(
            "topic_cap",
            demand.topic_cap,
            largest,
            "too few topics have eligible items to fill the slate" if largest > demand.topic_cap else None,
        ),
    )


def _floor(name: str, required: int, achieved: int, what: str) -> FloorReceipt:
    reason = None if achieved >= required else f"the catalogue has no more eligible {what} for this person"
    return FloorReceipt(name, required, achieved, reason)
