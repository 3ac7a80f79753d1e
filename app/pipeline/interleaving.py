"""One slate drafted from two: what two policies would serve, in turns, under the promises that both make.

Team draft (models/statistics/interleaving.py) orders what stands in either slate; the slate is the first of that order
that leave every promise within reach. Since each slate keeps what can be kept, both together can, and what the receipt
says is counted in the slate that was drafted.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import Candidates
from app.pipeline.context import Context
from app.pipeline.recommend import Answer
from app.pipeline.reranker import FloorReceipt, receipt_of
from app.pipeline.settings import QuerySettings
from app.pipeline.slate_promises import demand_of, pool_of
from models.floors import Demand, Pool, affordable
from models.selection import Taste, select
from models.statistics.interleaving import team_draft


def promises(settings: QuerySettings) -> tuple[object, ...]:
    """What two policies must have in common: floors, caps, and what counts towards them."""
    return settings.floors, settings.ground, settings.user.established_share, settings.variety.least_distance


def interleaved(context: Context, first: Answer, second: Answer) -> Answer:
    """The drafted answer, with the team of each item: 0 of the first policy, 1 of the second.

    Args:
        context: under the first policy, which makes the same promises as the second.
        first: by the first policy.
        second: by the second, to the same request.
    """
    coins = context.generator(f"interleaving at {context.now!r}, {len(context.request.given)} given")
    draft = team_draft(first.rows, second.rows, len(first.rows) + len(second.rows), coins)
    candidates = Candidates.found(draft.rows, np.zeros(len(draft.rows), dtype=np.int8))
    pool, demand = pool_of(context, candidates), demand_of(context)
    least = context.settings.variety.least_distance
    chosen = select_drafted(pool, demand, least)
    rows, teams = draft.rows[chosen], draft.teams[chosen]
    items = [dict(zip(each.rows.tolist(), each.slate.items, strict=True)) for each in (first, second)]
    drafted = [
        replace(items[team][row], rank=place + 1, exploration=bool(pool.exploratory[at]))
        for place, (row, team, at) in enumerate(zip(rows.tolist(), teams.tolist(), chosen.tolist(), strict=True))
    ]
    receipt = receipt_of(context, demand, pool, chosen, least)
    traces = (first.slate.trace or ()) + (second.slate.trace or ())
    slate = replace(
        first.slate,
        policy=f"{first.slate.policy}+{second.slate.policy}",
        items=tuple(drafted),
        receipt=tuple(_with_reason(each, first.slate.receipt) for each in receipt),
        trace=traces or None,
    )
    left = np.concatenate([draft.rows, first.left, second.left])
    left = left[np.sort(np.unique(left, return_index=True)[1])]
    return Answer(slate, rows, left[~np.isin(left, rows)], [*first.trace, *second.trace], first.began, teams)


def select_drafted(pool: Pool, demand: Demand, least_distance: float) -> NDArray[np.int32]:
    """Positions in a pool, in order of the draft, of the first items that leave every promise within reach."""
    ordered = replace(pool, scores=-np.arange(len(pool), dtype=np.float32))
    return select(ordered, affordable(pool, demand), Taste(least_distance=least_distance))


def _with_reason(each: FloorReceipt, before: tuple[FloorReceipt, ...]) -> FloorReceipt:
    """The reason that the first slate gives where neither could keep the promise: it names what filters held back."""
    if each.reason is None:
        return each
    said = {one.floor: one.reason for one in before}
    return replace(each, reason=said.get(each.floor) or each.reason)
