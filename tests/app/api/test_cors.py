"""Pages from elsewhere may not call, unless the settings name their origin."""

import asyncio
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from app.api.application import build
from app.settings import HttpSettings

PAGE = "https://shop.example"
ASKING = {"Origin": PAGE, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "x-api-key"}


def answer(origins: tuple[str, ...], method: str, path: str, state: dict[str, Any], **headers: str) -> httpx.Response:
    app = build(lambda _: None, origins)

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(served)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


@pytest.fixture
def state(service, http, access) -> dict[str, Any]:
    return {"service": service, "http": http, "access": access}


def test_by_default_no_page_is_told_that_it_may(state):
    assert answer((), "OPTIONS", "/users/u/profile", state, **ASKING).status_code == 405
    plain = answer((), "GET", "/recommend?user_id=u", state, Origin=PAGE)
    assert not [name for name in plain.headers if name.startswith("access-control")]


def test_a_page_that_is_named_may_ask_and_read(state):
    preflight = answer((PAGE,), "OPTIONS", "/users/u/profile", state, **ASKING)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == PAGE
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    plain = answer((PAGE,), "GET", "/recommend?user_id=u", state, Origin=PAGE)
    assert plain.headers["access-control-allow-origin"] == PAGE
    assert "access-control-allow-credentials" not in plain.headers
    assert "X-Request-Id" in plain.headers["access-control-expose-headers"]


def test_it_can_read_what_went_wrong(state):
    state["service"].failure = RuntimeError("broken")
    crash = answer((PAGE,), "GET", "/recommend?user_id=u", state, Origin=PAGE)
    assert (crash.status_code, crash.headers["access-control-allow-origin"]) == (500, PAGE)


def test_another_page_may_not(state):
    assert answer((PAGE,), "OPTIONS", "/users/u/profile", state, **ASKING | {"Origin": "https://evil.example"}).is_error


@pytest.mark.parametrize("origin", ["*", "shop.example", "https://shop.example/", "https://*.example", "null"])
def test_only_whole_origins_can_be_named(origin):
    with pytest.raises(ValidationError):
        HttpSettings(cors_origins=(origin,))
