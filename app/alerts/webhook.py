"""The webhook: alerts as signed POSTs, sent until they are taken, over restarts too.

POST <url>
Content-Type: application/json
Penchant-Delivery: <id of the message, the same at every attempt>
Penchant-Timestamp: <seconds since 1970, of the attempt>
Penchant-Signature: v1=<hex HMAC-SHA256, under the secret, of "<timestamp>.<body>">

alerts/outbox/<id>.json    a message that was not taken yet
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

from app.alerts.settings import WebhookSettings

log = logging.getLogger("penchant.alerts")

OUTBOX: Final = "outbox"
_LONGEST_WAIT: Final = 3_600.0
_OWNER_ONLY: Final = 0o600


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """What `Penchant-Signature` says of a body."""
    return "v1=" + hmac.new(secret, b"%d.%b" % (timestamp, body), hashlib.sha256).hexdigest()


class Webhook:
    """Sends messages, oldest first; does nothing without a url."""

    def __init__(self, settings: WebhookSettings, folder: Path, client: httpx.AsyncClient | None = None) -> None:
        self._settings = settings
        self._outbox = folder / OUTBOX
        self._client = client

    def put(self, message: dict[str, Any]) -> None:
        """Keep a message until it was taken; nothing where there is no url."""
        if self._settings.url is None:
            return
        self._outbox.mkdir(parents=True, exist_ok=True)
        name = f"{time.time_ns():020}-{uuid4().hex}"
        beside = self._outbox / f".{name}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(message))
            file.flush()
            os.fsync(descriptor)
        beside.rename(self._outbox / f"{name}.json")

    def waiting(self) -> list[Path]:
        """Messages that were not taken yet, oldest first."""
        return sorted(self._outbox.glob("[!.]*.json"))

    async def send_all(self) -> None:
        """Send what waits; returns when every message was taken or given up."""
        for path in await asyncio.to_thread(self.waiting):
            await self._send(path)

    async def _send(self, path: Path) -> None:
        body = await asyncio.to_thread(path.read_bytes)
        for attempt in range(self._settings.attempts):
            if attempt:
                await asyncio.sleep(self._wait(attempt))
            problem = await self._attempt(path.stem.partition("-")[2], body)
            if problem is None:
                break
            log.warning("the webhook did not take an alert: %s (attempt %d)", problem, attempt + 1)
        else:
            log.error("an alert was given up after %d attempts", self._settings.attempts)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def _wait(self, attempt: int) -> float:
        wait = min(_LONGEST_WAIT, self._settings.first_wait_seconds * 2.0 ** (attempt - 1))
        return wait * random.uniform(0.75, 1.25)  # noqa: S311 - so that many services do not call at once

    async def _attempt(self, delivery: str, body: bytes) -> str | None:
        """What was wrong; None where the message was taken."""
        now = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "Penchant-Delivery": delivery,
            "Penchant-Timestamp": str(now),
            "Penchant-Signature": signature(self._secret(), now, body),
        }
        client = self._client or httpx.AsyncClient(trust_env=False)
        try:
            answer = await client.post(
                str(self._settings.url), content=body, headers=headers, timeout=self._settings.timeout_seconds
            )
        except httpx.HTTPError as error:
            return type(error).__name__
        finally:
            if self._client is None:
                await client.aclose()
        return None if answer.is_success else f"status {answer.status_code}"

    def _secret(self) -> bytes:
        if self._settings.secret is not None:
            return self._settings.secret.get_secret_value().encode()
        assert self._settings.secret_file is not None  # noqa: S101 - the settings see to it
        return self._settings.secret_file.read_bytes().strip()
