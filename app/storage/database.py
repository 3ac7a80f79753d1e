"""The DuckDB file: who may open it, its one writer, and connections that read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, lockf
from pathlib import Path
from threading import Lock
from time import sleep

import duckdb
from duckdb import DuckDBPyConnection

from app.disk import DiskProblemError, disk_problem
from app.storage import log_copy, salvage
from app.storage.errors import DatabaseInUseError, StorageVersionError
from app.storage.gate import SharedGate
from app.storage.group_writer import GroupWriter, Written
from app.storage.migrate import migrate, shipped
from app.storage.rewriting import SUFFIX, copy_tables, put_in_place, remove_unfinished
from app.storage.settings import StorageSettings
from app.storage.witness import Witness, acknowledged

FILE_NAME = "penchant.duckdb"
COPIES = "verifying-"
"""How folders of copies begin that go at the end, or at the next start."""
SERVED = "served"
"""Folder of the served log, beside the database, which it may read."""
_ADVICE = "stop the service that runs on this folder, or ask it over HTTP"

_MARK = "INSERT INTO rewriting_due SELECT make_timestamp(epoch_us(now())) WHERE NOT EXISTS (FROM rewriting_due)"
_DUE = "SELECT count(*) FROM rewriting_due"
_HIGHEST_DELETED = "SELECT max(deleted_through) FROM event_numbers"
LAST_SEQUENCE = """
SELECT greatest(coalesce(max(sequence), 0), (SELECT max(deleted_through) FROM event_numbers)) FROM events
"""
"""Number of the last event that there ever was."""
_READABLE = "SET allowed_directories = [{folder}]"
_SHUT = "SET enable_external_access = false"
_TEXTS_AS_THEY_ARE = "SET GLOBAL disabled_compression_methods = 'fsst,dict_fsst,zstd'"
"""So that a search of the file's bytes finds every id. DuckDB 2.0.0 does not heed it where it opens a file."""
_OWNER_ONLY = 0o600
_RETRIES = 100
_PAUSE_SECONDS = 0.1

_opened: set[Path] = set()
_opened_lock = Lock()


