"""HTTP connections that are not held open for nothing: who does not say what they want is let go of.

uvicorn waits without end for the head of a request, of any length. So a few hundred callers who begin a request and
never end it would hold what others need: memory, and the open files that a process may have.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.settings import HttpSettings


def protocol_of(settings: HttpSettings) -> type[HttpToolsProtocol]:
    """uvicorn's protocol with the limits of some settings; all connections of one server share them."""
    return type("LimitedProtocol", (_LimitedProtocol,), {"settings": settings, "waiting": OrderedDict()})


class _LimitedProtocol(HttpToolsProtocol):
    settings: HttpSettings
    waiting: OrderedDict[_LimitedProtocol, asyncio.TimerHandle]
    """Connections of which a head is awaited, who has taken longest first, and when each is closed."""

    _head = 0
    """Bytes of the head so far."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Somebody calls."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Somebody says more; the first of it, after an answer, begins another head."""
        if self not in self.waiting and (self.cycle is None or self.cycle.response_complete):
            self._wait_for_head()
        if self.transport.is_closing():
            return
        self._head += len(data)
        super().data_received(data)
        if self in self.waiting and self._head > self.settings.head_bytes:
            self.transport.close()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._head = 0
        self.waiting[self] = self.loop.call_later(self.settings.head_seconds, self.transport.close)
        if len(self.waiting) > self.settings.most_heads:
            next(iter(self.waiting)).transport.close()

    def _stop_waiting(self) -> None:
        if timer := self.waiting.pop(self, None):
            timer.cancel()
