"""Evidence: the sets of a person's events that a label could rest on, and what scores would be without each.

A set is all of the person's positive events on items that bear one tag, all on one item, all of the session, or,
without any event, the explicit profile. What the score of every candidate would be without a set follows from sums over
the set (models/counterfactual.py): one vector a set, one product with the candidates' vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.context import Context
from app.pipeline.settings import RankingWeights
from models.counterfactual import Average, Removed, Scores
from models.ids import Rows

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
        averages = (by_term.pop("interest"), by_term.pop("session"))
        return Scores(long_term, averages, sum(by_term.values(), np.zeros(1)), factor, square)


def members_of(sets: NDArray[np.int64], events: NDArray[np.int64], shape: tuple[int, int]) -> Members:
    """Members from pairs of a set's and an event's number."""
    members = np.zeros(shape, dtype=np.float32)
    members[sets, events] = 1
    return members


def removed(context: Context, members: Members, rows: Rows, weights: RankingWeights) -> Removed:
    """What each set contributes to the scores of `rows`; the last one, behind the sets of events, is the profile."""
    events, amounts = context.evidence.relative_amounts
    engage, index = context.catalogue.engage[events.rows], context.index(rows)
    heavy = members * amounts.astype(np.float32)
    profile = (
        context.environment.blend.gamma * context.evidence.explicit
        if context.evidence.explicit is not None
        else np.zeros(index.shape[1])
    )
    vectors = np.vstack([heavy @ engage, profile.astype(np.float32)])
    long_term = weights.similarity * (vectors @ index.T)
    long_term[:-1] += weights.similarity * _linked(context, heavy, rows) + weights.format * _formats(
        context, heavy, rows
    )
    return Removed(
        long_term=long_term.astype(np.float64),
        squares=np.append(members @ np.square(amounts), context.evidence.explicit_mass),
        averages=(
            _interest(context, members, rows, weights.interest),
            _session(context, members, rows, weights.session),
        ),
    )


def _interest(context: Context, members: Members, rows: Rows, weight: float) -> Average:
    """Topic by topic, since each is an average of its own."""
    events, parts = context.evidence.interest_amounts
    width, topics = context.catalogue.space.content_dimension, context.catalogue.topics[rows]
    engage = context.catalogue.engage[events.rows][:, :width]
    index = context.index(rows)[:, :width]
    values, lost = np.zeros((2, len(members) + 1, len(rows)))
    of_event = context.catalogue.topics[events.rows]
    for topic in np.intersect1d(of_event, topics):
        mine, about = np.flatnonzero(of_event == topic), np.flatnonzero(topics == topic)
        heavy = members[:, mine] * parts[mine].astype(np.float32)
        values[:-1, about] = weight * (heavy @ engage[mine] @ index[about].T)
        lost[:-1, about] = (members[:, mine] @ parts[mine])[:, None]
    return Average(values, lost)


def _session(context: Context, members: Members, rows: Rows, weight: float) -> Average:
    events, parts = context.evidence.session_amounts
    values = np.zeros((len(members) + 1, len(rows)))
    if parts.any():
        engage = context.catalogue.engage[events.rows]
        values[:-1] = weight * ((members * parts.astype(np.float32)) @ engage @ context.index(rows).T)
    return Average(values, np.append(members @ parts, 0.0)[:, None])


def _linked(context: Context, heavy: Members, rows: Rows) -> NDArray[np.float32]:
    """float32 [sets, n]: the neighbours' part."""
    links = context.evidence.neighbour_links
    order = np.argsort(rows, kind="stable")
    place = np.minimum(np.searchsorted(rows[order], links.rows), len(rows) - 1)
    hit = rows[order[place]] == links.rows
    cells = (links.weights[hit], (order[place[hit]], links.event[hit]))
    linked = csr_array(cells, shape=(len(rows), heavy.shape[1]))
    return np.asarray((linked @ heavy.T).T)


def _formats(context: Context, heavy: Members, rows: Rows) -> NDArray[np.float32]:
    """float32 [sets, n]: the mass of the set that is of each row's format; 0 for rows without one."""
    formats = context.catalogue.formats
    of_event = formats[context.evidence.relative_amounts[0].rows]
    same = of_event[:, None] == np.arange(len(context.catalogue.format_words) + 1)
    return np.asarray((heavy @ same.astype(np.float32))[:, formats[rows]])
