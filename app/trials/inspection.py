"""One slate, stage by stage: its trace, and which items each filter held back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from app.pipeline.context import Context
from app.pipeline.recommend import Answer
from app.pipeline.stages import FILTERS
from app.pipeline.withheld import Lost, lost_to
from app.serving.catalogue import Catalogue

_TOLD: Final = 20
"""Items that are named of each filter, and of those that came next."""


def inspected(context: Context, answer: Answer) -> dict[str, Any]:
    """The answer that somebody would get, with its trace; `dropped` counts as the trace does.

    What sources need not bring, since a filter would drop it, is in no trace: `passed_over` tells of it.
    """
    catalogue, unsearchable = context.catalogue, context.exclusions.unsearchable
    candidates = np.concatenate([*answer.lost.values(), answer.rows, answer.left])
    passed_over = lost_to(FILTERS, context, unsearchable[~np.isin(unsearchable, candidates)])
    return {
        "slate": answer.slate.payload(),
        "topics": [catalogue.topic_slugs[topic] for topic in catalogue.topics[answer.rows].tolist()],
        "dropped": _by_filter(catalogue, answer.lost),
        "passed_over": _by_filter(catalogue, passed_over),
        "next": _named(catalogue, answer.left[:_TOLD].tolist()),
    }


def _by_filter(catalogue: Catalogue, lost: Lost) -> list[dict[str, Any]]:
    return [
        {"filter": name, "count": len(rows), "items": _named(catalogue, rows[:_TOLD].tolist())}
        for name, rows in lost.items()
        if len(rows)
    ]


def _named(catalogue: Catalogue, rows: Iterable[int]) -> list[dict[str, str]]:
    return [{"item_id": catalogue.item_id(row), "title": catalogue.title(row)} for row in rows]
