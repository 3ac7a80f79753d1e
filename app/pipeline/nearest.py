"""Nearest neighbours for sources: as many as are asked for of what a person may be recommended, in one search.

Where more than a quarter of what is near is not eligible (in languages that are not read, sensitive, expired), what is
eligible is searched by itself. The others are brought beside it, so that filters count what they hold back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.searched import Asked, Found, Searched
from app.serving.changed_search import least_found
from models.ids import Rows
from models.kernels.rows import among

INTERESTS, EMBEDDING, STATED = "interests", "embedding", "stated"
_MOST_LOST = 0.25
_ROUNDING = np.float32(1e-5)
"""Of the largest score: what two ways to sum up one dot product may differ by."""
_NO_ROWS = np.empty(0, dtype=np.int32)


def nearest(context: Context, source: str) -> Found:
    """What was found for a source: (rows [q, most], best first, -1 where there are no more; rows beside them).

    All sources are searched for at once. What was found is held with the person, and found again while nothing else is
    asked, and no item changed that was among it or would be now.
    """
    if context.found is None:
        context.found = _found(context)
    return context.found.get(source, (np.empty((0, 0), dtype=np.int32), _NO_ROWS))


def _found(context: Context) -> Mapping[str, Found]:
    features, exclusions = context.evidence.features, context.exclusions
    sources = tuple(_sources(context))
    if not sources:
        return {}
    settings = context.settings.sources
    sought = (settings.interests, settings.most_interests, settings.embedding, settings.stated)
    by = context.request.placement.by
    asked = Asked(sources, context.evidence.searched_as_of, exclusions.unsearchable, exclusions.eligibility, sought, by)
    held = features.searched
    if held is None or not held.asked.same(asked) or not _still_found(context, held):
        search = _searched if context.request.asked is None else _searched_among_asked
        held = features.searched = search(context, asked)
    return held.found


def _still_found(context: Context, held: Searched) -> bool:
    """Whether the same would be found, whatever changed in the catalogue since."""
    catalogue = context.catalogue
    changed = catalogue.changes.since(held.revision) if held.revision < len(catalogue.changes) else _NO_ROWS
    if held.holds(changed):
        return False
    candidates = changed[catalogue.alive[changed] & ~among(changed, held.asked.excluded)]
    if len(candidates):
        scores = _questions(context, held.asked.sources)[0] @ catalogue.index[candidates].T
        if (scores >= held.least[:, None] - _ROUNDING * np.abs(scores).max()).any():
            return False
    held.revision = len(catalogue.changes)
    return True


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
        return evidence.features.interests(settings)
    if source == EMBEDDING:
        return evidence.searched_embedding[None], np.array([settings.embedding])
    return np.asarray(evidence.explicit)[None], np.array([settings.stated])


def _questions(context: Context, sources: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.int64], Rows]:
    """(queries [q, d], quotas [q], the position of the source of each [q])."""
    parts = [_question(context, source) for source in sources]
    queries, quotas = (np.concatenate(column) for column in zip(*parts, strict=True))
    owners = np.repeat(np.arange(len(parts), dtype=np.int32), [len(each) for _, each in parts])
    return context.in_question(queries), quotas, owners


def _searched(context: Context, asked: Asked) -> Searched:
    queries, quotas, owners = _questions(context, asked.sources)
    hits = context.catalogue.search(queries, quotas, asked.excluded, told=context.searched)
    rows, least = _within(hits.rows, quotas), least_found(hits, quotas)
    eligible = asked.eligibility.covers(context.catalogue, rows.ravel()).reshape(rows.shape) | (rows < 0)
    found: dict[str, Found] = {}
    for owner, name in enumerate(asked.sources):
        mine = owners == owner
        lost = rows[mine][~eligible[mine]]
        found[name] = rows[mine], _NO_ROWS
        if len(lost) > _MOST_LOST * np.count_nonzero(rows[mine] >= 0):
            others = context.catalogue.search(
                queries[mine], quotas[mine], asked.excluded, asked.eligibility, context.searched
            )
            found[name] = _within(others.rows, quotas[mine]), np.unique(lost)
            least[mine] = np.minimum(least[mine], least_found(others, quotas[mine]))
    return Searched(asked, found, least, len(context.catalogue.changes))


def _searched_among_asked(context: Context, asked: Asked) -> Searched:
    """Under a filter what is eligible is searched alone: what is not asked for is counted anyway."""
    queries, quotas, owners = _questions(context, asked.sources)
    hits = context.catalogue.search(queries, quotas, asked.excluded, asked.eligibility, context.searched)
    rows, least = _within(hits.rows, quotas), least_found(hits, quotas)
    found = {name: (rows[owners == owner], _NO_ROWS) for owner, name in enumerate(asked.sources)}
    return Searched(asked, found, least, len(context.catalogue.changes))


def _within(rows: Rows, quotas: NDArray[np.int64]) -> Rows:
    return np.where(np.arange(rows.shape[1])[None, :] < quotas[:, None], rows, np.int32(-1))
