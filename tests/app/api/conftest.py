"""The HTTP layer in front of a small service that keeps items and events in memory.

Every answer that a test gets is held to the OpenAPI document: its status and content type must be documented, and its
body must have the documented shape.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access.access import Access
from app.access.settings import AccessSettings
from app.api.answers import JSON
from app.api.application import build
from app.api.schemas.problem import Problem
from app.errors import (
    EventNotFoundError,
    ItemNotFoundError,
    MergeRefusedError,
    NothingToUndoError,
    OutdatedError,
    UnknownTopicError,
)
from app.person.service import Profile
from app.pipeline.reranker import FloorReceipt
from app.pipeline.slate import Reason, Slate, SlateItem
from app.policy.personalization_switch import Target
from app.replicas.freshness import Alone
from app.requests.people import PersonalizationRequest, PreviewRequest, ProfilePatch, ResetRequest
from app.requests.slates import PageRequest, RecommendRequest, SimilarRequest
from app.serving.event_rules import EventResult
from app.settings import HttpSettings
from indexer.documents import EventDocument, ItemDocument

NOW = "2024-05-01T12:00:00+00:00"


class MemoryLists:
    """Notes what was asked, and answers in the right shape."""

    def __init__(self, asked: list[Any]) -> None:
        self.asked = asked

    def popular(self, request: Any) -> dict[str, Any]:
        self.asked.append(request)
        item = {"item_id": "i1", "title": "Title", "rank": 1, "score": 3.0}
        return {"snapshot": "s1", "items": [item], "reason": "no more", "withheld": []}

    async def trending(self, request: Any) -> dict[str, Any]:
        return self.popular(request)

    def items(self, request: Any) -> dict[str, Any]:
        self.asked.append(request)
        return {"snapshot": "s1", "count": 1, "items": [{"item_id": "i1", "title": "Title"}]}

    def tags(self, request: Any) -> dict[str, Any]:
        self.asked.append(request)
        return {"tags": [{"tag": "rust", "items": 1, "people": None, "examples": ["Title"]}]}

    def together(self, request: Any) -> dict[str, Any]:
        self.asked.append(request)
        item = {"item_id": "i1", "title": "Title", "rank": 1, "score": 0.5, "people": 12, "share": 0.6}
        return {"snapshot": "s1", "people": 20, "items": [item], "withheld": []}

    def topics(self, request: Any) -> dict[str, Any]:
        self.asked.append(request)
        return {"topics": [{"topic": "rust", "name": "Rust", "items": 1, "people": None, "examples": ["Title"]}]}


class MemorySwitch:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Target, str, str, bool]] = []

    def payload(self) -> dict[str, Any]:
        return {"switched_off": [], "record": []}

    async def set(self, target: Target, key_id: str, why: str, *, enabled: bool) -> dict[str, Any]:
        self.asked.append((target, key_id, why, enabled))
        return self.payload()


class MemoryService:
    """Answers like the service, from dictionaries. `failure`, if set, is raised by `recommend`."""

    def __init__(self) -> None:
        self.items: dict[str, ItemDocument] = {}
        self.events: dict[str, EventDocument] = {}
        self.asked: list[Any] = []
        self.failure: Exception | None = None
        self.reasons: list[str] = []
        self.title = "Title"
        self.discreet: list[bool] = []
        self.freshness, self.continued = Alone(), None
        self.person = MemoryPerson(self.asked)
        self.administrators_switch = MemorySwitch()

    async def upsert_items(self, documents: Sequence[ItemDocument]) -> list[bool]:
        new = [document.item_id not in self.items for document in documents]
        self.items |= {document.item_id: document for document in documents}
        return new

    def told_of_attributes(self, document: ItemDocument) -> str | None:
        return "attributes.price is not a number" if document.attributes.get("price") == "cheap" else None

    def get_item(self, item_id: str, user_id: str | None = None) -> bytes:
        if item_id not in self.items:
            raise ItemNotFoundError(item_id)
        document = self.items[item_id].model_dump(mode="json", exclude_none=True)
        return orjson.dumps(document | {"sensitivity": {"withheld": False, "topics": []}})

    @property
    def lists(self) -> "MemoryLists":
        return MemoryLists(self.asked)

    async def patch_item(self, item_id: str, patch: dict[str, Any]) -> bytes:
        document = orjson.loads(self.get_item(item_id))
        document.pop("sensitivity")
        self.items[item_id] = ItemDocument.model_validate(document | patch, strict=False)
        return self.get_item(item_id)

    async def delete_items(self, item_ids: Sequence[str]) -> set[str]:
        return {item_id for item_id in item_ids if self.items.pop(item_id, None) is None}

    async def delete_item(self, item_id: str) -> None:
        if self.items.pop(item_id, None) is None:
            raise ItemNotFoundError(item_id)

    async def ingest(self, events: Sequence[EventDocument]) -> list[EventResult]:
        return [self._take(event) for event in events]

    def knows_event(self, user_id: str, event_id: str) -> bool:
        return (user_id, event_id) in self.events

    def _take(self, event: EventDocument) -> EventResult:
        if event.item_id == "unknown":
            return EventResult(event.event_id, "rejected", "item_id", "the catalogue has no item with this id")
        if event.item_id == "before-reset":
            return EventResult(event.event_id, "ignored", message="the person's profile was reset after this happened")
        own = event.user_id, event.event_id
        if self.events.get(own, event).item_id != event.item_id:
            return EventResult(event.event_id, "conflict", "event_id", "another event has this id")
        duplicate = own in self.events
        self.events[own] = event
        return EventResult(event.event_id, "duplicate" if duplicate else "accepted")

    async def delete_filtered(self, text: str, confirmed: int | None) -> dict[str, Any]:
        self.asked.append((text, confirmed))
        return {"counts": {"deleted": confirmed or 0, "unknown": 0, "matching": 2}, "results": []}

    def recommend_once(self, request: RecommendRequest) -> Slate:
        if request.user_id == "nobody":
            raise ItemNotFoundError("nothing")
        return self.recommend(request)

    def recommend(self, request: RecommendRequest, *, discreet: bool = False) -> Slate:
        self.discreet.append(discreet)
        self.asked.append(request)
        if self.failure:
            raise self.failure
        reason = Reason("because_you", 0.5, "rust", "i2", "Rust in anger", "like", NOW)
        item = SlateItem("i1", self.title, 1, 0.5, "interests", "Because you liked rust", (reason,), False, False, None)
        receipt = FloorReceipt("exploration", 4, 4, None)
        return Slate("r1", request.user_id, True, "s1", "p1", (item,), (receipt,), () if request.debug else None)

    def recommend_page(self, request: PageRequest, made: list[Slate], *, discreet: bool = False) -> list[Slate]:
        return [self.recommend(each) for each in request.requests()]

    async def similar(self, request: SimilarRequest, *, discreet: bool = False) -> dict[str, Any]:
        self.discreet.append(discreet)
        self.asked.append(request)
        if request.item_id == "unknown":
            raise ItemNotFoundError(request.item_id)
        found = {"item_id": "i1", "title": "Title", "rank": 1, "score": 0.5, "likeness": 0.5, "match": "content"}
        return {
            "snapshot": "s1",
            "policy": "p1",
            "near": True,
            "items": [{**found, "label": "Also about rust"}],
            "withheld": [],
        }

    def transparency(self) -> dict[str, Any]:
        named: dict[str, Any] = {"data_used": [], "user_controls": {}, "ranking_weights": {}, "floors": {}}
        charter = {"name": "<b>Shop</b>", "personalised": "Items.", "outcome": "Joy.", "disclosure": "Chosen for you."}
        named |= {"charter": charter, "sensitive_topics": [], "half_lives": {}, "events": {"signals": {}}}
        return {
            **named,
            "settings": {},
            "configuration_hash": "0",
            "policy": None,
            "snapshot": None,
            "space_id": None,
            "experiments": [],
        }

    def tally(self, kind: str, results: Sequence[dict[str, Any]]) -> None:
        self.counted = (kind, len(results))

    async def item_changes(self) -> bytes:
        return b'{"version":1,"item_id":"i1","document":null,"changed_at":0.0}\n'

    async def awaiting(self) -> dict[str, Any]:
        outcomes = {"adopted": 0, "forgotten": 0, "expired": 0, "refused": 0}
        return {"events": 2, "people": 1, "items": 1, "since": NOW, **outcomes}

    async def awaited_items(self, limit: int) -> list[dict[str, Any]]:
        return [{"item_id": "i9", "events": 2, "people": 1, "since": NOW}][:limit]

    async def training_events(self) -> bytes:
        return b"PK"

    def readiness(self) -> dict[str, Any]:
        state = "not_ready" if self.reasons else "ready"
        return {"ready": not self.reasons, "state": state, "reasons": self.reasons, "snapshot": "s1"}

    @property
    def status(self) -> Any:
        return SimpleNamespace(payload=lambda: STATUS)


STATUS = {
    "writer": {"state": "taken", "problem": None, "waiting": 0, "losses": []},
    "disk": {"path": "/data", "free_bytes": 2, "total_bytes": 3, "database_bytes": 1, "log_bytes": 0},
    "backup": {"folder": None, "every_hours": 24.0, "last": None},
    "build": {"every_days": 7.0, "next_at": None, "last": None},
    "snapshot": {
        "id": None,
        "built_at": None,
        "age_seconds": None,
        "recall_at_10": None,
        "problem": None,
        "live_recall": {},
        "engine": None,
    },
    "encoder": {"state": "ready", "problem": None, "fingerprint": "hashing", "waiting": 0},
    "retention": {"last": None, "problem": None},
    "rejects": {"day": {"rows": 2, "rejected": 1}, "before": {"rows": 0, "rejected": 0}},
    "jobs": {"alerts": {"state": "running", "since": NOW, "failures": 0, "failed_at": None, "said": None}},
}


class MemoryPerson:  # what it leaves unused, the real one takes
    """Answers like what stands behind the controls of one person."""

    def __init__(self, asked: list[Any]) -> None:
        self.asked = asked
        self.version = 0

    async def etag(self, user_id: str) -> str:
        return f'"{len(user_id)}-{self.version}"'

    def warnings(self, user_id: str) -> list[dict[str, Any]]:
        return []

    async def profile(self, user_id: str) -> Profile:
        return Profile(self.payload(user_id), await self.etag(user_id))

    def payload(self, user_id: str) -> dict[str, Any]:
        freshness = {"oldest_event": None, "newest_event": NOW}
        half_lives = {"half_life_positive_days": 90.0, "half_life_negative_days": 60.0}
        return {
            "user_id": user_id,
            "known": False,
            "personalization": True,
            "epoch": 0,
            "explicit": {},
            "warnings": [],
            "implicit": {"topics": [], "formats": [], "reading": None, "hours": None, "session": None},
            "negative": {"evidence": []},
            "signals": {"positive": 0, "neutral": 0, "negative": 0, "by_type": {}},
            "freshness": {"as_of": NOW, **freshness, **half_lives},
        }

    async def patch(
        self, user_id: str, patch: ProfilePatch, key_id: str | None = None, expected: str | None = None
    ) -> None:
        if expected not in {None, await self.etag(user_id)}:
            raise OutdatedError(await self.etag(user_id))
        self.asked.append(patch)
        self.version += 1

    async def reset(self, user_id: str, request: ResetRequest, key_id: str | None = None) -> dict[str, Any]:
        if request.topic == "unknown":
            raise UnknownTopicError(request.topic)
        scope = "topic" if request.topic else "since" if request.since else "all"
        receipt = {"user_id": user_id, "epoch": 1, "reset_at": NOW, "undo_until": NOW}
        return {**receipt, "kept_seen": request.keep_seen, "scope": scope}

    async def undo_reset(self, user_id: str, key_id: str | None = None) -> dict[str, Any]:
        raise NothingToUndoError

    async def switch(self, user_id: str, request: PersonalizationRequest, key_id: str | None = None) -> dict[str, Any]:
        self.asked.append((request, key_id))
        receipt = {"user_id": user_id, "personalization": request.enabled}
        return {**receipt, "history": request.history, "keep_seen": request.keep_seen}

    async def wish(
        self, user_id: str, topic: str, wish: str | None, asked: PreviewRequest, key_id: str | None = None
    ) -> dict[str, Any]:
        self.asked.append((topic, wish, asked))
        receipt = {"user_id": user_id, "topic": topic, "wish": wish}
        part = {"items": 3, "tags": ["rust"]}
        comprises = {"statement": "Rust: one group of 3 items.", "items": 3, "clusters": [part]}
        return {**receipt, "comprises": comprises, "preview": asked.preview, "before": None, "after": None}

    async def ignore_event(self, user_id: str, event_id: str, key_id: str | None = None) -> None:
        if event_id == "unknown":
            raise EventNotFoundError
        self.asked.append(event_id)

    async def merge(self, user_id: str, source: str, key_id: str | None = None) -> dict[str, Any]:
        if source == "opted-out":
            raise MergeRefusedError("One of the two has switched personalization off.")
        return {"user_id": user_id, "from": source, "merged": True}

    async def erase(self, user_id: str) -> dict[str, Any]:
        aggregates = {"statement": "None.", "snapshots": [{"snapshot": "s1", "created_at": NOW}], "rebuilt_at": NOW}
        deleted = {"deleted": {"events": 3, "users": 1}, "aliases": 0, "database_rewritten": True}
        rest = {"refused_until": NOW, "items": {"statement": "None.", "count": 0, "item_ids": []}}
        return {"user_id": user_id, "erased_at": NOW, **deleted, **rest, "aggregates": aggregates}

    async def take_back(self, user_id: str, issued_at: float | None = None) -> dict[str, Any]:
        return {"user_id": user_id, "was_erased": True, "refused_before": NOW}

    async def controls(self, user_id: str) -> dict[str, Any]:
        action = {"action": "reset", "at": NOW, "key_id": None, "detail": {"keep_seen": True}}
        return {"user_id": user_id, "actions": [action]}

    async def export(self, user_id: str) -> "MemoryExport":
        parts = (
            "users",
            "events",
            "awaiting",
            "forgotten",
            "seen",
            "controls",
            "forgettings",
            "aliases",
            "slates",
            "audit",
            "served",
        )
        return MemoryExport({"user_id": user_id, "profile": self.payload(user_id), **{part: [] for part in parts}})


class MemoryExport:
    """An export of which the archive is the letters PK."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def json(self) -> Iterator[bytes]:
        yield orjson.dumps(self.content)

    def zip(self) -> Iterator[bytes]:
        yield b"PK"


