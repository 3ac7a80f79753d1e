"""A request's events and candidates as the compiled tests of claims take them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import TERMS
from app.pipeline.context import Context
from app.pipeline.explanation.label_evidence import Pool
from app.pipeline.links import places_of
from app.pipeline.settings import RankingWeights
from models.ids import Rows
from models.kernels.claims import Constants, Engaged, Scored


@dataclass(frozen=True, slots=True)
class Tested:
    """What claims about a slate are tested on.

    Attributes:
        engaged: the person's events.
        items: their items, int32 [k].
        scored: all candidates.
        constants: of the score.
        positions: int64 [slate], where each item of the slate is among the candidates.
    """

    engaged: Engaged
    items: Rows
    scored: Scored
    constants: Constants
    positions: NDArray[np.int64]

    @classmethod
    def of(cls, context: Context, pool: Pool, slate: Rows) -> Tested:
        """Of a slate among its pool."""
        candidates = pool.candidates.rows
        return cls(
            engaged=_engaged(context, candidates),
            items=context.evidence.amounts[0].rows,
            scored=_scored(context, pool),
            constants=constants_of(context, pool.weights),
            positions=places_of(slate, candidates, len(context.catalogue)).astype(np.int64),
        )

    def of_slate(self) -> Tested:
        """The same with the slate's items for all candidates."""
        place_of = np.full(len(self.scored.factors) + 1, -1, dtype=np.int32)
        place_of[self.positions] = np.arange(len(self.positions))
        engaged, scored, some = self.engaged, self.scored, self.positions
        known = len(engaged.near) > 0
        return Tested(
            engaged=engaged._replace(
                linked=place_of[engaged.linked],
                near=np.ascontiguousarray(engaged.near[:, some]) if known else engaged.near,
                alike=np.ascontiguousarray(engaged.alike[:, some]) if known else engaged.alike,
            ),
            items=self.items,
            scored=Scored(
                scored.topics[some],
                scored.formats[some],
                scored.vectors,
                scored.places[some],
                scored.parts[some],
                scored.factors[some],
            ),
            constants=self.constants,
            positions=np.arange(len(some)),
        )


_FEW = 100
"""Events up to which each is compared with every candidate; of more the sums over sets are."""
_SUMS = (("similarity", "format"), ("interest",), ("session",), ("recency", "popularity", "stated"))


def _engaged(context: Context, candidates: Rows) -> Engaged:
    """The person's positive events, and their links to the candidates."""
    events, amounts = context.evidence.relative_amounts
    near, alike = _products(context, candidates)
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
        near=near,
        alike=alike,
    )


def _products(context: Context, candidates: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Inner products of few events' vectors with the candidates', and of their content blocks."""
    engage, width = context.evidence.engage, context.catalogue.space.content_dimension
    if not 0 < len(engage) <= _FEW:
        return np.empty((0, 0), dtype=np.float32), np.empty((0, 0), dtype=np.float32)
    index = context.index(candidates)
    alike = engage[:, :width] @ index[:, :width].T
    return alike + engage[:, width:] @ index[:, width:].T if engage.shape[1] > width else alike, alike


def _scored(context: Context, pool: Pool) -> Scored:
    """The candidates of a pool, and what their scores are made of."""
    rows, parts = pool.candidates.rows, pool.parts()
    vectors, places = context.index_vectors(rows)
    sums = [sum(parts[:, TERMS.index(name)] for name in names) for names in _SUMS]
    return Scored(
        topics=context.catalogue.topics[rows],
        formats=context.catalogue.formats[rows],
        vectors=vectors,
        places=places,
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
