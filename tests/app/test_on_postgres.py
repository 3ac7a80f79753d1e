"""A service whose people are in PostgreSQL answers like one whose people are in DuckDB, over HTTP."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from app.storage.settings import StorageSettings
from indexer.build import Builder, BuildInput
from indexer.embeddings import EmbeddingCache
from indexer.snapshot_files import SnapshotFolder
from models.encoder import HashingEncoder
from tests.postgres import Postgres

ITEMS = 60
VOLATILE = {"recommendation_id", "next_cursor", "database_rewritten", "audit"}


def like(number, user, item, kind="like", **fields):
    return {"event_id": f"e{number}", "user_id": user, "item_id": item, "type": kind} | fields


def tour(new_item):
    """Requests that pass through all that is kept of people: (method, path, body)."""
    return [
        ("POST", "/events", [like(n, "ann", f"i{6 * n:03}") for n in range(5)]),
        ("POST", "/events", [like(0, "ann", "i000"), like(1, "ann", "i001"), like(9, "bob", "i007", "dislike")]),
        ("POST", "/events", [like(10, "ann", "i900"), like(11, "visitor", "i002", "dwell", value=90.0)]),
        ("GET", "/recommend?user_id=ann&limit=8&explain=full", None),
        ("POST", "/items", [new_item]),
        ("GET", "/recommend?user_id=ann&limit=8", None),
        ("PATCH", "/users/ann/profile", {"role": "gardener", "goals": ["grow vegetables"]}),
        ("GET", "/users/ann/profile", None),
        ("PUT", "/users/bob/personalization", {"enabled": False}),
        ("POST", "/events", [like(12, "bob", "i003")]),
        ("GET", "/recommend?user_id=bob&limit=8", None),
        ("PUT", "/users/bob/personalization", {"enabled": True}),
        ("PUT", "/users/ann/interests/rust", {"wish": "less"}),
        ("GET", "/recommend?user_id=ann&limit=8", None),
        ("POST", "/users/ann/merge", {"from": "visitor"}),
        ("GET", "/users/ann/profile", None),
        ("DELETE", "/users/ann/events/e1", None),
        ("POST", "/users/ann/reset-embedding", {}),
        ("GET", "/recommend?user_id=ann&limit=8", None),
        ("POST", "/users/ann/undo-reset", None),
        ("GET", "/recommend?user_id=ann&limit=8", None),
        ("GET", "/users/ann/controls", None),
        ("GET", "/users/ann/export", None),
        ("GET", "/popular?limit=5", None),
        ("GET", "/insights/metrics", None),
        ("GET", "/similar?item_id=i001&limit=5", None),
        ("DELETE", "/users/ann", None),
        ("POST", "/events", [like(13, "ann", "i004")]),
        ("GET", "/users/ann/profile", None),
        ("GET", "/recommend?user_id=ann&limit=8", None),
        ("GET", "/recommend?user_id=bob&limit=8", None),
    ]


@pytest.fixture(scope="module")
def places(tmp_path_factory, an_item, postgres):
    """Settings of two services on one snapshot, by the database that each has."""
    folder = tmp_path_factory.mktemp("on_postgres")
    made = Settings(data_dir=folder / "duckdb", as_of=an_item(0).published_at + timedelta(days=1))
    builder = Builder(
        made.index,
        HashingEncoder(64),
        EmbeddingCache(made.data_dir / "embeddings"),
        SnapshotFolder(made.snapshot_folder),
        lambda _: None,
    )
    builder(BuildInput([an_item(number) for number in range(ITEMS)], 0), force=True)
    shutil.copytree(made.data_dir, folder / "postgres")
    storage = Postgres(postgres).settings(folder, StorageSettings())
    other = made.model_copy(update={"data_dir": folder / "postgres", "storage": storage})
    return {"duckdb": made, "postgres": other}


@asynccontextmanager
async def running(settings):
    """A client of a service in this process."""
    app = create_app(settings, HashingEncoder(64))
    async with app.router.lifespan_context(app) as state:

        async def with_state(scope, receive, send):
            await app({**scope, "state": dict(state)}, receive, send)

        transport = httpx.ASGITransport(with_state)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client


def plain(answer):
    """Without what is another one at every call."""
    if isinstance(answer, dict):
        return {name: plain(value) for name, value in answer.items() if name not in VOLATILE}
    return [plain(each) for each in answer] if isinstance(answer, list) else answer


def run(settings, steps):
    return asyncio.run(answers(settings, steps))


async def answers(settings, steps):
    async with running(settings) as client:
        told = []
        for method, path, body in steps:
            answer = await client.request(method, path, json=body)
            content = answer.json() if "json" in answer.headers.get("content-type", "") else answer.text
            told.append((method, path, answer.status_code, plain(content)))
        return told


def test_a_tour_of_the_api_gets_the_same_answers_and_so_does_one_after_a_restart(places, an_item):
    steps = tour(an_item(900).model_dump(mode="json", exclude_none=True))
    one, other = [run(places[name], steps) for name in ("duckdb", "postgres")]
    for mine, theirs in zip(one, other, strict=True):
        assert mine == theirs
    refused = [(path, status) for _, path, status, _ in one if status >= 400]
    assert refused == [("/events", 422)]  # of who was erased
    again = [("GET", f"/recommend?user_id={user}&limit=8", None) for user in ("ann", "bob", "visitor")]
    again += [("GET", "/users/bob/profile", None), ("GET", "/popular?limit=5", None)]
    assert run(places["duckdb"], again) == run(places["postgres"], again)
