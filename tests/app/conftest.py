"""A real service on a small catalogue: DuckDB and FAISS are real, the encoder is the small hashing one."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.person.export import Export
from app.pipeline.slate import Slate
from app.requests import (
    PersonalizationRequest,
    PreviewRequest,
    ProfilePatch,
    RecommendRequest,
    ResetRequest,
    SimilarRequest,
)
from app.service import Service
from app.serving.embedder import Embedder
from app.settings import Settings
from app.storage.duckdb import open_stores
from indexer.build import Builder, BuildInput
from indexer.documents import EventDocument, ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import Encoder, HashingEncoder

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THEMES = {
    "rust": "borrow checker ownership compiler memory systems",
    "gardening": "soil compost seeds watering vegetables",
    "astronomy": "telescope galaxies planets nebula orbit",
    "cooking": "recipe oven garlic simmer butter",
    "cycling": "bicycle gears saddle climbing wheels",
    "chess": "opening endgame bishop sacrifice tempo",
}


def make_item(number: int, **fields: Any) -> ItemDocument:
    """An item of one theme; every sixth is recent, formats and providers alternate."""
    theme = list(THEMES)[number % len(THEMES)]
    return ItemDocument.model_validate(
        {
            "item_id": f"i{number:03}",
            "title": f"{theme} number {number}",
            "text": f"{THEMES[theme]} {theme} {theme}",
            "tags": [theme, "hobby" if number % 2 else "craft"],
            "format": ("article", "video")[number % 2],
            "language": "en",
            "provider": f"p{number % 4}",
            "published_at": (NOW - timedelta(days=(number * 7) % 180)).isoformat(),
        }
        | fields,
        strict=False,
    )


def make_event(number: int, user: str, item: str, kind: str = "like", days_ago: float = 1.0) -> EventDocument:
    """An event of one user on one item."""
    occurred_at = (NOW - timedelta(days=days_ago)).isoformat()
    row = {"event_id": f"e{number}", "user_id": user, "item_id": item, "type": kind, "occurred_at": occurred_at}
    return EventDocument.model_validate(row, strict=False)


class Household:
    """A service with a loop of its own, called synchronously."""

    def __init__(self, folder: Path, encoder: Encoder | None = None, **settings: Any) -> None:
        self.settings = Settings(**{"data_dir": folder, "as_of": NOW} | settings)
        self.encoder = encoder or HashingEncoder(64)
        self.cache = EmbeddingCache(folder / "embeddings")
        self.snapshots = SnapshotFolder(self.settings.snapshot_folder)
        self.loop = asyncio.new_event_loop()
        self.stores = open_stores(folder)
        self.embedder = Embedder(self.encoder, self.cache)
        self.service = Service(self.settings, self.stores, self.embedder)

    def publish(self, items: list[ItemDocument], version: int = 0) -> str:
        """Build a snapshot and take it up."""
        builder = Builder(self.settings.index, self.encoder, self.cache, self.snapshots, lambda _: None)
        manifest, _ = builder(BuildInput(items, version), force=True)
        self.loop.run_until_complete(self.service.snapshot_swap.refresh())
        return manifest.snapshot_id

    def ingest(self, *events: EventDocument) -> list[str]:
        """The status of each event."""
        return [result.status for result in self.loop.run_until_complete(self.service.ingest(events))]

    def put(self, *items: ItemDocument) -> list[bool]:
        return self.loop.run_until_complete(self.service.upsert_items(items))

    def delete(self, item_id: str) -> None:
        self.loop.run_until_complete(self.service.delete_item(item_id))

    def recommend(self, user: str, limit: int = 10, **fields: Any) -> Slate:
        return self.service.recommend(RecommendRequest(user_id=user, limit=limit, **fields))

    def similar(self, **fields: Any) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.similar(SimilarRequest(**fields)))

    def profile(self, user: str) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.person.profile(user)).payload

    def patch(self, user: str, **fields: Any) -> dict[str, Any]:
        """The profile afterwards."""
        self.loop.run_until_complete(self.service.person.patch(user, ProfilePatch.model_validate(fields)))
        return self.profile(user)

    def controls(self, user: str) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.person.controls(user))

    def export(self, user: str) -> Export:
        return self.loop.run_until_complete(self.service.person.export(user))

    def reset(self, user: str, **fields: Any) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.person.reset(user, ResetRequest.model_validate(fields)))

    def undo_reset(self, user: str) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.person.undo_reset(user))

    def switch(self, user: str, **fields: Any) -> dict[str, Any]:
        wanted = PersonalizationRequest.model_validate(fields)
        return self.loop.run_until_complete(self.service.person.switch(user, wanted))

    def wish(self, user: str, topic: str, wish: str | None, **asked: Any) -> dict[str, Any]:
        wanted = PreviewRequest.model_validate(asked)
        return self.loop.run_until_complete(self.service.person.wish(user, topic, wish, wanted))

    def ignore_event(self, user: str, event_id: str) -> None:
        self.loop.run_until_complete(self.service.person.ignore_event(user, event_id))

    def merge(self, user: str, source: str) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.person.merge(user, source))

    def erase(self, user: str) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.person.erase(user))

    def take_back(self, user: str) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.person.take_back(user))

    def close(self) -> None:
        self.embedder.close()
        self.stores.close()
        self.loop.close()


@contextmanager
def household(folder: Path, **settings: Any) -> Iterator[Household]:
    """A household that is closed at the end."""
    home = Household(folder, **settings)
    try:
        yield home
    finally:
        home.close()


@pytest.fixture(scope="session")
def open_household() -> Callable[..., Any]:
    """Opens further households."""
    return household


@pytest.fixture(scope="session")
def an_item() -> Callable[..., ItemDocument]:
    return make_item


@pytest.fixture(scope="session")
def an_event() -> Callable[..., EventDocument]:
    return make_event


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Household]:
    """A service on 90 items of six themes."""
    with household(tmp_path) as opened:
        opened.publish([make_item(number) for number in range(90)])
        yield opened
