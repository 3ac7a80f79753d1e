"""A PostgreSQL database: its connections, its tables brought up to date, and its writers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from app.errors import UnavailableError
from app.storage.errors import StorageError, StorageVersionError
from app.storage.group_writer import Written
from app.storage.postgres.migrations import migrate
from app.storage.postgres.problems import passing, problem_of, refusal_to_open
from app.storage.postgres.writers import Writers
from app.storage.settings import StorageSettings

Answer = TypeVar("Answer")
Work: TypeAlias = Callable[[Connection[Any]], Answer]

_OLDEST: Final = 140_000
_TRIES: Final = 5
_PROBE_SECONDS: Final = 2.0
_READ_ONLY: Final = "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean"
_UNFINISHED: Final = "SELECT to_regclass('unfinished_move') IS NOT NULL"
_PATIENCE: Final = {
    "tcp_user_timeout": "10000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}
"""Of a server that was cut off nothing is heard: without these a call would wait for it for a quarter of an hour."""
_TABLES: Final = ("people", "events", "ignored_events", "users", "forgettings", "seen_items", "aliases")

logger = logging.getLogger(__name__)


class PostgresDatabase:
    """One database, its tables brought up to date.

    Args:
        url: as libpq takes it, password and several hosts included.
        settings: how many connections, and how long to wait for one.

    Raises:
        StorageError: it cannot be reached, refuses the user or cannot be written to; the message says what helps.
        StorageVersionError: the server is too old.
        MigrationError: the tables are not those that this version knows.
    """

    def __init__(self, url: str, settings: StorageSettings) -> None:
        given = parsed(url) | {"application_name": "penchant"}
        for name, seconds in _PATIENCE.items():
            given.setdefault(name, seconds)
        given.setdefault("connect_timeout", str(settings.connect_seconds))
        self.place = place_of(given)
        conninfo = make_conninfo("", **given)
        self._check(conninfo)
        self._problem: str | None = None
        self._rows_left = False
        self._probe_at = 0.0
        self._pool = ConnectionPool(
            conninfo,
            min_size=1,
            max_size=settings.connections,
            timeout=settings.connect_seconds,
            kwargs={"autocommit": True},
            name="penchant",
            num_workers=1,
            reconnect_timeout=settings.connect_seconds,
            open=True,
        )
        self.writers = Writers(self._write_now, settings.waiting_writes)

    def _check(self, conninfo: str) -> None:
        try:
            with psycopg.connect(conninfo, autocommit=True) as connection:
                if connection.info.server_version < _OLDEST:
                    raise StorageVersionError(_too_old(self.place, connection.info.server_version))
                ((read_only,),) = connection.execute(_READ_ONLY).fetchall()
                if read_only:
                    raise StorageError(_standby(self.place))
                if connection.execute(_UNFINISHED).fetchone() == (True,):
                    raise StorageError(f"{self.place} holds an unfinished move: call `penchant migrate` again")
                migrate(connection)
        except psycopg.Error as error:
            raise refusal_to_open(error, self.place) from None

    def write(self, work: Work[Answer], *, beside: bool = False) -> Written[Answer]:
        """Queue a write; `beside` the others, where it is long and nobody waits for its turn.

        Args:
            work: gets a connection in autocommit mode, and makes its own transactions; carried out again where other
                transactions were in its way, so that a transaction of its own is all that it may leave behind.
            beside: whether it has a thread of its own.

        Raises:
            WriterBusyError: too many writes wait.
            WriterClosedError: `close` was called.
        """
        return self.writers.submit(work, beside=beside)

    def read(self, work: Work[Answer]) -> Answer:
        """What a function finds that only reads; it is tried again where a connection was lost.

        Raises:
            DatabaseFailingError: the server is away.
        """
        try:
            return self._with_connection(work)
        except psycopg.OperationalError:
            self._pool.check()
        return self._told(lambda: self._with_connection(work))

    @contextmanager
    def snapshot(self) -> Iterator[Connection[Any]]:
        """A connection on which everything is read as of one moment.

        Raises:
            DatabaseFailingError: the server is away.
        """
        try:
            with self._pool.connection() as connection, connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield connection
        except Exception as error:
            self._tell(error)
            raise

    def problem(self) -> str | None:
        """Why the last call failed, if the server was the reason; who asks has it tried whether that is over."""
        if self._problem is not None and monotonic() >= self._probe_at:
            self._probe_at = monotonic() + _PROBE_SECONDS
            with suppress(UnavailableError):
                self.write(_probe, beside=True)
        return self._problem

    def erase(self, work: Work[int]) -> Written[int]:
        """Queue a write that deletes what there is of a person, and answers how many rows that was."""
        return self.write(lambda connection: self._noting(work(connection)))

    def vacuum(self) -> Written[bool]:
        """Have the server clear away rows of who was erased, while nobody waits for it.

        Answers False at once: of bytes in its files, its log and its archive the server alone can dispose.
        """
        if self._rows_left:
            self._rows_left = False
            self.write(_vacuum, beside=True)
        done: Future[bool] = Future()
        done.set_result(False)
        return Written(done)

    def _noting(self, deleted: int) -> int:
        self._rows_left = self._rows_left or deleted > 0
        return deleted

    def close(self) -> None:
        """Write what waits, and let go of the server; may be called again."""
        self.writers.close()
        self._pool.close()

    def _write_now(self, work: Work[Answer]) -> Answer:
        for _ in range(_TRIES):
            try:
                return self._told(lambda: self._with_live_connection(work))
            except psycopg.Error as error:
                if not passing(error):
                    raise
        return self._told(lambda: self._with_live_connection(work))

    def _with_connection(self, work: Work[Answer]) -> Answer:
        with self._pool.connection() as connection:
            return work(connection)

    def _with_live_connection(self, work: Work[Answer]) -> Answer:
        """A write is not tried again once it may have been sent: so its connection is asked beforehand."""
        with self._pool.connection() as connection:
            try:
                ConnectionPool.check_connection(connection)
            except psycopg.OperationalError:
                logger.info("a connection to %s was lost meanwhile", self.place)
            else:
                return work(connection)
        self._pool.check()
        return self._with_connection(work)

    def _told(self, call: Callable[[], Answer]) -> Answer:
        try:
            answer = call()
        except Exception as error:
            self._tell(error)
            raise
        self._problem = None
        return answer

    def _tell(self, error: Exception) -> None:
        """Raise what the error says of the server, if it does."""
        if problem := problem_of(error, self.place):
            self._problem = problem.detail
            raise problem from error


def _probe(connection: Connection[Any]) -> None:
    """Write something that changes nothing."""
    connection.execute("UPDATE schema_migrations SET applied_at = applied_at")


def _vacuum(connection: Connection[Any]) -> None:
    for table in _TABLES:
        connection.execute(f"VACUUM {table}".encode())


def parsed(url: str) -> dict[str, Any]:
    """What a URL says.

    Raises:
        StorageError: it is none.
    """
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.Error:  # whose message quotes what it could not read
        raise StorageError(
            "storage.url is no URL of PostgreSQL: it has to look like postgresql://user:password@host:5432/database, "
            "with special characters of the password percent-encoded"
        ) from None


def place_of(given: dict[str, Any]) -> str:
    """Host, port and database, for messages."""
    host, port = given.get("host") or "this machine", given.get("port") or 5432
    return f"PostgreSQL database {given.get('dbname') or given.get('user') or ''} at {host}:{port}"


def _too_old(place: str, version: int) -> str:
    return f"{place} is of version {version // 10_000}: Penchant needs {_OLDEST // 10_000} or newer"


def _standby(place: str) -> str:
    return (
        f"{place} is a standby, or read-only: name the primary in storage.url, "
        "or all hosts with ?target_session_attrs=read-write"
    )
