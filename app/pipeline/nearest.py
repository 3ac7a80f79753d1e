"""Nearest neighbours for sources: as many as are asked for of what a person may be recommended, in one search.

Where more than a quarter of what is near is not eligible (in languages that are not read, sensitive, expired), what is
eligible is searched by itself. The others are brought beside it, so that filters count what they hold back.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.pipeline.asked import Asked, Found
from app.pipeline.context import Context
from models.ids import Rows

INTERESTS, EMBEDDING, STATED = "interests", "embedding", "stated"
_MOST_LOST = 0.25
_NO_ROWS = np.empty(0, dtype=np.int32)


def nearest(context: Context, source: str) -> Found:
    """What was found for a source: (rows [q, most], best first, -1 where there are no more; rows beside them).

    All sources are searched for at once. What was found is held with the person, and found again while nothing else is
    asked.
    """
    if context.found is None:
        context.found = _found(context)
    return context.found.get(source, (np.empty((0, 0), dtype=np.int32), _NO_ROWS))


def _found(context: Context) -> dict[str, Found]:
    features, exclusions = context.evidence.features, context.exclusions
    parts = list(_questions(context))
    if not parts:
        return {}
    names, queries, quotas = zip(*parts, strict=True)
    owners = np.repeat(np.arange(len(names)), [len(each) for each in quotas])
    together = (np.concatenate(queries), np.concatenate(quotas), owners)
    asked = Asked(names, *together, exclusions.unsearchable, exclusions.eligibility)
    if features.searched is None or not features.searched[0].same(asked):
        features.searched = asked, _searched(context, asked)
    return features.searched[1]


def _questions(context: Context) -> Iterator[tuple[str, NDArray[np.float32], NDArray[np.int64]]]:
    """(source, its queries [q, d], its quotas [q]) of all sources that search for this person."""
    evidence, settings = context.evidence, context.settings.sources
    if context.person and len(evidence.established) and settings.interests and len(evidence.features.interests[1]):
        yield INTERESTS, *evidence.features.interests
    if context.personalized:
        yield EMBEDDING, evidence.hourly_embedding[None], np.array([settings.embedding])
    if evidence.explicit is not None:
        yield STATED, evidence.explicit[None], np.array([settings.stated])


def _searched(context: Context, asked: Asked) -> dict[str, Found]:
    rows = _within(context.catalogue.search(asked.queries, asked.quotas, asked.excluded).rows, asked.quotas)
    eligible = asked.eligibility.covers(context.catalogue, rows.ravel()).reshape(rows.shape) | (rows < 0)
    found = {}
    for owner, name in enumerate(asked.sources):
        mine = asked.owners == owner
        lost, quotas = rows[mine][~eligible[mine]], asked.quotas[mine]
        found[name] = rows[mine], _NO_ROWS
        if len(lost) > _MOST_LOST * np.count_nonzero(rows[mine] >= 0):
            others = context.catalogue.search(asked.queries[mine], quotas, asked.excluded, asked.eligibility).rows
            found[name] = _within(others, quotas), np.unique(lost)
    return found


def _within(rows: Rows, quotas: NDArray[np.int64]) -> Rows:
    return np.where(np.arange(rows.shape[1])[None, :] < quotas[:, None], rows, np.int32(-1))
