"""Exports to a warehouse: a folder of Parquet files that a later export brings up to date.

TO/events/manifest.json                          what stands, what was deleted, what is not in it and why
TO/events/000000000001-000001000000-r1.parquet   events by their numbers, written by the first export
TO/events/deleted-r2.parquet                     numbers of events that the second export took away
TO/events/cleared.parquet                        items that were not sensitive when their events left

A file never changes. Where something of its span did, another one takes its place in the manifest: who takes files over
deletes the span, or the keys that were deleted, and loads the new file. Whatever the manifest does not name is removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from app.folder_secret import folder_secret
from app.policy.charter.charter import load_charter
from app.settings import Settings
from app.storage.database import LAST_SEQUENCE
from app.warehouse.errors import ExportError
from app.warehouse.kinds import KEYS, PERSON, Kind, schema_of, statement
from app.warehouse.manifest import FILE, Deletions, ExportManifest, Part, read_manifest
from app.warehouse.source import Index, copied
from app.warehouse.terms import Terms
from indexer.folder_lock import sole
from indexer.progress import Progress

SPAN: Final = 1_000_000
"""Events of one file at most."""
BUCKET: Final = 250_000
"""People or items of one file, about, when the folder is begun."""
_BATCH: Final = 50_000
_CLEARED: Final = "cleared.parquet"
_NEW: Final = ".new"
_PERSON: Final = "substr(sha256($secret || sha256($secret || user_id)), 1, 32)"
"""Twice, so that nobody who knows a digest can make another one of it."""
_COUNTS: Final = {
    Kind.PEOPLE: "SELECT count(*) FROM (SELECT user_id FROM users UNION SELECT user_id FROM events)",
    Kind.ITEMS: "SELECT count(*) FROM catalogue",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did.

    Attributes:
        manifest: what stands now.
        written: rows of files that are new.
        deleted: rows that were exported before and are no longer.
    """

    manifest: ExportManifest
    written: int
    deleted: int


def export(settings: Settings, kind: Kind, to: Path, say: Progress, *, pseudonyms: bool = False) -> Exported:
    """Bring a folder up to date, or begin it.

    Args:
        settings: of the service, which may be running.
        kind: what to export.
        to: the folder; each kind has one of its own in it.
        say: told how many rows of how many were looked at.
        pseudonyms: whether ids of people are left out.

    Raises:
        ExportError: there is nothing, the charter does not say that it is done, or the folder is of another export.
        CharterError: the charter cannot be read.
        DatabaseCopyError: the database was rewritten all the time.
        StorageError: PostgreSQL cannot be reached.
        OSError: there is no room.
    """
    charter = load_charter(settings.charter, settings.index.sensitive.taxonomy)
    now = settings.as_of or datetime.now(UTC)
    terms = Terms(charter, settings.events, now.timestamp())
    why = terms.why(kind)
    if to.resolve().is_relative_to(settings.data_dir.resolve()):
        raise ExportError(f"{to} is in the data folder: name a folder elsewhere")
    folder = to / kind.value
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    columns = {field.name: str(field.type) for field in schema_of(kind, pseudonyms=pseudonyms)}
    told: dict[str, Any] = {"made_at": now, "columns": columns, "charter": charter.name, "why": why}
    with sole(folder, ExportError(f"another process exports to {folder}")), copied(settings) as connection:
        before = read_manifest(folder) or ExportManifest(kind=kind, key=KEYS[kind], pseudonyms=pseudonyms, **told)
        if before.pseudonyms != pseudonyms:
            raise ExportError(f"{folder} was begun with{'' if before.pseudonyms else 'out'} --pseudonyms: keep to that")
        begun = before.model_copy(update=told | {"run": before.run + 1, "withheld": terms.withheld(kind)})
        return _Export(connection, terms, folder, begun, say)(settings)


