"""Source: good items from outside what is a person's own.

Which topics are looked into is a bandit's choice: Thompson sampling over how the person received each topic so far,
with closeness to the person as the prior, seeded by person and snapshot, so that the same request gets the same topics.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

from app.pipeline.context import Context
from app.pipeline.topic_draw import TopicDraw
from models.ids import Rows
from models.kernels.rows import best_of_groups
from models.topic_draws import Numbers, beta_parameters, levels_of

_LOOKED_AT = 10
"""Items of a topic that are looked at for each one wanted; where these do not suffice, backfill looks through all."""


class Explore:
    """Draws topics that are not the person's own, and takes the best received items of each that are not either."""

    name = "explore"

    def __call__(self, context: Context) -> Rows:
        """Rows, the drawn topics taking turns."""
        per_topic = self._best(context, self._draw(context))
        turns = np.full((context.settings.sources.explore_items, len(per_topic)), -1, dtype=np.int32)
        for column, rows in enumerate(per_topic):
            turns[: len(rows), column] = rows
        return turns[turns >= 0]

    @staticmethod
    def _draw(context: Context) -> NDArray[np.int64]:
        asked = context.settings.sources
        outside = np.flatnonzero(~context.ground.mine[: context.catalogue.unread_topic])
        outside = outside if context.request.asked is None else _asked_for(context, outside)
        successes, failures, ignored = (each[outside] for each in reception(context))
        received, settings = (successes, failures, ignored), asked.draw()
        levels = levels_of(_closeness(context)[outside])
        a, b = beta_parameters(levels, received, settings)
        random = context.generator("explore")
        alike = settings.uniform > 0 and random.random() < settings.uniform
        values = random.random(len(outside)) if alike else random.beta(a, b)
        drawn = np.argsort(-values, kind="stable")[: asked.explore_topics]
        context.draw = TopicDraw(outside, levels, received, settings, drawn)
        return outside[drawn]

    @staticmethod
    def _best(context: Context, topics: NDArray[np.int64]) -> list[Rows]:
        """The best received items of each topic that are not the person's own, best first."""
        wanted, catalogue = context.settings.sources.explore_items, context.catalogue
        rows, spans = catalogue.rows_of_topics(topics)
        if context.request.asked is not None:
            rows, spans = _among(context.request.asked.rows, rows, spans)
        items, places = catalogue.located(rows)
        best, ends = best_of_groups(
            rows,
            spans,
            context.exclusions.unsearchable,
            context.environment.popularity.as_of(context.now).counts,
            (items.published_at, places),
            _LOOKED_AT * wanted,
        )
        others = ~context.ground.covers(best)
        pairs = itertools.pairwise([0, *ends.tolist()])
        return [best[start:end][others[start:end]][:wanted] for start, end in pairs]


def _asked_for(context: Context, topics: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of some topics that have an item which the request asks for."""
    assert context.request.asked is not None  # noqa: S101 - the caller knows
    held = np.bincount(context.catalogue.topics[context.request.asked.listed], minlength=topics.max(initial=0) + 1)
    return topics[held[topics] > 0]


def _among(wanted: NDArray[np.bool_], rows: Rows, spans: NDArray[np.int64]) -> tuple[Rows, NDArray[np.int64]]:
    """(rows, spans) of the wanted ones among the rows of each topic; `wanted` by row of the catalogue."""
    parts = [rows[start:end][wanted[rows[start:end]]] for start, end in spans.tolist()]
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    starts = ends - [len(part) for part in parts]
    return np.concatenate([rows[:0], *parts]), np.stack([starts, ends], axis=1)


def reception(context: Context) -> tuple[Numbers, Numbers, Numbers]:
    """(successes, failures, ignored), float64 [topics] each, of what a person did with items of each topic.

    Successes and failures are decayed weights; ignored counts impressions, whatever came of them.
    """
    features, now = context.evidence.features, context.now
    successes = features.topic_masses * features.liked.fade(now)
    failures = features.disliked_masses * features.disliked.fade(now)
    return successes, failures, features.ignored.astype(np.float64)


def _closeness(context: Context) -> NDArray[np.float32]:
    """float32 [topics]: inner products with the middles of topics, in any unit: only their ranges count."""
    features = context.evidence.features
    if not len(features.liked.events):
        return np.asarray(context.catalogue.topic_centroids @ context.evidence.content_embedding)
    return features.topic_closeness
