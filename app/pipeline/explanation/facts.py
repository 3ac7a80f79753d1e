"""What is true of an item itself, whoever asks: that it is new, that it is popular."""

from __future__ import annotations

import numpy as np

from app.pipeline.context import Context
from app.pipeline.explanation.label_columns import POPULAR_FROM
from app.pipeline.explanation.label_evidence import Pool
from app.pipeline.explanation.score_parts import ScoreParts
from app.pipeline.slate import Reason
from app.pipeline.slate_promises import recent_since
from models.ids import Rows


def facts_of(context: Context, pool: Pool, rows: Rows, score_parts: ScoreParts) -> list[tuple[Reason, ...]]:
    """For each item which of `fresh` and `popular` are true and raise its rank, the larger part first."""
    candidates = pool.candidates
    ranks = np.sort(candidates.scores.astype(np.float64))
    recent = context.catalogue.published_at[rows] >= recent_since(context)
    popular = context.environment.popularity.share(rows, context.now) >= POPULAR_FROM
    found: list[list[tuple[float, str]]] = [[] for _ in rows]
    for code, term, true in (("fresh", "recency", recent), ("popular", "popularity", popular)):
        parts = score_parts.term(term)
        if not (true & (parts > 0)).any():
            continue
        above = np.searchsorted(ranks, score_parts.scores) - np.searchsorted(
            ranks, score_parts.scores - parts, side="right"
        )
        for place in np.flatnonzero(true & (parts > 0) & (above > 0)).tolist():
            found[place].append((float(parts[place]), code))
    scores = score_parts.scores.tolist()
    return [
        tuple(Reason(code, share=share_of(part, scores[place])) for part, code in sorted(each, reverse=True))
        for place, each in enumerate(found)
    ]


def share_of(part: float, score: float) -> float | None:
    """A part of a score, divided by the score; None where the score is not positive, so that this means nothing."""
    return round(part / score, 6) if score > 0 else None