class Client:
    """A client of the application, in this process. Its answers are held to the OpenAPI document."""

    def __init__(self, app: FastAPI, served: ASGIApp, runner: asyncio.Runner) -> None:
        self._app = app
        self._runner = runner
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://localhost")

    def request(self, method: str, url: str, **more: Any) -> httpx.Response:
        answer = self._runner.run(self._client.request(method, url, **more))
        check_documented(self._app, answer)
        assert answer.headers["x-request-id"]
        return answer

    def forget_cookies(self) -> None:
        """Else they would come along with every request from now on."""
        self._client.cookies.clear()

    def get(self, url: str, **more: Any) -> httpx.Response:
        return self.request("GET", url, **more)

    def head(self, url: str) -> httpx.Response:
        """A body is not looked for."""
        return self._runner.run(self._client.head(url))

    def post(self, url: str, **more: Any) -> httpx.Response:
        return self.request("POST", url, **more)

    def put(self, url: str, **more: Any) -> httpx.Response:
        return self.request("PUT", url, **more)

    def patch(self, url: str, **more: Any) -> httpx.Response:
        return self.request("PATCH", url, **more)

    def delete(self, url: str, **more: Any) -> httpx.Response:
        return self.request("DELETE", url, **more)


def check_documented(app: FastAPI, answer: httpx.Response) -> None:
    """Statuses, content types and bodies are those of the OpenAPI document."""
    path = answer.request.url.raw_path.decode().partition("?")[0]
    media_type = answer.headers.get("content-type", "").partition(";")[0] or None
    if answer.is_error:
        assert media_type == "application/problem+json"
        problem = Problem.model_validate_json(answer.content)
        assert problem.status == answer.status_code
    documented = operation(app, path, answer.request.method)
    if documented is not None:
        assert str(answer.status_code) in documented["responses"], f"{answer.status_code} of {path} is not documented"
        said = documented["responses"][str(answer.status_code)].get("content", {})
        assert media_type in said or (not said and not answer.content)
        for model in documented_models(app, path, answer.request.method) if media_type == JSON else ():
            model.model_validate_json(answer.content)


