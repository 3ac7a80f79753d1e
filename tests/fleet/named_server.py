"""An HTTP server that answers every request with its own name: what a balancer sends where can be seen by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class NamedServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.name, self.port = name, self.server_address[1]
        self.ready, self.hangs_up = True, False
        self.asked: list[tuple[str, str]] = []

    def handle_error(self, *_: object) -> None:
        """A balancer's checks hang up as soon as they know."""


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body at once, or else the kernel waits between them
    server: NamedServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer()

    do_DELETE = do_GET  # noqa: N815 - the name is the library's

    def _answer(self) -> None:
        probe = self.path == "/readyz"
        if not probe:
            self.server.asked.append((self.command, self.path))
        if self.server.hangs_up and not probe:
            self.close_connection = True
            return
        body = self.server.name.encode()
        self.send_response(200 if self.server.ready or not probe else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: tests read `asked`."""


@contextmanager
def named_servers(number: int) -> Iterator[list[NamedServer]]:
    servers = [NamedServer(f"replica{each}") for each in range(1, number + 1)]
    for server in servers:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield servers
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
