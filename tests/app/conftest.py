"""A real service on a small catalogue: DuckDB and FAISS are real, the encoder is the small hashing one."""

import asyncio
import itertools
import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from app.insights.reading import Insights
from app.insights.served_answer import ANSWER_SCHEMA
from app.insights.served_files import ServedFiles
from app.insights.views import Segments
from app.person.export import Export
from app.pipeline.slate import Slate
from app.requests.people import PersonalizationRequest, PreviewRequest, ProfilePatch, ResetRequest
from app.requests.slates import RecommendRequest, SimilarRequest
from app.service import Service
from app.serving.embedder import Embedder
from app.settings import Settings
from app.storage.database import SERVED, Database
from app.storage.opening import open_stores
from app.storage.postgres.database import PostgresDatabase
from app.storage.rows import ControlAction, NewEvent
from app.storage.settings import StorageSettings
from indexer.build import Builder, BuildInput
from indexer.documents import EventDocument, ItemDocument
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import Encoder, HashingEncoder
from models.events import EventWeights
from tests.postgres import PostgresServer, postgres_server

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


@pytest.fixture(autouse=True)
def reads_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test does with a service: no read of the database stands on its event loop, where all would wait."""
    found: list[str] = []

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            if on_a_loop() and not starting():
                found.append("".join(traceback.format_stack(limit=8)))
            return method(*given)

        return call

    monkeypatch.setattr(Database, "reading", guarded(Database.reading))
    for name in ("read", "snapshot"):
        monkeypatch.setattr(PostgresDatabase, name, guarded(getattr(PostgresDatabase, name)))
    yield
    assert not found, f"{len(found)} reads on the event loop, the first:\n{found[0]}"


def starting() -> bool:
    """Whether the service is being put together or taken apart: nobody is served then, and nobody waits."""
    places = {("lifespan", "/main.py"), ("running", "/main.py"), ("start", "/service.py")}
    frames = ((frame.name, frame.filename) for frame in traceback.extract_stack())
    return any(name == known and file.endswith(f"app{end}") for name, file in frames for known, end in places)


def on_a_loop() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Household:
    """A service with a loop of its own, called synchronously."""

    def __init__(self, folder: Path, encoder: Encoder | None = None, **settings: Any) -> None:
        self.settings = Settings(**{"data_dir": folder, "as_of": NOW} | settings)
        self.encoder = encoder or HashingEncoder(64)
        self.cache = EmbeddingCache(folder / "embeddings")
        self.snapshots = SnapshotFolder(self.settings.snapshot_folder)
        self.loop = asyncio.new_event_loop()
        self.stores = open_stores(folder, self.settings.storage)
        self.embedder = Embedder(self.encoder, self.cache)
        self.service = Service(self.settings, self.stores, self.embedder)

    def publish(
        self, items: list[ItemDocument], version: int = 0, ready: Callable[[str], None] = lambda _: None
    ) -> str:
        """Build a snapshot and take it up."""
        builder = Builder(
            self.settings.index, self.encoder, self.cache, self.snapshots, lambda _: None,
            attributes=self.settings.attributes, ready=ready,
        )  # fmt: skip
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

    def recommend(self, user: str, limit: int = 10, *, explain: str = "full", **fields: Any) -> Slate:
        return self.service.recommend(RecommendRequest(user_id=user, limit=limit, explain=explain, **fields))

    def similar(self, **fields: Any) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.similar(SimilarRequest(**fields)))

    def profile(self, user: str) -> dict[str, Any]:
        return self.loop.run_until_complete(self.service.person.profile(user)).payload

    def etag(self, user: str) -> str:
        return self.loop.run_until_complete(self.service.person.etag(user))

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
        self.service.close()
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
def postgres() -> Iterator[PostgresServer]:
    """A server of PostgreSQL, for all tests of this process."""
    with postgres_server() as server:
        yield server


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


class Ledger:
    """Real stores and a real served log, filled with literal rows, and the views on them.

    What a row leaves out has the plainest value; times are RFC 3339 without an offset, in UTC.
    """

    def __init__(
        self,
        folder: Path,
        segments: tuple[str, ...] = (),
        weights: EventWeights | None = None,
        storage: StorageSettings | None = None,
    ) -> None:
        self.stores = open_stores(folder, storage)
        self.files = ServedFiles(folder / SERVED)
        self.insights = Insights(self.stores, self.files, weights or EventWeights(), Segments(segments))
        self._numbers = itertools.count(1)

    def answers(self, *rows: dict[str, Any]) -> None:
        """Each with `recommendation_id, user_id, served_at, item_ids`, and any other column of the log."""
        self.files.append(pa.Table.from_pylist([_whole_answer(row) for row in rows], ANSWER_SCHEMA))

    def events(self, *rows: dict[str, Any]) -> None:
        """Each with `user_id, item_id, type, occurred_at`, and any other field of an event."""
        stored = []
        for row in rows:
            at = datetime.fromisoformat(row["occurred_at"]).replace(tzinfo=UTC).timestamp()
            given = {"event_id": f"event-{next(self._numbers)}", "received_at": at} | row
            stored.append(NewEvent(**given | {"occurred_at": at}))
        self.stores.events.append(stored).result()

    def users(self, *rows: dict[str, Any]) -> None:
        """Each with `user_id`, and `attributes` or `personalization`."""
        for row in rows:
            profile = {"attributes": row.get("attributes", {})}
            self.stores.users.put_profile(row["user_id"], json.dumps(profile).encode(), 0.0).result()
            self.stores.users.set_personalization(row["user_id"], row.get("personalization", True), 0.0).result()

    def controls(self, *rows: dict[str, Any]) -> None:
        """Each with `user_id, action, at` and perhaps `detail`, as the history of control actions has them."""
        for row in rows:
            at = datetime.fromisoformat(row["at"]).replace(tzinfo=UTC).timestamp()
            detail = json.dumps(row.get("detail", {})).encode()
            self.stores.identities.record(ControlAction(row["user_id"], row["action"], detail, at, None)).result()

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows that a query of the views answers."""
        with self.insights.reading() as connection:
            return connection.execute(sql, list(parameters)).fetchall()


def _whole_answer(row: dict[str, Any]) -> dict[str, Any]:
    count = len(row["item_ids"])
    plain: dict[str, Any] = {
        "page": 1,
        "snapshot": "s1",
        "policy": "p1",
        "personalized": True,
        "machine": False,
        "floors_missed": [],
        "floors_unaffordable": [],
        "topics": ["t1"] * count,
        "providers": [None] * count,
        "sources": ["interests"] * count,
        "label_kinds": ["because_you"] * count,
        "explorations": [False] * count,
        "propensities": [1.0] * count,
        "scores": [1.0] * count,
    }
    return plain | row | {"served_at": datetime.fromisoformat(row["served_at"])}


@pytest.fixture(scope="module")
def open_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Ledger]]:
    """Opens a ledger, with segments if any are named."""
    opened: list[Ledger] = []

    def opening(**given: Any) -> Ledger:
        opened.append(Ledger(tmp_path_factory.mktemp("ledger"), **given))
        return opened[-1]

    yield opening
    for each in opened:
        each.stores.close()


@pytest.fixture
def ledger(open_ledger: Callable[..., Ledger]) -> Iterator[Ledger]:
    """An empty one."""
    opened = open_ledger()
    yield opened
    opened.stores.close()
