"""The service as it is: items indexed, events ingested, and every ranking an answer of the code behind `/recommend`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from app.pipeline.settings import FloorSettings, VarietySettings
from app.requests.asked import MAX_EXCLUDED, MAX_LIMIT
from app.requests.slates import RecommendRequest
from app.settings import Settings as AppSettings
from indexer.documents import EventDocument
from indexer.embeddings import EmbeddingCache
from models.dwell import DwellSettings
from models.encoder import Encoder, HashingEncoder
from models.ids import Rows
from scripts.benchmarks.in_process_service import Catalogue, InProcessService
from scripts.benchmarks.recall.dataset import Entities
from scripts.benchmarks.recall.interactions import Lists
from scripts.benchmarks.recall.model import NotApplicableError, Ranker, Settings
from scripts.benchmarks.recall.penchant.configuration import configured
from scripts.benchmarks.recall.penchant.sent import documents_of, events_of, told_later
from scripts.benchmarks.recall.split import Scope, Split
from scripts.benchmarks.recall.tuning import Tuned

NO_FLOORS: Final = FloorSettings(exploration_share=0.0, recency_share=0.0, topic_cap_share=1.0, provider_cap_share=1.0)
NO_VARIETY: Final = VarietySettings(calibration=0.0, diversity=0.0, least_distance=0.0)

FOUND: Final = "recall@10 of the index"
"""Stands beside the settings: what the ANN index finds of exact search's ten, however little that is."""

CHARTER: Final = Path(__file__).parent / "charter.toml"
"""Stands where the operator's settings name none: every topic may be recommended and nothing is too old to be kept."""

_NO_WORDS: Final = HashingEncoder(8)
"""Where nothing is said of the items; their content has no weight then."""


@dataclass(frozen=True, slots=True)
class AsServed:
    """The whole service, in this process: database, snapshot, ANN index, user states, pipeline.

    Attributes:
        settings: the operator's.
        encoder: of the content vectors.
        cache: of the content vectors.
        vectors: whose settings, chosen on validation, the index is built with.
        floors: whether the operator's floors, caps and weights of variety hold, or none of them.
    """

    settings: AppSettings
    encoder: Encoder
    cache: EmbeddingCache
    vectors: Tuned
    floors: bool

    @property
    def name(self) -> str:
        """Of the row."""
        return "as served" if self.floors else "as served, floors off"

    def fit(self, split: Split) -> Ranker:
        """Start a service, send it training, rebuild the index from it, and send the rest of what people are known by.

        Where nothing is known of the items there are neither topics nor dates for a floor to be of, so none is on.

        Raises:
            NotApplicableError: floors are to be off, and are so in any case.
        """
        entities = split.entities
        if not self.floors and not entities.documents:
            raise NotApplicableError(f"{entities.name} does not tell what its items are: `as served` has no floors")
        chosen = self.vectors.choose(split)
        settings = self._settings(split, chosen)
        encoder = self.encoder if entities.documents else _NO_WORDS
        with ExitStack() as stack:
            run = InProcessService(settings, Catalogue(documents_of(entities), encoder, self.cache))
            stack.callback(run.close)
            _send_all(run, events_of(entities, split.train, settings.events.table()))
            run.rebuild(force=True)
            _send_all(run, events_of(entities, told_later(split), settings.events.table()))
            stack.pop_all()
        return Served(run, entities, {**chosen, FOUND: run.service.readiness()["recall_at_10"]})

    def _settings(self, split: Split, chosen: Settings) -> AppSettings:
        settings = configured(self.settings, chosen)
        without = {} if self.floors and split.entities.documents else {"floors": NO_FLOORS, "variety": NO_VARIETY}
        update = {
            "as_of": datetime.fromtimestamp(split.now, UTC),
            "charter": settings.charter or CHARTER,
            "events": settings.events.model_copy(update={"dwell": DwellSettings(by_words=False)}),  # values are shares
            "query": settings.query.model_copy(update=without),
        }
        return settings.model_copy(update=update)


def _send_all(run: InProcessService, events: Sequence[EventDocument]) -> None:
    """Raises RuntimeError where the service does not take every event: a row on half of the data is none."""
    counts = run.send(events)
    if counts["accepted"] < len(events):
        raise RuntimeError(f"of {len(events)} events the service took {counts['accepted']}: {dict(counts)}")


class Served:
    """A running service as a ranker."""

    def __init__(self, run: InProcessService, entities: Entities, settings: Settings) -> None:
        self.settings = settings
        self._run = run
        self._entities = entities
        self._row_of = {item_id: row for row, item_id in enumerate(entities.items)}

    def rank(self, histories: Lists, scope: Scope, k: int) -> Rows:
        """One request a person, for as many items as a request may ask for.

        Raises:
            NotApplicableError: the scope leaves out more items than a request may.
        """
        excluded = (
            [] if scope.allowed is None else [self._entities.items[row] for row in np.flatnonzero(~scope.allowed)]
        )
        if len(excluded) > MAX_EXCLUDED:
            raise NotApplicableError(f"a request excludes at most {MAX_EXCLUDED:,} items, not {len(excluded):,}")
        ranked = np.full((len(histories), k), -1, dtype=np.int32)
        for place, user in enumerate(histories.users):
            request = RecommendRequest(user_id=self._entities.users[user], limit=min(k, MAX_LIMIT), exclude=excluded)
            items = self._run.service.recommend(request).items
            ranked[place, : len(items)] = [self._row_of[item.item_id] for item in items]
        return ranked

    def close(self) -> None:
        """Stop the service and delete its files."""
        self._run.close()
