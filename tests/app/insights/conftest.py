"""Requests to a service that a test holds, over the real HTTP layer."""

from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.access.access import Access
from app.access.settings import AccessSettings
from app.api.application import build
from app.settings import HttpSettings


@pytest.fixture
def asked() -> Callable[..., httpx.Response]:
    """Asks a household's service."""
    return ask


def ask(home: Any, method: str, url: str, **more: Any) -> httpx.Response:
    @asynccontextmanager
    async def lifespan(_: Any) -> Any:
        yield {}

    app = build(lifespan)
    access = Access(AccessSettings(), home.settings.data_dir, "127.0.0.1")
    state = {"service": home.service, "http": HttpSettings(), "access": access}

    async def served(scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        await app({**scope, "state": state}, receive, send)

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://localhost") as client:
            return await client.request(method, url, **more)

    answer: httpx.Response = home.loop.run_until_complete(send())
    return answer
