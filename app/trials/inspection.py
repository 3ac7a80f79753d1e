"""One slate, stage by stage: its trace, and which items each filter dropped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from app.pipeline.context import Context
from app.pipeline.recommend import Answer
from app.serving.catalogue import Catalogue

_TOLD: Final = 20
"""Items that are named of each filter, and of those that came next."""


def inspected(context: Context, answer: Answer) -> dict[str, Any]:
    """The answer that somebody would get, with its trace; `dropped` counts as the trace does."""
    catalogue = context.catalogue
    dropped = [
        {"filter": name, "count": len(rows), "items": _named(catalogue, rows[:_TOLD].tolist())}
        for name, rows in answer.lost.items()
        if len(rows)
    ]
    return {
        "slate": answer.slate.payload(),
        "topics": [catalogue.topic_slugs[topic] for topic in catalogue.topics[answer.rows].tolist()],
        "dropped": dropped,
        "next": _named(catalogue, answer.left[:_TOLD].tolist()),
    }


def _named(catalogue: Catalogue, rows: Iterable[int]) -> list[dict[str, str]]:
    return [{"item_id": catalogue.item_id(row), "title": catalogue.title(row)} for row in rows]
