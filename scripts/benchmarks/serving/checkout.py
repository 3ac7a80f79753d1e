"""A checkout of Penchant as a running server: its own code, its own folder, the same files and traffic."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from scripts.benchmarks.replayed_service import Files

START_SECONDS: Final = 600.0
_READY: Final = "built"


class CheckoutError(RuntimeError):
    """A checkout cannot be built or served."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """Code and where its service's files are.

    Attributes:
        name: in tables.
        code: folder of the code.
        folder: of its service.
        config: settings file, or None.
    """

    name: str
    code: Path
    folder: Path
    config: Path | None

    def built(self, files: Files) -> None:
        """Index the items, send the events, learn from them; not again where that was done before.

        Raises:
            CheckoutError: a command fails.
        """
        if (self.folder / _READY).exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self._run("rebuild-index", "--items", str(files.items))
        with self.serving() as server:
            users = ["--users", str(files.users)] if files.users else []
            self._run("replay", "--events", str(files.events), *users, "--url", server.address)
            self._run("rebuild-index", "--items", str(files.items), "--force")
        (self.folder / _READY).touch()

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """The server, from ready to stopped."""
        port = free_port()
        command = self._command("serve", "--port", str(port))
        with started(command, self.code, self._environment(), port, "/readyz") as process:
            yield Server(self.name, port, process)

    def _command(self, name: str, *arguments: str) -> list[str]:
        config = ["--config", str(self.config)] if self.config else []
        return [sys.executable, "-m", "scripts", name, *config, *arguments]

    def _run(self, name: str, *arguments: str) -> None:
        command = self._command(name, *arguments)
        if subprocess.run(command, cwd=self.code, env=self._environment(), check=False).returncode:
            raise CheckoutError(f"{self.name}: `{' '.join(command[2:])}` failed in {self.code}")

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(self.code),
            "PENCHANT_DATA_DIR": str(self.folder),
            "PENCHANT_HTTP__LOG_REQUESTS": "false",
        }


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    name: str
    port: int
    process: int

    @property
    def address(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def started(command: list[str], folder: Path, environment: dict[str, str], port: int, probe: str) -> Iterator[int]:
    """A server process, by its id, once the path `probe` is answered.

    Raises:
        CheckoutError: it ends, or is not ready in time.
    """
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(process, f"http://127.0.0.1:{port}{probe}")
            yield process.pid
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CheckoutError(f"the server ended with status {process.returncode}")
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise CheckoutError(f"the server was not ready within {START_SECONDS:g} seconds")
