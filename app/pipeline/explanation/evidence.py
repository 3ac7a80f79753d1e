"""Evidence: the sets of a person's events that a label could rest on, and what scores would be without each.

A set is all of the person's positive events on items that bear one tag, all on one item, all of the session, or,
without any event, the explicit profile. What the score of every candidate would be without a set follows from sums over
the set (models/leaving_out.py): one vector a set, one product with the candidates' vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.context import Context
from app.pipeline.settings import RankingWeights
from models.ids import Rows
from models.leaving_out import Removed, Scores

Members = NDArray[np.float32]
"""float32 [sets, events], 1 where an event belongs to a set."""


@dataclass(frozen=True, slots=True)
class Pool:
    """The scored candidates among which an item has its rank, and the weights of their terms."""

    candidates: Candidates
    weights: RankingWeights

    def parts(self) -> NDArray[np.float64]:
        """float64 [n, terms]: what each term adds to the sum of each score."""
        return np.asarray(self.candidates.terms * self.weights.vector(), dtype=np.float64)

    def scores(self, square: float) -> Scores:
        """The same, as what rests on the person's evidence and what does not."""
        by_term = dict(zip(TERMS, self.parts().T, strict=True))
        long_term = by_term.pop("similarity") + by_term.pop("format")
        factor = np.exp(-self.candidates.terms[:, TERMS.index("aversion")].astype(np.float64))
        return Scores(long_term, by_term.pop("session"), sum(by_term.values(), np.zeros(1)), factor, square)


def members_of(sets: NDArray[np.int64], events: NDArray[np.int64], shape: tuple[int, int]) -> Members:
    """Members from pairs of a set's and an event's number."""
    members = np.zeros(shape, dtype=np.float32)
    members[sets, events] = 1
    return members


def removed(context: Context, members: Members, rows: Rows, weights: RankingWeights) -> Removed:
    """What each set contributes to the scores of `rows`; the last one, behind the sets of events, is the profile."""
    events, amounts = context.amounts
    _, parts = context.session_amounts
    engage, index = context.catalogue.engage[events.rows], context.catalogue.index[rows]
    heavy = members * amounts.astype(np.float32)
    profile = context.world.blend.gamma * context.explicit if context.explicit is not None else np.zeros(index.shape[1])
    vectors = np.vstack([heavy @ engage, profile.astype(np.float32)])
    long_term = weights.similarity * (vectors @ index.T)
    long_term[:-1] += weights.similarity * _linked(context, heavy, rows) + weights.format * _formats(
        context, heavy, rows
    )
    session = np.zeros_like(long_term)
    if parts.any():
        session[:-1] = weights.session * ((members * parts.astype(np.float32)) @ engage @ index.T)
    return Removed(
        long_term=long_term.astype(np.float64),
        squares=np.append(members @ np.square(amounts), context.explicit_mass),
        session=session.astype(np.float64),
        session_parts=np.append(members @ parts, 0.0),
    )


def _linked(context: Context, heavy: Members, rows: Rows) -> NDArray[np.float32]:
    """float32 [sets, n]: the neighbours' part."""
    links = context.neighbour_links
    order = np.argsort(rows, kind="stable")
    place = np.minimum(np.searchsorted(rows[order], links.rows), len(rows) - 1)
    hit = rows[order[place]] == links.rows
    cells = (links.weights[hit], (order[place[hit]], links.event[hit]))
    linked = csr_array(cells, shape=(len(rows), heavy.shape[1]))
    return np.asarray((linked @ heavy.T).T)


def _formats(context: Context, heavy: Members, rows: Rows) -> NDArray[np.float32]:
    """float32 [sets, n]: the mass of the set that is of each row's format; 0 for rows without one."""
    formats = context.catalogue.formats
    of_event = formats[context.amounts[0].rows]
    same = of_event[:, None] == np.arange(len(context.catalogue.format_words) + 1)
    return np.asarray((heavy @ same.astype(np.float32))[:, formats[rows]])
