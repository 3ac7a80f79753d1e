"""A request's events, candidates, slate and tags as the compiled choice of labels takes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.context import Context
from app.pipeline.explanation.claims import asked_for, looked_at
from app.pipeline.explanation.kernel_columns import constants_of, profile_of
from app.pipeline.explanation.nameable import NEARLY, NEARLY_WITH_A_TAG, nameable, presentable
from app.pipeline.explanation.own_tags import LIKED_FROM
from app.pipeline.links import places_of
from app.pipeline.reranker import Ranked
from app.pipeline.settings import RankingWeights
from app.pipeline.slate_promises import recent_since
from models.kernels import event_parts, labels, slate_columns
from models.kernels import evidence_sums as sums
from models.kernels.claims import Constants

POPULAR_FROM = 0.5
"""Popularity term, between 0 and 1, from which an item is called popular: the square root of the highest count."""
COMPARED = 8_192
"""Events that are compared with every item of the slate; of more those that may carry most, others as needed."""
_SUMS = (("similarity", "format"), ("interest",), ("session",), ("recency", "popularity", "stated"))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the labels of a slate rest on.

    Attributes:
        reasons: of each item; tags are numbers among `codes`.
        codes: int32, tags of the slate's items.
    """

    reasons: labels.Reasons
    codes: NDArray[np.int32]


def chosen_reasons(context: Context, ranked: Ranked, candidates: Candidates, weights: RankingWeights) -> Choice:
    """Of each item of a slate what its label rests on."""
    constants = constants_of(context, weights)
    scored, topics = _scored(context, candidates, weights)
    engaged = _Engaged.of(context, candidates, topics)
    index = context.index(ranked.candidates.rows).astype(np.float32, copy=False)
    engaged, bounds = engaged.by_bound(context, constants, index)
    shown = _shown(context, ranked, candidates, weights, engaged)
    tags, codes = _tags(context, ranked, engaged)
    found = labels.first_reasons(
        (engaged.events(), scored, constants),
        (shown, tags, _products(context, engaged, index, bounds)),
        profile_of(context),
        (len(topics), len(context.catalogue.format_words), context.settings.labels.events),
    )
    named = found.events >= 0
    found.events[named] = engaged.order[found.events[named]]
    return Choice(found, codes)


@dataclass(frozen=True, slots=True)
class _Engaged:
    """The person's positive events, in an order of their own.

    Attributes:
        order: int64 [k], positions among the evidence.
        codes: of them, as the kernels take them; likewise the rest.
    """

    order: NDArray[np.int64]
    codes: NDArray[np.int32]
    values: NDArray[np.float64]
    shown: NDArray[np.bool_]
    links: NDArray[np.int64]
    vectors: NDArray[np.float32]
    linked: NDArray[np.int32]
    strengths: NDArray[np.float32]

    @classmethod
    def of(cls, context: Context, candidates: Candidates, topics: NDArray[np.int32]) -> _Engaged:
        """As they come; topics that no candidate has are -1."""
        evidence, catalogue = context.evidence, context.catalogue
        events, amounts = evidence.relative_amounts
        vectors, places = catalogue.engage.located(events.rows)
        links, number = evidence.neighbour_links, np.full(len(catalogue.topic_names), -1, np.int32)
        number[topics] = np.arange(len(topics))
        starts = np.searchsorted(links.event, np.arange(len(events) + 1))
        return cls(
            order=np.arange(len(events)),
            codes=_columns(np.int32, number[catalogue.topics[events.rows]], catalogue.formats[events.rows], places,
                           events.rows),
            values=_columns(np.float64, amounts, evidence.interest_amounts[1], evidence.session_amounts[1]),
            shown=presentable(context, events.rows),
            links=_columns(np.int64, starts[:-1], starts[1:]),
            vectors=vectors,
            linked=places_of(links.rows, candidates.rows, len(catalogue)),
            strengths=links.weights,
        )  # fmt: skip

    def by_bound(
        self, context: Context, constants: Constants, index: NDArray[np.float32]
    ) -> tuple[_Engaged, NDArray[np.float64]]:
        """Of many events those first that may carry most of a score, and what each may; few stay as they are."""
        if len(self.order) <= COMPARED:
            return self, np.full(len(self.order), np.inf)
        longest = float(np.sqrt(np.einsum("nd,nd->n", index, index).max()))
        reach = context.environment.reach(self.codes[:, sums.ROW])
        bounds = event_parts.bounds_of(self.values, reach, (self.links, self.strengths), constants, longest)
        order = np.argsort(-bounds, kind="stable")
        columns = {name: getattr(self, name)[order] for name in ("codes", "values", "shown", "links")}
        return replace(self, order=order, **columns), bounds[order]

    def events(self) -> sums.Events:
        """As the kernels take them."""
        return sums.Events(self.codes, self.values, self.shown, self.vectors, self.links, self.linked, self.strengths)


def _columns(kind: type, *columns: NDArray[Any]) -> NDArray[Any]:
    """[n, columns], contiguous."""
    table: NDArray[Any] = np.empty((len(columns[0]), len(columns)), kind)
    for place, column in enumerate(columns):
        table[:, place] = column
    return table


