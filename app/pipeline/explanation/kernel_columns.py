"""A request's events and candidates as the compiled tests of claims take them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import TERMS
from app.pipeline.context import Context
from app.pipeline.explanation.label_evidence import Pool
from app.pipeline.links import places_of
from app.pipeline.settings import RankingWeights
from models.ids import Rows
from models.kernels.claims import Constants, Engaged, Scored

_SUMS = (("similarity", "format"), ("interest",), ("session",), ("recency", "popularity"))


def engaged_of(context: Context, candidates: Rows) -> Engaged:
    """The person's positive events, and their links to the candidates."""
    events, amounts = context.evidence.relative_amounts
    links = context.evidence.neighbour_links
    return Engaged(
        topics=context.catalogue.topics[events.rows],
        formats=context.catalogue.formats[events.rows],
        amounts=amounts,
        shares=context.evidence.interest_amounts[1],
        now=context.evidence.session_amounts[1],
        vectors=context.evidence.engage,
        starts=np.searchsorted(links.event, np.arange(len(events) + 1)),
        linked=places_of(links.rows, candidates, len(context.catalogue)),
        strengths=links.weights,
    )


def scored_of(context: Context, pool: Pool) -> Scored:
    """The candidates of a pool, and what their scores are made of."""
    rows, parts = pool.candidates.rows, pool.parts()
    sums = [sum(parts[:, TERMS.index(name)] for name in names) for names in _SUMS]
    return Scored(
        topics=context.catalogue.topics[rows],
        formats=context.catalogue.formats[rows],
        vectors=context.catalogue.index[rows],
        parts=np.stack(sums, axis=1),
        factors=np.exp(-pool.candidates.terms[:, TERMS.index("aversion")].astype(np.float64)),
    )


def constants_of(context: Context, weights: RankingWeights) -> Constants:
    """The constants of the person's scores."""
    return Constants(
        similarity=weights.similarity,
        format=weights.format,
        interest=weights.interest,
        session=weights.session,
        width=context.catalogue.space.content_dimension,
        square=context.evidence.evidence_square,
    )


def profile_of(context: Context) -> tuple[NDArray[np.float32], float]:
    """The explicit profile times its mass, and that mass."""
    mass, explicit = context.evidence.explicit_mass, context.evidence.explicit
    vector = np.empty(0, np.float32) if explicit is None else np.float32(mass) * explicit
    return vector, float(mass)