class _Export:
    def __init__(
        self, connection: DuckDBPyConnection, terms: Terms, folder: Path, manifest: ExportManifest, say: Progress
    ) -> None:
        self._connection, self._terms, self._folder = connection, terms, folder
        self._manifest, self._say = manifest, say
        self._kind = manifest.kind
        self._schema = schema_of(self._kind, pseudonyms=manifest.pseudonyms)
        self._removed: list[pa.Array] = []

    def __call__(self, settings: Settings) -> Exported:
        self._remove_others()
        self._terms.take_up(self._connection)
        index = Index(settings, self._terms.charter.rules())
        about: dict[str, Any] = {}
        if self._kind is Kind.ITEMS:
            index.catalogue(self._connection)
        if self._kind is Kind.EVENTS:
            self._write(_CLEARED, pa.table({"item_id": index.clear(self._connection, self._cleared())}))
            about["left_out"] = dict(self._connection.execute(statement("left_out")).fetchall())
            about["through"] = int(self._connection.execute(LAST_SEQUENCE).fetchall()[0][0])
        elif not self._manifest.parts:
            ((rows,),) = self._connection.execute(_COUNTS[self._kind]).fetchall()
            about["buckets"] = max(1, -(-rows // BUCKET))
        secret = folder_secret(settings.data_dir).hex()
        self._manifest = self._manifest.model_copy(update=about)
        parts = [self._brought_up(part, secret) for part in self._shown(self._spans())]
        return self._finish(parts)

    def _spans(self) -> Sequence[Part]:
        """Parts as they were, and those that are new, of which nothing is known."""
        if self._kind is not Kind.EVENTS:
            known = self._manifest.parts
            return known or [_nothing(bucket, bucket) for bucket in range(self._manifest.buckets)]
        done = max((part.last for part in self._manifest.parts), default=0)
        new = [
            _nothing(first, min(first + SPAN - 1, self._manifest.through))
            for first in range(done + 1, self._manifest.through + 1, SPAN)
        ]
        return [*self._manifest.parts, *new]

    def _shown(self, parts: Sequence[Part]) -> Iterator[Part]:
        total = parts[-1].last if self._kind is Kind.EVENTS and parts else len(parts)
        for done, part in enumerate(parts, 1):
            yield part
            self._say(part.last if self._kind is Kind.EVENTS else done, total)

    def _brought_up(self, part: Part, secret: str) -> Part:
        """The part as it is now; written only where it is another."""
        sql, asked = self._statement(part)
        digest = f"SELECT count(*), bit_xor(hash(leaving)) FROM ({sql}) AS leaving"  # noqa: S608 - all of it from here
        ((rows, checksum),) = self._connection.execute(digest, asked).fetchall()
        if (rows, str(checksum)) == (part.rows, part.checksum):
            return part
        file = None
        if rows:
            width = 12 if self._kind is Kind.EVENTS else 4
            span = f"{part.first:0{width}}" + (f"-{part.last:0{width}}" if self._kind is Kind.EVENTS else "")
            file = f"{span}-r{self._manifest.run}.parquet"
            self._write(file, self._leaving(sql, asked, secret))
        self._note_removed(part.file, file)
        return part.model_copy(
            update={"file": file, "rows": rows, "checksum": str(checksum), "run": self._manifest.run}
        )

    def _statement(self, part: Part) -> tuple[str, dict[str, Any]]:
        """What is asked of a part, and with which parameters."""
        json = {Kind.EVENTS: "events.context", Kind.PEOPLE: "(profile -> '$.attributes')"}
        free = self._terms.of(json.get(self._kind, "(document -> '$.attributes')"), self._kind)
        sql = statement(self._kind.value).replace("{context}", free).replace("{attributes}", free)
        asked: dict[str, Any] = {"names": list(self._terms.names(self._kind))} if "$names" in sql else {}
        if self._kind is Kind.EVENTS:
            return sql, asked | {"first": part.first, "last": part.last}
        asked |= {"bucket": part.first, "buckets": self._manifest.buckets}
        return sql, asked | ({"declared": self._terms.declared()} if self._kind is Kind.PEOPLE else {})

    def _leaving(self, sql: str, asked: dict[str, Any], secret: str) -> Iterator[pa.RecordBatch]:
        of_people = PERSON in self._schema.names
        columns = ", ".join(f"{_PERSON} AS {PERSON}" if name == PERSON else name for name in self._schema.names)
        asked = asked | ({"secret": secret} if of_people else {})
        found = self._connection.sql(f"SELECT {columns} FROM ({sql})", params=asked)  # noqa: S608 - all of it from here
        for batch in found.to_arrow_reader(_BATCH):
            yield batch.cast(self._schema)

    def _write(self, name: str, rows: pa.Table | Iterator[pa.RecordBatch]) -> None:
        batches = rows.to_batches() if isinstance(rows, pa.Table) else rows
        schema = rows.schema if isinstance(rows, pa.Table) else self._schema
        beside = self._folder / f"{name}{_NEW}"
        with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
        _put(beside, self._folder / name)

    def _note_removed(self, old: str | None, new: str | None) -> None:
        """Keys that stood in a file and do not in what takes its place; of one that is no longer there, none."""
        if old is None or not (self._folder / old).exists():
            return
        before = self._keys(old)
        now = self._keys(new) if new else before.slice(0, 0)
        gone = before.filter(pc.invert(pc.is_in(before, value_set=now)))
        if len(gone):
            self._removed.append(gone)

    def _keys(self, file: str) -> pa.Array:
        return pq.read_table(self._folder / file, columns=[self._manifest.key]).column(0).combine_chunks()

    def _cleared(self) -> pa.Array:
        path = self._folder / _CLEARED
        return pq.read_table(path).column(0).combine_chunks() if path.exists() else pa.array([], pa.string())

    def _finish(self, parts: list[Part]) -> Exported:
        """The manifest last, by a rename; then what it does not name is removed."""
        deleted = list(self._manifest.deleted)
        gone = pa.concat_arrays(self._removed) if self._removed else pa.array([])
        if len(gone):
            deletions = Deletions(file=f"deleted-r{self._manifest.run}.parquet", rows=len(gone), run=self._manifest.run)
            self._write(deletions.file, pa.table({self._manifest.key: gone}))
            deleted.append(deletions)
        manifest = self._manifest.model_copy(update={"parts": tuple(parts), "deleted": tuple(deleted)})
        beside = self._folder / f"{FILE}{_NEW}"
        beside.write_text(manifest.model_dump_json(indent=2))
        _put(beside, self._folder / FILE)
        self._manifest = manifest
        self._remove_others()
        written = sum(part.rows for part in parts if part.run == manifest.run)
        return Exported(manifest, written, len(gone))

    def _remove_others(self) -> None:
        """What an export that was broken off left, and files whose place another one took."""
        for path in [*self._folder.glob("*.parquet"), *self._folder.glob(f"*{_NEW}")]:
            if path.name not in self._manifest.files() and path.name != _CLEARED:
                path.unlink()


def _nothing(first: int, last: int) -> Part:
    return Part(first=first, last=last, file=None, rows=0, checksum="None", run=0)


def _put(beside: Path, path: Path) -> None:
    """Give a file its name once it is on the disk."""
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(path)
