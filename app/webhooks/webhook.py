"""One webhook: messages as signed POSTs, sent until they are taken, over restarts too.

POST <url>
Content-Type: application/json
Penchant-Delivery: <id of the message, the same at every attempt>
Penchant-Timestamp: <seconds since 1970, of the attempt>
Penchant-Signature: v1=<hex HMAC-SHA256, under the secret, of "<timestamp>.<body>">

<folder>/outbox/<id>.json      a message that was not taken yet
<folder>/given_up/<id>.json    one that was not taken at any attempt
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import os
import random
import time
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import orjson

from app.webhooks.settings import WebhookSettings

log = logging.getLogger("penchant.webhooks")

OUTBOX: Final = "outbox"
GIVEN_UP: Final = "given_up"
_LONGEST_WAIT: Final = 3_600.0
_OWNER_ONLY: Final = 0o600
_MESSAGES: Final = "[!.]*.json"


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """What `Penchant-Signature` says of a body."""
    return "v1=" + hmac.new(secret, b"%d.%b" % (timestamp, body), hashlib.sha256).hexdigest()


class Webhook:
    """Sends messages, oldest first; does nothing without a url.

    Attributes:
        sent: messages that were taken since the start.
        lost: messages for which there was no room since then.
        problem: what was wrong with the last attempt; None where it was taken.
    """

    def __init__(
        self, settings: WebhookSettings, folder: Path, name: str = "alerts", client: httpx.AsyncClient | None = None
    ) -> None:
        self._settings, self._name = settings, name
        self._outbox, self._given_up = folder / OUTBOX, folder / GIVEN_UP
        self._client = client
        self._waiting = len(self.waiting())
        self.sent = self.lost = 0
        self.problem: str | None = None

    def put(self, message: dict[str, Any]) -> None:
        """Keep a message until it was taken; nothing where there is no url."""
        if self._settings.url is None:
            return
        if self._waiting >= self._settings.most_waiting:
            self.lost += 1
            log.error("webhook %s: a message is lost, since %d wait", self._name, self._waiting)
            return
        self._outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.time_ns():020}-{uuid4().hex}"
        beside = self._outbox / f".{name}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(message))
            file.flush()
            os.fsync(descriptor)
        beside.rename(self._outbox / f"{name}.json")
        self._waiting += 1

    def waiting(self) -> list[Path]:
        """Messages that were not taken yet, oldest first."""
        return sorted(self._outbox.glob(_MESSAGES))

    def given_up(self) -> list[Path]:
        """Messages that were not taken at any attempt, oldest first."""
        return sorted(self._given_up.glob(_MESSAGES))

    def again(self) -> int:
        """Let what was given up wait once more; how many messages that is."""
        found = self.given_up()
        for path in found:
            path.rename(self._outbox / path.name)
        self._waiting = len(self.waiting())
        return len(found)

    async def send_all(self) -> None:
        """Send what waits; returns when every message was taken or given up."""
        client = self._client or httpx.AsyncClient(trust_env=False)
        try:
            for path in await asyncio.to_thread(self.waiting):
                await self._send(client, path)
        finally:
            if self._client is None:
                await client.aclose()
        self._waiting = len(await asyncio.to_thread(self.waiting))

    async def _send(self, client: httpx.AsyncClient, path: Path) -> None:
        body = await asyncio.to_thread(path.read_bytes)
        for attempt in range(self._settings.attempts):
            if attempt:
                await asyncio.sleep(self._wait(attempt))
            self.problem = await self._attempt(client, path.stem.partition("-")[2], body)
            if self.problem is None:
                self.sent += 1
                await asyncio.to_thread(path.unlink, missing_ok=True)
                break
            log.warning("webhook %s did not take a message: %s (attempt %d)", self._name, self.problem, attempt + 1)
        else:
            log.error("webhook %s: a message was given up after %d attempts", self._name, self._settings.attempts)
            await asyncio.to_thread(self._put_aside, path)
        self._waiting -= 1

    def _put_aside(self, path: Path) -> None:
        self._given_up.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.rename(self._given_up / path.name)
        for oldest in self.given_up()[: -self._settings.most_given_up or None]:
            oldest.unlink()

    def _wait(self, attempt: int) -> float:
        wait = min(_LONGEST_WAIT, self._settings.first_wait_seconds * 2.0 ** (attempt - 1))
        return wait * random.uniform(0.75, 1.25)  # noqa: S311 - so that many services do not call at once

    async def _attempt(self, client: httpx.AsyncClient, delivery: str, body: bytes) -> str | None:
        """What was wrong; None where the message was taken. Of the answer nothing but its status is read."""
        now = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "Penchant-Delivery": delivery,
            "Penchant-Timestamp": str(now),
            "Penchant-Signature": signature(self._secret(), now, body),
        }
        limit = self._settings.timeout_seconds
        request = client.build_request("POST", str(self._settings.url), content=body, headers=headers, timeout=limit)
        try:
            answer = await client.send(request, stream=True, follow_redirects=False)
            await answer.aclose()
        except httpx.HTTPError as error:
            return type(error).__name__
        return None if answer.is_success else f"status {answer.status_code}"

    def _secret(self) -> bytes:
        if self._settings.secret is not None:
            return self._settings.secret.get_secret_value().encode()
        assert self._settings.secret_file is not None  # noqa: S101 - the settings see to it
        return self._settings.secret_file.read_bytes().strip()
