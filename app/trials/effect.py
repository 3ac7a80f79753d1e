"""The effect of settings on the slates of a sample: figures before and after, person by person.

Every figure is a mean over people, and its interval one of the mean of their differences (models/metrics/intervals.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.recommend import Answer
from app.pipeline.reranker import FloorReceipt
from app.pipeline.slate import Slate
from app.requests.operators import TrialRequest
from app.serving.catalogue import Catalogue
from models.ids import Rows
from models.metrics.beyond_accuracy import intra_list_distance
from models.metrics.intervals import mean_interval
from models.user_state import DAY_SECONDS

Values = NDArray[np.float64]

_MEASURES: Final = ("topics", "exploration", "recency", "diversity", "popularity")
_TOPICS_TOLD: Final = 12
_PEOPLE_TOLD: Final = 10


@dataclass(slots=True)
class Drafts:
    """Slates of the same people before and after.

    Attributes:
        recent_days: age up to which an item counts as recent, whatever the settings say that are tried.
        user_ids: whose.
        rows: per person, the items of the slate before and of the one after.
        figures: per person, [2, measures] float64.
        missed: promises that were not kept, before and after.
        recalls: per person of whom something was held out, the share of it that was found, before and after.
    """

    recent_days: float
    user_ids: list[str] = field(default_factory=list)
    rows: list[tuple[Rows, Rows]] = field(default_factory=list)
    figures: list[Values] = field(default_factory=list)
    missed: NDArray[np.int64] = field(default_factory=lambda: np.zeros(2, dtype=np.int64))
    recalls: list[Values] = field(default_factory=list)

    def add(self, user_id: str, pair: Sequence[tuple[Context, Answer]]) -> None:
        """Take the slates of one person."""
        self.user_ids.append(user_id)
        self.rows.append((pair[0][1].rows, pair[1][1].rows))
        self.figures.append(np.array([_figures(*each, self.recent_days) for each in pair]))
        self.missed += [sum(_is_missed(floor) for floor in answer.slate.receipt) for _, answer in pair]

    def add_held_out(self, held: set[str], slates: Sequence[Slate], limit: int) -> None:
        """Take what the slates of one person, made without what they took up last, found of that."""
        found = [sum(item.item_id in held for item in slate.items) for slate in slates]
        self.recalls.append(np.array(found) / min(len(held), limit))


def effect_of(drafts: Drafts, catalogue: Catalogue, wanted: TrialRequest) -> dict[str, Any]:
    """What changed, as JSON."""
    kept = np.array([_kept(*each) for each in drafts.rows])
    changed = np.array([not np.array_equal(*each) for each in drafts.rows], dtype=np.bool_)
    return {
        "snapshot": catalogue.snapshot.snapshot_id,
        "people": len(kept),
        "limit": wanted.limit,
        "slates_changed": int(changed.sum()),
        "items_kept": round(float(kept.mean()), 6) if len(kept) else None,
        "measures": _measures(drafts, wanted.seed),
        "items_shown": [len(np.unique(np.concatenate(rows))) for rows in zip(*drafts.rows, strict=True)] or [0, 0],
        "promises_missed": drafts.missed.tolist(),
        "topics": _by_topic(catalogue, drafts.rows),
        "most_changed": [
            {"user_id": drafts.user_ids[at], "kept": round(float(kept[at]), 6)}
            for at in np.argsort(kept, kind="stable")[:_PEOPLE_TOLD].tolist()
            if changed[at]
        ],
    }


def _measures(drafts: Drafts, seed: int) -> list[dict[str, Any]]:
    both = np.stack(drafts.figures, axis=1) if drafts.figures else np.empty((2, 0, len(_MEASURES)))
    recalls = np.stack(drafts.recalls, axis=1) if drafts.recalls else np.empty((2, 0))
    told = [_told(name, both[:, :, place], seed) for place, name in enumerate(_MEASURES)]
    return [*told, _told("held_out_recall", recalls, seed)]


def _figures(context: Context, answer: Answer, recent_days: float) -> tuple[float, ...]:
    """The measures of one slate, in their order."""
    rows, catalogue = answer.rows, context.catalogue
    if not len(rows):
        return (0.0,) * len(_MEASURES)
    recent = context.now - recent_days * DAY_SECONDS
    return (
        float(len(np.unique(catalogue.topics[rows]))),
        float(np.mean([item.exploration for item in answer.slate.items])),
        float((catalogue.published_at[rows] >= recent).mean()),
        intra_list_distance(catalogue.content[rows]),
        float(context.environment.popularity.share(rows, context.now).mean()),
    )


def _is_missed(floor: FloorReceipt) -> bool:
    """A reason stands there, too, where nothing was promised, since nothing is known of the person."""
    return floor.reason is not None and floor.achieved != floor.required


def _kept(before: Rows, after: Rows) -> float:
    """The share of a slate's items that stand in the other, too; 1 where there were none."""
    return float(np.isin(before, after).mean()) if len(before) else 1.0


def _told(name: str, both: Values, seed: int) -> dict[str, Any]:
    """A measure of [2, people]: means, and the interval of the mean difference."""
    people = both.shape[1]
    if not people:
        return {"name": name, "before": None, "after": None, "low": None, "high": None, "people": 0}
    low, high = mean_interval((both[1] - both[0])[:, None], seed)[:, 0].tolist()
    before, after = both.mean(axis=1).tolist()
    numbers = {"before": before, "after": after, "low": low, "high": high}
    return {"name": name, "people": people} | {each: round(value, 6) for each, value in numbers.items()}


def _by_topic(catalogue: Catalogue, rows: Sequence[tuple[Rows, Rows]]) -> list[dict[str, Any]]:
    """Slots by topic, before and after: the topics that gained or lost most."""
    topics = [catalogue.topics[np.concatenate(each)] for each in zip(*rows, strict=True)]
    if not topics:
        return []
    counts = np.stack([np.bincount(each, minlength=len(catalogue.topic_slugs)) for each in topics])
    order = np.argsort(-np.abs(counts[1] - counts[0]), kind="stable")[:_TOPICS_TOLD]
    return [
        {
            "topic": catalogue.topic_slugs[topic],
            "name": catalogue.topic_names[topic],
            "before": int(counts[0, topic]),
            "after": int(counts[1, topic]),
        }
        for topic in order.tolist()
        if counts[0, topic] != counts[1, topic]
    ]
