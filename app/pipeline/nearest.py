"""Nearest neighbours for sources: as many as are asked for of what a person may be recommended, in one search.

Where more than a quarter of what is near is not eligible (in languages that are not read, sensitive, expired), what is
eligible is searched by itself. The others are brought beside it, so that filters count what they hold back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.searched import Asked, Found, Searched
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


def _found(context: Context) -> Mapping[str, Found]:
    features, exclusions = context.evidence.features, context.exclusions
    sources = tuple(_sources(context))
    if not sources:
        return {}
    asked = Asked(sources, context.evidence.searched_as_of, exclusions.unsearchable, exclusions.eligibility)
    if features.searched is None or not features.searched.asked.same(asked):
        features.searched = Searched(asked, _searched(context, asked))
    return features.searched.found


def _sources(context: Context) -> Iterator[str]:
    """The sources that search for this person."""
    evidence = context.evidence
    if (
        context.person
        and len(evidence.established)
        and context.settings.sources.interests
        and evidence.features.sums is not None
    ):
        yield INTERESTS
    if context.personalized:
        yield EMBEDDING
    if evidence.explicit is not None:
        yield STATED


def _question(context: Context, source: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(queries [q, d], quotas [q]) of a source."""
    evidence, settings = context.evidence, context.settings.sources
    if source == INTERESTS:
        return evidence.features.interests()
    if source == EMBEDDING:
        return evidence.searched_embedding[None], np.array([settings.embedding])
    return np.asarray(evidence.explicit)[None], np.array([settings.stated])


def _searched(context: Context, asked: Asked) -> dict[str, Found]:
    parts = [_question(context, source) for source in asked.sources]
    queries, quotas = (np.concatenate(column) for column in zip(*parts, strict=True))
    owners = np.repeat(np.arange(len(parts)), [len(each) for _, each in parts])
    rows = _within(context.catalogue.search(queries, quotas, asked.excluded).rows, quotas)
    eligible = asked.eligibility.covers(context.catalogue, rows.ravel()).reshape(rows.shape) | (rows < 0)
    found = {}
    for owner, name in enumerate(asked.sources):
        mine = owners == owner
        lost = rows[mine][~eligible[mine]]
        found[name] = rows[mine], _NO_ROWS
        if len(lost) > _MOST_LOST * np.count_nonzero(rows[mine] >= 0):
            others = context.catalogue.search(queries[mine], quotas[mine], asked.excluded, asked.eligibility).rows
            found[name] = _within(others, quotas[mine]), np.unique(lost)
    return found


def _within(rows: Rows, quotas: NDArray[np.int64]) -> Rows:
    return np.where(np.arange(rows.shape[1])[None, :] < quotas[:, None], rows, np.int32(-1))
