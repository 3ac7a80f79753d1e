"""Proof of an erasure: that an id is nowhere, by a search of which it is shown that it would find it.

A search that finds nothing proves nothing if it cannot see. So people who are there are looked for as well, and in a
copy of the database, at its real size, people are planted, looked for, erased as a person is, and looked for again.
"""

from __future__ import annotations

import mmap
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import duckdb

from app.person.erasure.byte_search import OF_ITEMS, Hit, Swept, forms_of, sweep
from app.storage.database import COPIES, FILE_NAME
from app.storage.database_copy import copy_database
from app.storage.duckdb import open_stores
from app.storage.errors import StorageError
from app.storage.rows import NewEvent
from app.storage.settings import StorageSettings
from app.storage.texts import packed_segments, values_with
from models.events import EventType

VERIFYING: Final = COPIES
PLANTED: Final = 20
PRESENT: Final = 200
_MAGIC: Final = slice(8, 12)
_ITEMS_TABLE: Final = "item_journal"


@dataclass(frozen=True, slots=True)
class Sight:
    """What the search of bytes is able to see, in counts of ids.

    Attributes:
        present: people who are in the database and were looked for, and how many of them were found.
        planted: likewise of those that were planted in a copy.
        left: how many of the planted were found after their erasure.
        packed: pieces of columns whose texts are packed.
    """

    present: tuple[int, int]
    planted: tuple[int, int]
    left: int
    packed: int

    @property
    def is_clear(self) -> bool:
        """Whether whoever is there is found, and nobody who is not."""
        return self.present[0] == self.present[1] and self.planted[0] == self.planted[1] and not self.left


@dataclass(slots=True)
class Proof:
    """What was looked through, and what came of it.

    Attributes:
        files: how many were looked through.
        bytes: of them.
        tables: databases whose tables were looked through.
        hits: where the id stands.
        unseen: what could not be looked into, and why.
        sight: what the search can see; None where the folder has no database.
        server: PostgreSQL database whose tables were looked through, if people are in one.
    """

    files: int = 0
    bytes: int = 0
    tables: int = 0
    hits: list[Hit] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    sight: Sight | None = None
    server: str | None = None

    def add(self, swept: Swept, place: str) -> None:
        """Take in what a sweep of a folder, or of a file, found."""
        self.files, self.bytes = self.files + swept.files, self.bytes + swept.bytes
        self.hits += [Hit(f"{place}{hit.place}", hit.times, hit.in_items) for hit in swept.hits]
        self.unseen += [f"{place}{each}" for each in swept.unseen]


def prove(folder: Path, user_id: str, others: Sequence[Path] = (), settings: StorageSettings | None = None) -> Proof:
    """Look for an id below a data folder, and below others, such as those of backups and logs.

    The service may be running. There has to be room for two copies of the database.

    Raises:
        OSError: something cannot be read, or there is no room.
    """
    proof = Proof()
    with _workplace(folder) as place:
        for root in (folder, *others):
            named = "" if root == folder else f"{root}/"
            proof.add(sweep(root, user_id, without=place), named)
            for database in _databases(root, place):
                _look_into(database, place, user_id, proof)
        if (folder / FILE_NAME).is_file():
            with _told(proof, f"a copy of {FILE_NAME} in which to plant people"):
                proof.sight = _sight(copy_database(folder / FILE_NAME, place), settings or StorageSettings())
    if settings is not None and settings.url is not None:
        with _told(proof, "tables of the database that storage.url names"):
            _look_into_server(settings.url.get_secret_value(), user_id, proof)
    return proof


def remove_leftovers(folder: Path) -> None:
    """Remove copies that a proof left behind when it was killed."""
    for left in folder.glob(f"{VERIFYING}*"):
        if not _runs(left.name.removeprefix(VERIFYING).partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    remove_leftovers(folder)
    place = folder / f"{VERIFYING}{os.getpid()}"
    place.mkdir(mode=0o700)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def _runs(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _databases(root: Path, without: Path) -> list[Path]:
    found = []
    for path in sorted(root.rglob("*") if root.is_dir() else [root]):
        if path.is_file() and without not in path.parents:
            with path.open("rb") as file:
                if file.read(_MAGIC.stop)[_MAGIC] == b"DUCK":
                    found.append(path)
    return found


def _look_into(database: Path, place: Path, user_id: str, proof: Proof) -> None:
    """Through the tables, by query: texts may be packed in the file's bytes."""
    with _told(proof, f"tables of {database.name}"):
        copy = copy_database(database, place)
        proof.hits += _hits(database.name, user_id, lambda texts: values_with(copy, texts))
        proof.tables += 1


def _look_into_server(url: str, user_id: str, proof: Proof) -> None:
    """Through the tables of PostgreSQL: whatever any query could see."""
    from app.storage.postgres.texts import searched  # noqa: PLC0415 - an extra

    with searched(url) as server:
        if not server.sees():
            proof.unseen.append(f"tables of the {server.place} (who was planted there was not found)")
        proof.hits += _hits(server.place, user_id, server.values_with)
        proof.tables, proof.server = proof.tables + 1, server.place


def _hits(
    database: str, user_id: str, search: Callable[[Sequence[str]], Iterable[tuple[str, str, list[str]]]]
) -> list[Hit]:
    """Where a search of a database's tables finds an id."""
    texts = [text for form in forms_of(user_id) if (text := _text(form)) is not None]
    of_items = [start.decode() + text for start in OF_ITEMS for text in texts]
    hits = []
    for table, column, values in search(texts):
        times, named = (sum(value.count(text) for value in values for text in each) for each in (texts, of_items))
        hits.append(
            Hit(f"{database}, table {table}, column {column}", times, times if table == _ITEMS_TABLE else named)
        )
    return hits


@contextmanager
def _told(proof: Proof, what: str) -> Iterator[None]:
    """What fails here was not looked into."""
    try:
        yield
    except (duckdb.Error, StorageError) as error:
        proof.unseen.append(f"{what} ({str(error).splitlines()[0]})")


def _text(form: bytes) -> str | None:
    try:
        text = form.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _sight(copy: Path, settings: StorageSettings) -> Sight:
    """What is seen in a copy of the database, which is spoilt by it."""
    packed = packed_segments(copy)
    planted = [f"planted-{uuid4()}" for _ in range(PLANTED)]
    with closing(open_stores(copy.parent, settings)) as stores:
        present = sorted(stores.identities.known_ids())
        present = present[:: max(1, len(present) // PRESENT)][:PRESENT]
        rows = [_event(user_id, n) for user_id in planted for n in range(2)]
        stores.events.append(rows).result()
        for user_id in planted:
            stores.users.put_profile(user_id, b"{}", 0.0).result()
    seen = _seen(copy, planted)
    there = _seen(copy, present)
    with closing(open_stores(copy.parent, settings)) as stores:
        for user_id in planted:
            stores.events.delete_user(user_id).result()
            stores.users.delete(user_id).result()
        stores.rewrite().result()
    return Sight((there, len(present)), (seen, len(planted)), _seen(copy, planted), packed)


def _event(user_id: str, number: int) -> NewEvent:
    return NewEvent(f"{user_id}-{number}", user_id, "item", EventType.CLICK, 0.0, 0.0)


def _seen(copy: Path, user_ids: Sequence[str]) -> int:
    """How many of these ids stand in the bytes of the file or of its log."""
    seen: set[str] = set()
    for path in (copy, copy.with_name(f"{copy.name}.wal")):
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                seen |= {user_id for user_id in user_ids if whole.find(user_id.encode()) >= 0}
    return len(seen)
