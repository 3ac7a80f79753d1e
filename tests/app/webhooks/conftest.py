"""A program that is told: a real server on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest


class Receiver(HTTPServer):
    """Takes a message after it has refused `refusals` attempts."""

    def __init__(self, refusals: int, status: int, location: str | None) -> None:
        super().__init__(("127.0.0.1", 0), _Reception)
        self.refusals, self.status, self.location = refusals, status, location
        self.got = list[tuple[dict[str, str], bytes]]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/told"


class _Reception(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.got.append((dict(self.headers), body))
        self.send_response(204 if len(receiver.got) > receiver.refusals else receiver.status)
        if receiver.location:
            self.send_header("Location", receiver.location)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receive():
    opened = []

    def make(refusals=0, status=503, location=None):
        receiver = Receiver(refusals, status, location)
        threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01}).start()
        opened.append(receiver)
        return receiver

    yield make
    for receiver in opened:
        receiver.shutdown()
        receiver.server_close()
