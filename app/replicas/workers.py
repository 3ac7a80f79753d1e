"""Workers: several processes behind one socket of one machine, begun again when they die."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from socket import AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket
from types import FrameType
from typing import Final

from app.settings import HttpSettings

FIRST: Final = "FIRST_WORKER_OF_PENCHANT"
"""Variable of the environment of the worker that does what is done once a machine, such as builds on time."""
_LOOK_SECONDS: Final = 0.2
_PAUSE_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 20.0
"""For workers to end by themselves, before they are killed."""

logger = logging.getLogger("penchant.serve")


def is_first() -> bool:
    """Whether this process does what is done once a machine: it is the first worker, or the only one."""
    return os.environ.get(FIRST) != "no"


def listening(http: HttpSettings) -> socket:
    """A socket that listens, and that other processes can be given.

    Raises:
        OSError: the address cannot be listened on.
    """
    sock = socket(AF_INET6) if ":" in http.host else socket()
    sock.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    sock.bind((http.host, http.port))
    sock.listen(2048)
    sock.set_inheritable(True)
    return sock


class Workers:
    """Processes of one command.

    Args:
        command: of each; it is given `--socket` and the number of the listening socket.
        count: how many.
        sock: that listens.
    """

    def __init__(self, command: Sequence[str], count: int, sock: socket) -> None:
        self._command = [*command, "--socket", str(sock.fileno())]
        self._count, self._socket = count, sock
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._ending = False

    def run(self) -> int:
        """Keep them going until told to end; their exit status where one of them cannot even begin."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        for place in range(self._count):
            self._begin(place)
        status = 0
        while not self._ending:
            time.sleep(_LOOK_SECONDS)
            status = self._replace_who_died()
        self._stop()
        return status

    def _begin(self, place: int) -> None:
        environment = {**os.environ, FIRST: "yes" if place == 0 else "no"}
        self._running[place] = subprocess.Popen(self._command, env=environment, pass_fds=[self._socket.fileno()])

    def _replace_who_died(self) -> int:
        """A worker that ends by itself with a reason would do so again: then all end with its status."""
        for place, worker in list(self._running.items()):
            status = worker.poll()
            if status is None or self._ending:
                continue
            if status > 0:
                self._ending = True
                return status
            logger.warning("a worker ended and is begun again", extra={"fields": {"worker": place, "status": status}})
            time.sleep(_PAUSE_SECONDS)
            self._begin(place)
        return 0

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True

    def _stop(self) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for worker in self._running.values():
            worker.terminate()
        for worker in self._running.values():
            try:
                worker.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