def _scored(
    context: Context, candidates: Candidates, weights: RankingWeights
) -> tuple[sums.Candidates, NDArray[np.int32]]:
    """The candidates, and the topics that they have, by which those are numbered."""
    catalogue, rows, parts = (
        context.catalogue,
        candidates.rows,
        (candidates.terms * weights.vector()).astype(np.float64),
    )
    together = [parts[:, [TERMS.index(name) for name in names]].sum(axis=1) for names in _SUMS]
    factors = np.exp(-candidates.terms[:, TERMS.index("aversion")].astype(np.float64))
    total = np.sum(together, axis=0)
    vectors, places = context.index_vectors(rows)
    topics, dense = np.unique(catalogue.topics[rows], return_inverse=True)
    codes = _columns(np.int32, dense, catalogue.formats[rows], places, rows)
    values = _columns(np.float64, *together, factors, np.where(total > 0, total * factors, total))
    return sums.Candidates(codes, values, vectors), topics


def _products(
    context: Context, engaged: _Engaged, index: NDArray[np.float32], bounds: NDArray[np.float64]
) -> slate_columns.Products:
    """Of the first events."""
    width = context.catalogue.space.content_dimension
    places, of_event = np.unique(engaged.codes[:COMPARED, sums.PLACE], return_inverse=True)
    engage = engaged.vectors[places]
    alike = engage[:, :width] @ index[:, :width].T
    near = alike + engage[:, width:] @ index[:, width:].T if engage.shape[1] > width else alike
    return slate_columns.Products(near[of_event], alike[of_event], bounds)


def _shown(
    context: Context, ranked: Ranked, candidates: Candidates, weights: RankingWeights, engaged: _Engaged
) -> slate_columns.Shown:
    chosen, catalogue = ranked.candidates, context.catalogue
    rows, parts = chosen.rows, (chosen.terms * weights.vector()).astype(np.float64)
    factors = np.where(parts.sum(axis=1) > 0, np.exp(-chosen.terms[:, -1].astype(np.float64)), 1.0)
    new = catalogue.published_at[rows] >= recent_since(context)
    popular = context.environment.popularity.share(rows, context.now) >= POPULAR_FROM
    own = ~ranked.exploratory  # who has nothing of their own has no events either, about which own items are asked
    vectors, places = catalogue.content.located(rows)
    others, of_event = catalogue.content.located(engaged.codes[:, sums.ROW])
    raised = (
        factors * parts[:, TERMS.index(name)] * true for name, true in (("recency", new), ("popularity", popular))
    )
    return slate_columns.Shown(
        rows=rows,
        positions=places_of(rows, candidates.rows, len(catalogue)).astype(np.int64),
        values=_columns(np.float64, chosen.scores, factors, *raised),
        exploratory=ranked.exploratory,
        own=own,
        asked=np.zeros(len(rows), np.bool_) if context.evidence.explicit is None else asked_for(context, rows, own),
        recent=looked_at(context, rows, own),
        ranks=candidates.scores.astype(np.float64),
        vectors=vectors,
        places=places,
        others=others,
        of_event=of_event,
        likeness=np.array([*context.environment.likeness.closeness, NEARLY, NEARLY_WITH_A_TAG]),
    )


def _tags(context: Context, ranked: Ranked, engaged: _Engaged) -> tuple[slate_columns.Tags, NDArray[np.int32]]:
    """Tags of the slate and of the events, and the codes by which those of the slate are numbered."""
    catalogue, (events, amounts), (event, borne) = context.catalogue, context.evidence.amounts, context.evidence.tags
    rows, k = ranked.candidates.rows, len(events)
    place, code = _in_order(*catalogue.tag_pairs(rows))
    codes, of_code = np.unique(code, return_inverse=True)
    slots = np.asarray(of_code, dtype=np.int32)
    number = np.full(len(catalogue.tag_words), -1, np.int32)
    number[codes] = np.arange(len(codes))
    event, slot = event[number[borne] >= 0], number[borne[number[borne] >= 0]]
    known = np.isin(codes, _stated(context))
    known[slot[events.weights[event] >= LIKED_FROM]] = True
    ranks = np.empty(k, np.int64)
    ranks[engaged.order] = np.arange(k)
    rank, ordered = _in_order(ranks[event], slot)
    found = slate_columns.Tags(
        of_item=np.searchsorted(place, np.arange(len(rows) + 1)),
        slots=slots,
        nearness=labels.nearness(catalogue.tag_vectors.located(codes), catalogue.content.located(rows), (place, slots)),
        nameable=nameable(context, codes),
        known=known,
        masses=np.bincount(slot, weights=amounts[event], minlength=len(codes)).astype(np.float64),
        of_event=np.searchsorted(rank, np.arange(k + 1)),
        borne=ordered,
    )
    return found, codes


def _in_order(positions: NDArray[np.int64], codes: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Pairs by ascending position."""
    if (positions[1:] >= positions[:-1]).all():
        return positions, codes
    order = np.argsort(positions, kind="stable")
    return positions[order], codes[order]


def _stated(context: Context) -> list[int]:
    """Codes of the tags that the person stated."""
    explicit = context.person.explicit if context.person else None
    return [context.catalogue.tag_words.code(tag) for tag in explicit.preferences.tags] if explicit else []
