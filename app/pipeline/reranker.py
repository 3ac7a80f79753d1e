"""Reranker: the best slate that keeps every promise, and the receipt that says so."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.settings import VarietySettings
from app.pipeline.slate_promises import demand_of, pool_of
from models.floors import Demand, Pool, affordable
from models.kernels.greedy import unlike
from models.selection import select


@dataclass(frozen=True, slots=True)
class FloorReceipt:
    """What the answer says of one floor or cap.

    Attributes:
        floor: `exploration`, `recency`, `length`, `topic_cap`, `provider_cap` or `distance`.
        required: items promised (for a cap: at most).
        achieved: items in the slate (for a cap: of the topic or provider with the most; for distance: that are not
            nearly the same as one before them).
        reason: why not, where the promise could not be kept.
        window: slots shown to the person, this slate included, over which the floor holds; None for this slate alone.
    """

    floor: str
    required: int
    achieved: int
    reason: str | None
    window: int | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """The slate's candidates in order.

    Attributes:
        candidates: [length], scores included.
        exploratory: bool [length], from outside what is the person's own.
        receipt: one entry a floor.
    """

    candidates: Candidates
    exploratory: NDArray[np.bool_]
    receipt: tuple[FloorReceipt, ...]


class FloorReranker:
    """Greedy choice among what leaves every promise within reach (models/floors.py)."""

    name = "reranker"

    def __init__(self, variety: VarietySettings) -> None:
        self._taste = variety.taste()

    def __call__(self, context: Context, candidates: Candidates) -> Ranked:
        """The slate from scored candidates, best first."""
        pool, demand = pool_of(context, candidates), demand_of(context)
        pinned = _pinned(context, candidates)
        chosen = self._beside(pool, demand, pinned)
        receipt = receipt_of(context, demand, pool, chosen, self._taste.least_distance)
        if len(pinned):
            receipt = tuple(_with_pinned(floor, len(pinned)) for floor in receipt)
        return Ranked(candidates.take(chosen), pool.exploratory[chosen], receipt)

    def _beside(self, pool: Pool, demand: Demand, pinned: NDArray[np.int32]) -> NDArray[np.int32]:
        """Pinned items in their order, and behind them the best that keep what is still owed."""
        if not len(pinned):
            return select(pool, affordable(pool, demand), self._taste)
        rest = np.setdiff1d(np.arange(len(pool), dtype=np.int32), pinned)
        owed = replace(
            demand,
            length=demand.length - len(pinned),
            exploration=_left(demand.exploration, pool.exploratory[pinned], demand.length - len(pinned)),
            recency=_left(demand.recency, pool.recent[pinned], demand.length - len(pinned)),
        )
        others = pool.take(rest)
        return np.concatenate([pinned, rest[select(others, affordable(others, owed), self._taste)]]).astype(np.int32)


def _left(owed: int, kept: NDArray[np.bool_], slots: int) -> int:
    return min(max(owed - int(kept.sum()), 0), slots)


def _pinned(context: Context, candidates: Candidates) -> NDArray[np.int32]:
    """Positions of pinned items among the candidates, in the order of their pins, as far as there is room."""
    wanted = context.request.placement.pinned.tolist()
    places = {row: place for place, row in enumerate(candidates.rows.tolist())} if wanted else {}
    found = [places[row] for row in wanted if row in places]
    return np.array(found[: context.request.limit], dtype=np.int32)


def _with_pinned(floor: FloorReceipt, pinned: int) -> FloorReceipt:
    """The reason of a promise that was not kept names the places that were not free."""
    if floor.reason is None or floor.floor == "length":
        return floor
    return replace(floor, reason=f"{floor.reason}; {pinned} of the places {'is' if pinned == 1 else 'are'} pinned")


def receipt_of(
    context: Context, demand: Demand, pool: Pool, chosen: NDArray[np.int32], least_distance: float
) -> tuple[FloorReceipt, ...]:
    """What a slate, given as positions in a pool, has of what was demanded."""
    return (
        _exploration(context, demand, int(pool.exploratory[chosen].sum())),
        _floor("recency", demand.recency, int(pool.recent[chosen].sum()), "recently published items"),
        _floor("length", demand.length, len(chosen), "items"),
        _cap("topic_cap", demand.topic_cap, pool.topics[chosen], "topics"),
        _cap("provider_cap", demand.provider_cap, pool.providers[chosen], "providers"),
        _distance(pool, chosen, least_distance),
    )


def _exploration(context: Context, demand: Demand, achieved: int) -> FloorReceipt:
    if not context.personalized:
        return FloorReceipt("exploration", 0, 0, "nothing is known of this person yet, so every topic is new")
    floor = _floor(
        "exploration", demand.exploration, achieved, "items that are not of this person's own topics and tags"
    )
    slots = min(
        len(context.request.shown) + context.request.limit, max(context.settings.floors.window_slots, demand.length)
    )
    return replace(floor, window=slots)


def _floor(name: str, required: int, achieved: int, what: str) -> FloorReceipt:
    reason = None if achieved >= required else f"the catalogue has no more eligible {what} for this person"
    return FloorReceipt(name, required, achieved, reason)


def _cap(name: str, allowed: int, groups: NDArray[np.int32], what: str) -> FloorReceipt:
    named = groups[groups >= 0]
    largest = int(np.bincount(named).max()) if len(named) else 0
    reason = f"too few {what} have eligible items for a slate that keeps every floor" if largest > allowed else None
    return FloorReceipt(name, allowed, largest, reason)


def _distance(pool: Pool, chosen: NDArray[np.int32], least: float) -> FloorReceipt:
    apart = unlike(*pool.located, chosen, least)
    reason = None if apart == len(chosen) else "too few of the candidates that keep every floor are unlike enough"
    return FloorReceipt("distance", len(chosen), apart, reason)
