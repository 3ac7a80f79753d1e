"""The list of stages, in the order in which they run. To add one: its class, its settings, its line here, its test."""

from __future__ import annotations

from typing import Final

from app.pipeline.backfill import Backfill
from app.pipeline.explainer import Explainer
from app.pipeline.filters.copies import Copies
from app.pipeline.filters.dismissed import Dismissed
from app.pipeline.filters.excluded import Excluded
from app.pipeline.filters.expired import Expired
from app.pipeline.filters.filter import Asked
from app.pipeline.filters.hidden import Hidden
from app.pipeline.filters.language import Language
from app.pipeline.filters.muted import Muted
from app.pipeline.filters.own import Own
from app.pipeline.filters.rested import Rested
from app.pipeline.filters.seen import Seen
from app.pipeline.filters.sensitive import Sensitive
from app.pipeline.recommend import Pipeline
from app.pipeline.reranker import FloorReranker
from app.pipeline.scorer import WeightedScorer
from app.pipeline.settings import QuerySettings
from app.pipeline.sources.embedding import Embedding
from app.pipeline.sources.explore import Explore
from app.pipeline.sources.fresh import Fresh
from app.pipeline.sources.interests import Interests
from app.pipeline.sources.neighbours import Neighbours
from app.pipeline.sources.popular import Popular
from app.pipeline.sources.stated import Stated
from app.pipeline.withheld import Filter

FILTERS: Final[tuple[Filter, ...]] = (
    Asked(), Seen(), Own(), Dismissed(), Muted(), Rested(), Excluded(), Hidden(), Expired(), Language(), Sensitive(),
    Copies(),
)  # fmt: skip
"""What a slate goes through."""

EVERYWHERE: Final = tuple(each for each in FILTERS if not isinstance(each, Own | Rested))
"""What `/similar` and pages that are given again go through: all but what keeps a slate new to its reader."""

READABLE: Final = (Hidden(), Expired(), Sensitive())
"""What keeps an item from a person who asks for it by its id: not what they muted, dismissed or do not read."""


def build_pipeline(settings: QuerySettings) -> Pipeline:
    """The one place that says what a request goes through."""
    return Pipeline(
        sources=(Interests(), Embedding(), Neighbours(), Stated(), Fresh(), Explore(), Popular()),
        filters=FILTERS,
        backfill=Backfill(),
        scorer=WeightedScorer(settings.weights),
        reranker=FloorReranker(settings.variety),
        explainer=Explainer(settings.weights),
    )
