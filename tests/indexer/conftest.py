"""Small catalogues, indexed with the small hashing encoder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.behaviour import BehaviourSettings, EventTable
from indexer.build import Builder, BuildInput, IndexSettings
from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot import Manifest, Snapshot
from indexer.snapshot_files import SnapshotFolder
from models.encoder import Encoder, HashingEncoder
from models.factors.settings import ExactSettings, FactorSettings

THEMES = {
    "rust": "borrow checker ownership compiler memory",
    "gardening": "soil compost seeds watering vegetables",
    "astronomy": "telescope galaxies planets nebula orbit",
    "chess": "opening endgame bishop sacrifice tempo",
}
FACTORS = FactorSettings(least_interactions=10, rank=4, exact=ExactSettings(ridge=5.0, content_weight=1.0))
LEARNING = IndexSettings(behaviour=BehaviourSettings(factors=FACTORS))
"""Learns from the little behaviour that there is in a test."""


def make_item(number: int, **fields: Any) -> ItemDocument:
    """An item of one of the themes, in turns."""
    theme = list(THEMES)[number % len(THEMES)]
    row = {
        "item_id": f"i{number:03}",
        "title": f"{theme} number {number}",
        "text": THEMES[theme],
        "tags": [theme],
        "format": "article",
        "language": "en",
        "published_at": f"2026-01-{number % 28 + 1:02}T00:00:00Z",
    }
    return ItemDocument.model_validate(row | fields, strict=False)


def make_events(people: int, items: int) -> EventTable:
    """Everybody likes the items of one theme."""
    pairs = np.array([(person, item) for person in range(people) for item in range(items) if (person - item) % 4 == 0])
    users, rows = pairs.T.astype(np.int32)
    weights, times = np.ones(len(users), np.float32), np.arange(len(users), dtype=np.float64)
    return EventTable(users, rows, [f"i{item:03}" for item in range(items)], weights, times, len(users))


class Workshop:
    """A folder of snapshots and the builder that fills it."""

    def __init__(self, folder: Path) -> None:
        self.snapshots = SnapshotFolder(folder / "snapshots")
        self.cache = EmbeddingCache(folder / "embeddings")
        self.said: list[str] = []
        self.encoder: Encoder = HashingEncoder(32)

    def build(
        self,
        given: BuildInput,
        settings: IndexSettings | None = None,
        *,
        force: bool = False,
        anew: bool = False,
        **more: Any,
    ) -> tuple[Manifest, bool]:
        settings = settings or IndexSettings()
        builder = Builder(settings, self.encoder, self.cache, self.snapshots, self.said.append, **more)
        return builder(given, force=force, anew=anew)

    def current(self) -> Snapshot:
        """The snapshot in service, opened from its files."""
        current = self.snapshots.current_id()
        assert current is not None
        return self.snapshots.open(current, IndexSettings().ann)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture(scope="session")
def an_item() -> Callable[..., ItemDocument]:
    return make_item


@pytest.fixture(scope="session")
def some_items() -> Callable[[int], tuple[ItemDocument, ...]]:
    return lambda count: tuple(make_item(number) for number in range(count))


@pytest.fixture(scope="session")
def some_events() -> Callable[[int, int], EventTable]:
    return make_events


@pytest.fixture(scope="session")
def learning() -> IndexSettings:
    return LEARNING
