"""HTTP/1.1 connections that cost next to nothing, so that the load does not compete with what it measures."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; the head as it came over the wire."""

    status: int
    body: bytes
    head: bytes


class Connections:
    """As many connections to one server as there are requests at a time; each is used again.

    Args:
        port: on this machine.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, request: bytes) -> Reply:
        """The reply to one request, given as it goes over the wire.

        Raises:
            OSError: the server is gone.
            asyncio.IncompleteReadError: it went in the midst of the answer.
        """
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(request)
            head = await reader.readuntil(_HEAD_END)
            body = await reader.readexactly(_length(head))
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return Reply(int(head[9:12]), body, head)

    async def close(self) -> None:
        """Hang up."""
        for _, writer in self._idle:
            writer.close()
            await writer.wait_closed()
        self._idle.clear()


def get(target: str) -> bytes:
    """A request without a body."""
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def post(target: str, body: bytes) -> bytes:
    """A request with a JSON body."""
    head = f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _length(head: bytes) -> int:
    lines = [line for line in head.lower().split(b"\r\n") if line.startswith(_LENGTH)]
    return int(lines[0][len(_LENGTH) :]) if lines else 0
