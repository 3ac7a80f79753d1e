"""Connections are not held open for nothing, and nobody's bodies take all the memory."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.access.access import Access
from app.access.bodies import Bodies, BodiesWaitingError
from app.access.settings import AccessSettings, BodySettings
from app.api.application import build
from app.connections import protocol_of
from app.replicas.freshness import Alone
from app.settings import HttpSettings

HEAD = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n"
LIMITS = HttpSettings(head_seconds=0.4, head_bytes=2_048, most_heads=8, body_seconds=0.4)

pytestmark = pytest.mark.server


class Taking:
    """A service that takes every event."""

    freshness = Alone()

    async def ingest(self, events: Any) -> list[Any]:
        return []

    def knows_event(self, user_id: str, event_id: str) -> bool:
        return False

    def tally(self, kind: str, results: Any) -> None:
        pass


@contextmanager
def served(settings: HttpSettings, folder: Path, access: AccessSettings) -> Iterator[int]:
    """A real server's port; a thread serves."""

    @contextmanager
    def state() -> Iterator[dict[str, Any]]:
        yield {"service": Taking(), "http": settings, "access": Access(access, folder, "127.0.0.1")}

    def lifespan(_: Any) -> Any:
        return _Async(state())

    config = uvicorn.Config(
        build(lifespan), port=0, lifespan="on", http=protocol_of(settings), log_level="error", timeout_keep_alive=5
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


class _Async:
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aenter__(self) -> Any:
        return self._inner.__enter__()

    async def __aexit__(self, *error: object) -> None:
        self._inner.__exit__(*error)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with served(LIMITS, tmp_path, AccessSettings(bodies=BodySettings(mb=1, share=0.5))) as there:
        yield there


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def status(connection: socket.socket) -> int:
    """Of the answer; 0 where the connection was closed without one."""
    head = connection.recv(65_536)
    return int(head.split()[1]) if head else 0


def test_who_ends_no_head_is_let_go_of_and_an_idle_connection_may_ask_again(port):
    with connected(port) as silent, connected(port) as slow, connected(port) as good:
        slow.sendall(HEAD)
        good.sendall(HEAD + b"\r\n")
        assert status(good) == 200
        began = time.monotonic()
        assert status(silent) == status(slow) == 0
        assert time.monotonic() - began < 3
        time.sleep(LIMITS.head_seconds)
        good.sendall(HEAD + b"\r\n")  # idle for longer than a head may take
        assert status(good) == 200
        good.sendall(HEAD)  # but not with half a head
        assert status(good) == 0


def test_hundreds_that_begin_and_do_not_end_cut_nobody_off(port):
    with ExitStack() as stack:
        half = [stack.enter_context(connected(port)) for _ in range(100)]
        for each in half:
            each.sendall(HEAD)
        with connected(port) as good:
            good.sendall(HEAD + b"\r\n")
            assert status(good) == 200
        assert status(half[0]) == 0  # who has taken longest


def test_a_head_without_end_is_no_more_read(port):
    with connected(port) as endless:
        endless.sendall(HEAD + b"X-Long: ")
        time.sleep(0.05)
        endless.sendall(b"x" * 4_096)
        with suppress(ConnectionResetError):
            assert status(endless) == 0


def posted(connection: socket.socket, body: bytes, length: int | None = None) -> None:
    head = b"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    connection.sendall(head % (length or len(body)) + body)


def test_a_body_that_does_not_come_is_told(port):
    with connected(port) as slow:
        posted(slow, b"[", 1_000)
        assert status(slow) == 408


def test_bodies_of_one_caller_take_no_more_than_their_share(port):
    """Half a megabyte may be held: two of 300 kB may not, and afterwards there is room again."""
    with connected(port) as first, connected(port) as second:
        posted(first, b"[" + b" " * 300_000, 310_000)
        time.sleep(0.1)
        posted(second, b"[" + b" " * 300_000, 310_000)
        assert status(second) == 503
        assert status(first) == 408
    with connected(port) as third:
        posted(third, b"[" + b" " * 300_000 + b"]")
        assert status(third) == 200


def test_bodies_are_counted_by_caller_and_in_all():
    bodies = Bodies(100, 0.5)
    bodies.take("a", 50)
    with pytest.raises(BodiesWaitingError, match="Your own requests"):
        bodies.take("a", 1)
    bodies.take("b", 50)
    with pytest.raises(BodiesWaitingError, match="Other requests"):
        bodies.take("c", 1)
    bodies.give_back("a", 50)
    bodies.take("c", 50)
    assert json.dumps(bodies._held) == json.dumps({"b": 50, "c": 50})  # noqa: SLF001 - nobody stays known