def documented_models(app: FastAPI, path: str, method: str) -> list[type[BaseModel]]:
    """The model of an operation's answer when all is well, if it has one."""
    routes = [each for each in iter_route_contexts(app.routes) if matches(each.path, path) and method in each.methods]
    return [each.responses[200]["model"] for each in routes if "model" in each.responses.get(200, {})]


def operation(app: FastAPI, path: str, method: str) -> dict[str, Any] | None:
    """The operation of the OpenAPI document that a request belongs to."""
    for template, operations in app.openapi()["paths"].items():
        if matches(template, path):
            return operations.get(method.lower())
    return None


def matches(template: str | None, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template or ""), path) is not None


@pytest.fixture
def service() -> MemoryService:
    return MemoryService()


@pytest.fixture
def http() -> HttpSettings:
    return HttpSettings(max_body_bytes=4096, max_rows=5)


@pytest.fixture(scope="session")
def app() -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        raise AssertionError("each test brings its own state")
        yield {}

    return build(lifespan)


@pytest.fixture
def access(tmp_path: Path) -> Access:
    """Without keys, as on a developer's machine."""
    return Access(AccessSettings(), tmp_path, "127.0.0.1")


@pytest.fixture
def client(app: FastAPI, service: MemoryService, http: HttpSettings, access: Access) -> Iterator[Client]:
    """The state that a server would take from the lifespan is put into the requests."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": {"service": service, "http": http, "access": access}}, receive, send)

    with asyncio.Runner() as runner:
        yield Client(app, served, runner)
