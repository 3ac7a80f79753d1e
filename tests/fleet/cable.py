"""A cable between a replica and its database that can be cut: bytes stop, and nobody is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

_BYTES = 65_536


class Cable:
    """Listens on a port of this machine, and passes what comes to another one.

    Args:
        to: the port of the database.
    """

    def __init__(self, to: int) -> None:
        self._to, self._whole, self._gone = to, Event(), False
        self._whole.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._accepting = Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def cut(self) -> None:
        """Nothing passes from now on; connections stay open, as those of a machine whose cable was pulled."""
        self._whole.clear()

    def mend(self) -> None:
        """Whatever waits passes."""
        self._whole.set()

    def remove(self) -> None:
        self._gone = True
        self._whole.set()
        _hang_up(self._listening)
        self._accepting.join()
        for each in self._open:
            _hang_up(each)

    def _accept(self) -> None:
        while not self._gone:
            try:
                here, _ = self._listening.accept()
                self._open.append(here)
                self._whole.wait()
                there = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                continue
            self._open.append(there)
            for source, sink in ((here, there), (there, here)):
                Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while bytes_ := source.recv(_BYTES):
                self._whole.wait()
                sink.sendall(bytes_)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def _hang_up(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def cable(to: int) -> Iterator[Cable]:
    laid = Cable(to)
    try:
        yield laid
    finally:
        laid.remove()
