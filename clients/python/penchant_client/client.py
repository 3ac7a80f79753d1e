"""The two transports: `Client` waits, `AsyncClient` is awaited. All that they have in common stands beside them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx

from penchant_client.call import Call
from penchant_client.retries import Outcome, Retries

Result = TypeVar("Result")

TIMEOUT_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Service:
    """Where a service is, and what it is shown.

    Attributes:
        url: its address.
        key: an operator's or a service's key.
        token: a person's token, in place of a key.
        retries: how patiently calls are repeated.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    retries: Retries = field(default_factory=Retries)

    def request(self, call: Call[Result]) -> httpx.Request:
        """A call as a request to this service."""
        shown = {"X-API-Key": self.key} if self.key else {}
        speaking = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return call.request(self.url, {"Accept": "application/json, application/problem+json", **shown, **speaking})

    def wait(self, call: Call[Result], attempt: int, outcome: Outcome) -> float | None:
        """Seconds until the next attempt; None if the outcome stands.

        Raises:
            httpx.TransportError: the outcome, if it stands and there is no answer.
        """
        seconds = self.retries.wait(call, attempt, outcome)
        if seconds is None and isinstance(outcome, httpx.TransportError):
            raise outcome
        return seconds


class Client:
    """Sends calls, and waits for their answers."""

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        token: str | None = None,
        retries: Retries | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        """See `Service`; `http` sends in place of a plain client, with certificates, proxies or times of its own."""
        self._service = Service(url, key, token, retries or Retries())
        self._http = http or httpx.Client(timeout=TIMEOUT_SECONDS)

    def send(self, call: Call[Result]) -> Result:
        """What comes of a call.

        Raises:
            ProblemError: the service says that something is wrong.
            httpx.TransportError: it cannot be reached.
        """
        attempt = 1
        while True:
            outcome = self._try(self._service.request(call))
            seconds = self._service.wait(call, attempt, outcome)
            if seconds is None:
                assert isinstance(outcome, httpx.Response)  # noqa: S101 - anything else was raised
                return call.result(outcome)
            time.sleep(seconds)
            attempt += 1

    def _try(self, request: httpx.Request) -> Outcome:
        try:
            return self._http.send(request)
        except httpx.TransportError as error:
            return error

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncClient:
    """Sends calls, and is awaited for their answers."""

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        token: str | None = None,
        retries: Retries | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """As of `Client`."""
        self._service = Service(url, key, token, retries or Retries())
        self._http = http or httpx.AsyncClient(timeout=TIMEOUT_SECONDS)

    async def send(self, call: Call[Result]) -> Result:
        """What comes of a call.

        Raises:
            ProblemError: the service says that something is wrong.
            httpx.TransportError: it cannot be reached.
        """
        attempt = 1
        while True:
            outcome = await self._try(self._service.request(call))
            seconds = self._service.wait(call, attempt, outcome)
            if seconds is None:
                assert isinstance(outcome, httpx.Response)  # noqa: S101 - anything else was raised
                return call.result(outcome)
            await asyncio.sleep(seconds)
            attempt += 1

    async def _try(self, request: httpx.Request) -> Outcome:
        try:
            return await self._http.send(request)
        except httpx.TransportError as error:
            return error

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()
