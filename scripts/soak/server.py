"""The server that is soaked: a real `penchant serve` on a folder of its own, ended and started at will."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

import httpx

from scripts.soak.preload import Preload

_START_SECONDS: Final = 180.0
_COMMAND: Final = (sys.executable, "-m", "scripts")


class SoakError(RuntimeError):
    """The server cannot be started, or a command that belongs to the run fails."""


class Server:
    """One port and one folder, and the process that serves them at the moment.

    Args:
        folder: of data; the log stands beside it.
        port: on this machine.
        preload: what lets its system calls fail; None where nothing can.
        settings: further variables of its environment.
    """

    def __init__(
        self, folder: Path, port: int, preload: Preload | None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.port, self._preload, self._settings = folder, port, preload, settings or {}
        self.address = f"http://127.0.0.1:{port}"
        self.log = folder.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None
        self.starts = 0

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        if self._process is None:
            raise SoakError("no server runs")
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until it is ready.

        Raises:
            SoakError: it ends, or is not ready in time.
        """
        self._said = self.log.open("ab")
        preload = self._preload.environment if self._preload else {}
        command = [*_COMMAND, "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(command, env=self._environment() | preload, stderr=self._said)
        self.starts += 1
        self.wait()

    def wait(self, seconds: float = _START_SECONDS) -> None:
        """Wait until it is ready and takes writes.

        Raises:
            SoakError: it has ended, or is not ready in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise SoakError(f"the server has ended by itself; its log is {self.log}")
            if self.ready():
                return
            time.sleep(0.1)
        raise SoakError(f"the server was not ready within {seconds:g} seconds; its log is {self.log}")

    def ready(self) -> bool:
        """Whether it answers, has a snapshot, and takes writes."""
        try:
            answer = httpx.get(f"{self.address}/readyz", timeout=5.0, trust_env=False)
        except httpx.TransportError:
            return False
        return answer.is_success and answer.json()["writes"] == "taken"

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it in the midst of what it does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            self._end(signal.SIGTERM)

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of `penchant` on its folder."""
        command = [*_COMMAND, name, *arguments]
        return subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)

    def _end(self, number: signal.Signals) -> None:
        self.send(number)
        if self._process is not None:
            self._process.wait(timeout=120)
        self._process = None
        if self._said is not None:
            self._said.close()

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "PENCHANT_STORAGE__URL"}
        return {
            **inherited,  # made-up people, and faults, are for nobody's database
            "PENCHANT_DATA_DIR": str(self.folder),
            "PENCHANT_HTTP__LOG_REQUESTS": "false",
            "PENCHANT_SNAPSHOTS__POLL_SECONDS": "0.5",
            **self._settings,
        }
