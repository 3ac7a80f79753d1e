"""What is seen of a request from outside: its id, a line in the log without anything personal, a line in the audit log.

The request id comes from the caller's X-Request-Id or is made here; the answer bears it, and every line that is logged
meanwhile. Paths and queries name people, so the log has the operation in their place.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from dataclasses import dataclass
from random import getrandbits
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.audit import AuditLog
from app.access.bodies import Bodies
from app.access.caller import Caller
from app.api.headers import header
from app.logs import with_request_id

HEADER: Final = "X-Request-Id"
_HEADER: Final = HEADER.lower().encode()
_ACCEPTED: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")

logger = logging.getLogger("penchant.requests")


@dataclass(slots=True)
class Call:
    """What becomes known of a request while it is answered.

    Attributes:
        request_id: in and out.
        operation: id of the operation, once one was found.
        caller: who calls, once that is known.
        user_id: whom the path names.
        audit: where an operator's action is to be written down.
        status: of the answer, once it begins.
        held: bytes of the body that are counted, and by whom.
    """

    request_id: str
    operation: str | None = None
    caller: Caller | None = None
    user_id: str | None = None
    audit: AuditLog | None = None
    status: int = 0
    held: int = 0
    bodies: Bodies | None = None

    @property
    def name(self) -> str:
        """By which a caller's bodies are counted while they are in memory."""
        return f"{self.caller.kind} {self.caller.user_id or self.caller.key_id}" if self.caller else ""

    def hold(self, size: int) -> None:
        """Count bytes of the body until the request is answered.

        Raises:
            BodiesWaitingError: there is no room for them.
        """
        if self.bodies is not None:
            self.bodies.take(self.name, size)
            self.held += size

    def let_go(self) -> None:
        """The request is answered."""
        if self.bodies is not None:
            self.bodies.give_back(self.name, self.held)


class Observed:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = Call(_request_id(scope))
        scope.setdefault("state", {})["call"] = call

        async def answer(message: Message) -> None:
            await send(await _begun(call, message) if message["type"] == "http.response.start" else message)

        tracing = scope["state"].get("tracing")
        trace = tracing.begin(header(scope, b"traceparent")) if tracing else None
        began = time.perf_counter()
        with with_request_id(call.request_id):
            try:
                await self._app(scope, receive, answer)
            finally:
                call.let_go()
                seconds = time.perf_counter() - began
                if meters := scope["state"].get("meters"):
                    meters.observe_request(call.operation, call.status, seconds)
                _log(scope, call, seconds)
                if trace:
                    trace.end((call.operation, scope["method"], call.status), began, seconds)


def call_of(scope: Scope) -> Call:
    """What is known of the request so far."""
    call: Call = scope["state"]["call"]
    return call


def _request_id(scope: Scope) -> str:
    sent = header(scope, _HEADER) or ""
    return sent if _ACCEPTED.fullmatch(sent) else f"{getrandbits(128):032x}"


async def _begun(call: Call, message: Message) -> Message:
    """The answer's beginning, with the request's id; what is to be audited is, before the caller hears of it."""
    call.status = message["status"]
    if call.audit is not None:
        await asyncio.to_thread(_audit, call)
    return {**message, "headers": [*message.get("headers", ()), (_HEADER, call.request_id.encode())]}


def _audit(call: Call) -> None:
    audit, call.audit = call.audit, None  # once: should it fail, the answer is that it failed
    if audit is not None and call.operation is not None:
        key_id = call.caller.key_id if call.caller else ""
        audit.record(
            call.operation, key_id=key_id, outcome=call.status, user_id=call.user_id, request_id=call.request_id
        )


def _log(scope: Scope, call: Call, seconds: float) -> None:
    http = scope.get("state", {}).get("http")
    if http is not None and not http.log_requests:
        return
    caller = call.caller
    fields = {
        "operation": call.operation,
        "method": scope["method"] if call.operation else None,
        "status": call.status,
        "ms": round(seconds * 1000, 2),
        "caller": caller.kind if caller else None,
        "key_id": caller.key_id if caller else None,
    }
    logger.info("answered", extra={"fields": fields})
