"""PostgreSQL that can fail: a primary, its synchronous standby, `kill -9`, promotion; commits wait for the disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from scripts.benchmarks.postgres import USER, as_whom, programs
from scripts.benchmarks.serving.checkout import free_port

DATABASE = "penchant"
_START_SECONDS = 60
_LISTENING = ("listen_addresses=127.0.0.1", "max_connections=200", "wal_keep_size=512MB", "hot_standby=on")


class Node:
    """One server: a folder of data and a port, and the process that serves it at the moment.

    Args:
        folder: of its data, the socket and the programs beside it.
        port: on this machine.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.data = folder / f"data-{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def created(self) -> Node:
        """A new and empty cluster."""
        self._run("initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C")
        return self

    def copied(self, primary: Node) -> Node:
        """A standby of a primary that runs."""
        at = f"host=127.0.0.1 port={primary.port} user={USER} application_name=standby"
        self._run("pg_basebackup", "-D", self.data, "-d", at, "-R", "-X", "stream", "-c", "fast")
        return self

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = [part for each in _LISTENING for part in ("-c", each)]
        command = [programs(self.folder) / "bin" / "postgres", "-D", self.data, "-k", self.folder, "-p", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*command, *options], stdout=log, stderr=subprocess.STDOUT, **as_whom())
        deadline = time.monotonic() + _START_SECONDS
        while not self.answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether it takes connections."""
        with suppress(psycopg.OperationalError):
            psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname="postgres", connect_timeout=5).close()
            return True
        return False

    def kill(self) -> None:
        """`kill -9`: the server first, then whatever works for it."""
        assert self._process is not None
        ours = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for each in (self._process.pid, *map(int, ours)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def promote(self) -> None:
        """From standby to primary."""
        self._run("pg_ctl", "promote", "-D", self.data)

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
            self._process = None

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """A statement as the owner of everything."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str = DATABASE) -> str:
        return url(database, self.port)

    def _run(self, program: str, *arguments: object) -> None:
        command = [programs(self.folder) / "bin" / program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **as_whom())
        assert done.returncode == 0, done.stderr


def url(database: str, *ports: int) -> str:
    """Of a database on whichever of these servers takes writes."""
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"postgresql://{USER}@{hosts}/{database}?connect_timeout=2&target_session_attrs=read-write"


@contextmanager
def nodes(number: int) -> Iterator[list[Node]]:
    """So many servers, none created; all ended and gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    whom = as_whom()
    if whom:
        os.chown(folder, whom["user"], whom["group"])
    made = [Node(folder, free_port()) for _ in range(number)]
    try:
        yield made
    finally:
        for each in made:
            each.stop()
        shutil.rmtree(folder, ignore_errors=True)
