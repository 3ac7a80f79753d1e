"""Exact attribution of a slate's personal scores to the person's events and explicit profile."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.links import places_of
from app.pipeline.settings import RankingWeights
from models.attribution import Attribution
from models.history import EventColumns
from models.ids import Rows


def attribute(context: Context, rows: Rows, weights: RankingWeights) -> tuple[Attribution, EventColumns]:
    """What the personal terms of the score (similarity, format, interest and session) of `rows` consist of.

    Returns:
        The attribution, and the events behind its rows: positive ones first, then negative ones.
    """
    positive, amounts = context.evidence.relative_amounts
    negative, against = context.evidence.relative_negative_amounts
    index, blend = context.index(rows), context.environment.blend
    engage = context.catalogue.engage
    links = _links(context, len(positive), rows)
    near = context.evidence.engage @ index.T
    liked: NDArray[np.floating] = weights.similarity * (near + links)
    same_format = context.catalogue.formats[positive.rows][:, None] == context.catalogue.formats[rows][None, :]
    has_format = context.catalogue.formats[rows] >= 0
    liked = liked + weights.format * (same_format & has_format)
    disliked = -weights.similarity * ((engage[negative.rows] * blend.beta) @ index.T)
    explicit: NDArray[np.floating] = np.zeros(len(rows))
    if context.evidence.explicit is not None:
        explicit = weights.similarity * blend.gamma * (index @ context.evidence.explicit)
    attribution = Attribution(
        contributions=np.vstack([amounts[:, None] * liked, against[:, None] * disliked]),
        explicit=np.asarray(explicit, dtype=np.float64),
        squares=np.square(np.concatenate([amounts, blend.beta_mass * against])),
        explicit_square=context.evidence.explicit_mass,
        averaged=np.vstack([_averaged(context, near, rows, weights), np.zeros_like(disliked)]),
    )
    return attribution, _joined(positive, negative)


def _averaged(context: Context, near: NDArray[np.floating], rows: Rows, weights: RankingWeights) -> NDArray[np.float64]:
    """float64 [positive events, n]: what each adds to the terms interest and session; `near`: <engage_k, index_j>."""
    (events, parts), (_, now) = context.evidence.interest_amounts, context.evidence.session_amounts
    catalogue, width = context.catalogue, context.catalogue.space.content_dimension
    alike = context.evidence.engage[:, :width] @ context.index(rows)[:, :width].T
    alike *= catalogue.topics[events.rows][:, None] == catalogue.topics[rows][None, :]
    return np.asarray(weights.interest * parts[:, None] * alike + weights.session * now[:, None] * near)


def _links(context: Context, events: int, rows: Rows) -> NDArray[np.float64]:
    """float64 [events, n]: weight of the link from each event's item to each row, 0 where there is none."""
    found = np.zeros((events, len(rows)))
    links = context.evidence.neighbour_links
    place = places_of(links.rows, rows, len(context.catalogue))
    hit = place >= 0
    found[links.event[hit], place[hit]] = links.weights[hit]
    return found


def _joined(first: EventColumns, second: EventColumns) -> EventColumns:
    return EventColumns(
        np.concatenate([first.sequence, second.sequence]),
        np.concatenate([first.rows, second.rows]),
        np.concatenate([first.codes, second.codes]),
        np.concatenate([first.weights, second.weights]),
        np.concatenate([first.times, second.times]),
    )