class Database:
    """One open database file, its tables brought up to date.

    Args:
        folder: where the file is, or is to be made.
        settings: the database's share of the machine.

    Raises:
        DatabaseInUseError: somebody else holds the file, in this process or another.
        StorageVersionError: the file is of a version that the installed DuckDB does not read.
        DatabaseDamagedError: the file is damaged.
        MigrationError: the file's tables are not those that this version knows.
    """

    def __init__(self, folder: Path, settings: StorageSettings) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = (folder / FILE_NAME).resolve()
        self.settings = settings
        self._gate = SharedGate()
        _claim(self._path)
        try:
            told = acknowledged(self._path)
            self._root, damage = salvage.opened(self._path, lambda: _connect(self._path, settings))
            self._path.chmod(_OWNER_ONLY)
            remove_unfinished(self._path)  # only now is it certain that nobody is at it
            self._migrate()
            found = self._last_sequence()
            salvage.tell(folder, damage, told.events if told else found, found)
            self.witness = Witness(self._path, found)
        except BaseException as error:
            _release(self._path)
            if isinstance(error, duckdb.Error) and (damaged := salvage.of_file(self._path, error)):
                raise damaged from error
            raise
        self.writer = GroupWriter(self._root.cursor(), settings.waiting_writes, _Care(self))

    @property
    def folder(self) -> Path:
        """Where the file is."""
        return self._path.parent

    @contextmanager
    def reading(self) -> Iterator[DuckDBPyConnection]:
        """A connection of its own, that sees what was committed before its query and waits for no write."""
        with self._gate.shared():
            try:
                with self._root.cursor() as connection:
                    yield connection
            except duckdb.Error as error:
                problem = disk_problem(error, self.folder)
                if problem is None:
                    raise
                self.writer.doubt()
                raise (self.writer.problem or problem) from error

    def rewrite(self) -> Written[bool]:
        """Free the file of every byte of what was deleted, if anything was; answers whether that was so.

        Writes wait for as long as the copy takes, reads only for the change to the new file.
        """
        return self.writer.submit_alone(self._rewrite)

    def _rewrite(self, writing: DuckDBPyConnection) -> tuple[DuckDBPyConnection, bool]:
        if not writing.execute(_DUE).fetchall()[0][0]:
            return writing, False
        new = self._path.with_name(self._path.name + SUFFIX)
        remove_unfinished(self._path)
        with _connect(new, self.settings) as target:
            copy_tables(writing, target)
        with self._gate.alone():
            writing.execute("CHECKPOINT")  # so that no write-ahead log outlives the file that it belongs to
            writing.close()
            self._root.close()
            self.witness.suspend()
            put_in_place(new, self._path)
            self._root = _connect_again(self._path, self.settings)
        self.witness.follow()
        log_copy.remove(self.folder)
        salvage.remove_aside(self._path)
        return self._root.cursor(), True

    def close(self) -> None:
        """Write what waits and let go of the file; may be called again."""
        self.writer.close()
        self._root.close()
        self.witness.close()
        _release(self._path)

    def problem(self) -> str | None:
        """Why nothing can be written at present, if that is so."""
        problem = self.writer.problem
        return problem.detail if problem else None

    def losses(self) -> list[str]:
        """Acknowledged writes that were missing at a start, and that nobody has dealt with yet."""
        return [each.told for each in salvage.losses(self.folder)]

    def open_again(self, lost: DuckDBPyConnection) -> DuckDBPyConnection:
        """A connection for the writer, in place of one whose database gave itself up.

        What a commit that failed left in the write-ahead log, perhaps not on the disk, must not stand between commits
        that are: the log is folded into the file before anything else is written.
        """
        with self._gate.alone():
            for each in (lost, self._root):
                with suppress(duckdb.Error):
                    each.close()
            self._root = _connect_again(self._path, self.settings)
        cursor = self._root.cursor()
        try:
            cursor.execute("CHECKPOINT")
        except BaseException:
            cursor.close()
            raise
        self.witness.follow()
        return cursor

    def _last_sequence(self) -> int:
        with self._root.cursor() as connection:
            return int(connection.execute(LAST_SEQUENCE).fetchall()[0][0])

    def _migrate(self) -> None:
        try:
            with self._root.cursor() as connection:
                migrate(connection, shipped())
        except BaseException:
            self._root.close()
            raise


class _Care:
    """What the writer has to know of its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.open_again = database.open_again

    def committed(self) -> None:
        self._database.witness.commit()

    def rolled_back(self) -> None:
        self._database.witness.roll_back()

    def problem(self, error: BaseException) -> DiskProblemError | None:
        return disk_problem(error, self._database.folder)

    def alive(self, connection: DuckDBPyConnection) -> bool:
        try:
            connection.execute("SELECT 1").fetchall()
        except duckdb.Error:
            return False
        return True

    def probe(self, connection: DuckDBPyConnection) -> None:
        """The row is replaced: an update with an equal value would not reach the disk."""
        ((number,),) = connection.execute(_HIGHEST_DELETED).fetchall()
        connection.begin()
        try:
            connection.execute("DELETE FROM event_numbers")
            connection.execute("INSERT INTO event_numbers VALUES ($1)", [number])
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
        self.committed()


def _connect(path: Path, settings: StorageSettings) -> DuckDBPyConnection:
    with _said_of(path):
        connection = duckdb.connect(path, config=_shares(settings))
    _shut(connection, path.parent)
    return connection


def in_memory(folder: Path, temporary: Path, settings: StorageSettings) -> DuckDBPyConnection:
    """A database that is in no file, under the settings of every database of ours.

    Args:
        folder: that has the served log, which it may read.
        temporary: where it may put what does not fit into memory.
        settings: its share of the machine.
    """
    connection = duckdb.connect(":memory:", config=_shares(settings) | {"temp_directory": str(temporary)})
    _shut(connection, folder)
    return connection


def _shut(connection: DuckDBPyConnection, folder: Path) -> None:
    """No statement reads or writes any other file, but those of the served log."""
    connection.execute(_TEXTS_AS_THEY_ARE)
    served = str(folder.resolve() / SERVED) + os.sep
    connection.execute(_READABLE.format(folder="'" + served.replace("'", "''") + "'"))
    connection.execute(_SHUT)


def _shares(settings: StorageSettings) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "threads": settings.threads,
        "memory_limit": f"{settings.memory_mb}MB",
        "checkpoint_threshold": f"{settings.checkpoint_mb}MB",
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,  # no statement reaches the network
        "python_enable_replacements": False,  # nor Python variables
    }


def connected(path: Path) -> DuckDBPyConnection:
    """A database file that nobody else uses, such as a copy, under the settings of every database of ours.

    Raises:
        DatabaseInUseError: somebody else holds it.
        StorageVersionError: it is of a version that the installed DuckDB does not read.
    """
    return _connect(path, StorageSettings())


def read_only(path: Path, settings: StorageSettings) -> DuckDBPyConnection:
    """A database file that nobody else uses, of which nothing is changed; who wants to write to it has to wait.

    Raises:
        DatabaseInUseError: somebody else holds it.
        StorageVersionError: it is of a version that the installed DuckDB does not read.
    """
    if in_use(path):
        raise DatabaseInUseError(f"{path} is in use: {_ADVICE}")
    with _said_of(path):
        return duckdb.connect(path, read_only=True, config=_shares(settings))


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    """What DuckDB says where it opens a file, as errors of ours."""
    try:
        yield
    except duckdb.IOException as error:
        problem = _in_use(path, str(error)) or _of_another_version(path, str(error))
        if problem is None:
            raise
        raise problem from error


def _in_use(path: Path, message: str) -> DatabaseInUseError | None:
    if "Could not set lock" not in message:
        return None
    holder = re.search(r"\(PID (\d+)\)", message)
    by = f"process {holder[1]}" if holder else "another process"
    return DatabaseInUseError(f"{path} is in use by {by}: {_ADVICE}")


def _of_another_version(path: Path, message: str) -> StorageVersionError | None:
    found = re.search(r"version number (\d+), but we can only read .*between (\d+) and (\d+)", message)
    if found is None:
        return None
    file, oldest, newest = map(int, found.groups())
    writer = "a newer" if file > newest else "a very old"
    return StorageVersionError(
        f"{path} was written by {writer} DuckDB: its storage version is {file}, and the installed DuckDB "
        f"{duckdb.__version__} reads {oldest} to {newest}. Install the version in constraints.txt, or a newer one"
    )


def _connect_again(path: Path, settings: StorageSettings) -> DuckDBPyConnection:
    """Another process may have looked at the file in the moment in which nobody held it."""
    for _ in range(_RETRIES):
        try:
            return _connect(path, settings)
        except DatabaseInUseError:
            sleep(_PAUSE_SECONDS)
    return _connect(path, settings)


def mark_for_rewriting(connection: DuckDBPyConnection) -> None:
    """Note, within a transaction that deletes rows, that their bytes stay behind."""
    connection.execute(_MARK)


def delete_users(connection: DuckDBPyConnection, statements: Sequence[str], user_ids: Sequence[str]) -> list[int]:
    """Carry out statements that delete rows of `$user`; for each user how many rows went."""
    counts = [
        sum(int(connection.execute(statement, {"user": user_id}).fetchall()[0][0]) for statement in statements)
        for user_id in user_ids
    ]
    if any(counts):
        mark_for_rewriting(connection)
    return counts


def in_use(path: Path) -> bool:
    """Whether somebody has a database file open, in this process or another; it need not be one that can be read."""
    with _opened_lock:
        if path.resolve() in _opened:
            return True
    try:
        with path.open("rb+") as file:
            lockf(file, LOCK_EX | LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _claim(path: Path) -> None:
    """DuckDB would share the file within a process, but there can be only one writer that numbers events."""
    with _opened_lock:
        if path in _opened:
            raise DatabaseInUseError(f"{path} is in use by this process: share the stores that are open")
        _opened.add(path)


def _release(path: Path) -> None:
    with _opened_lock:
        _opened.discard(path)
