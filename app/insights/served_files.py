"""The files of the served log: Parquet, a folder for each day of UTC, merged as they become many.

A file's name says which of the day's parts it holds, `<first>-<last>.parquet`. Sixteen neighbours that hold equally
many parts are merged into one that holds them all, so that a day has few files however often it is written to. A new
file gets its name when it is whole; one whose parts stand in another, as after a crash between the two, goes at the
start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from app.insights.served_answer import ANSWER_SCHEMA
from app.storage.gate import SharedGate
from indexer.folder_lock import sole

_MERGED: Final = 16
_ROWS: Final = 16_384
"""Answers of a row group."""
_LARGEST: Final = 256 * 1024 * 1024
"""Bytes from which a file is merged no further."""
_NAME: Final = re.compile(r"(\d{8})-(\d{8})\.parquet")
_UNFINISHED: Final = ".unfinished"
_DAY: Final = "day="
_UNIQUE: Final = ("recommendation_id", "diversity", "scores")
"""Columns whose values hardly recur, so that a dictionary of them would cost more than it saves."""
_FORM: Final[dict[str, Any]] = {
    "compression": "zstd",
    "write_statistics": ["served_at"],  # nobody looks for a range of anything else
    "use_dictionary": [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for field in ANSWER_SCHEMA
        if field.name not in _UNIQUE
    ],
}


class ServedFiles:
    """All files of the log.

    Args:
        folder: where the days are; made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.gate = SharedGate()
        """Readers are inside together while no file is taken away."""
        self._lock = Lock()
        with self._alone():
            self._remove_leftovers()

    def append(self, table: pa.Table) -> None:
        """Write rows into the folders of their days; durable when this returns."""
        days = table["served_at"].cast(pa.date32())
        present = sorted(pc.unique(days).to_pylist())
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            for day in present:
                part = table if len(present) == 1 else table.filter(pc.equal(days, day))
                self._add(self.folder / f"{_DAY}{day:%Y-%m-%d}", part)

    def erase(self, user_ids: Collection[str]) -> int:
        """Write every file anew that names one of these people, without them; how many answers went."""
        erased = 0
        with self._alone():
            for file in list(self._files()):
                erased += self._without(file, pa.array(sorted(user_ids), pa.string()))
        return erased

    def delete_before(self, moment: float) -> int:
        """Delete the days that were over at a moment, in seconds since 1970; how many."""
        first = f"{_DAY}{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
        with self._alone():
            days = [day for day in self._days() if day.name < first]
            with self.gate.alone():
                for day in days:
                    for file in day.iterdir():
                        file.unlink()
                    day.rmdir()
        return len(days)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Beside no other thread, and no other process on the same folder."""
        with self._lock, sole(self.folder) if self.folder.is_dir() else nullcontext():
            yield

    def paths(self, first: date | None = None, last: date | None = None) -> list[Path]:
        """The files of the days from one to another, both included; to be read within `gate.shared()`."""
        low, high = (f"{_DAY}{day:%Y-%m-%d}" if day else None for day in (first, last))
        days = [day for day in self._days() if (low is None or day.name >= low) and (high is None or day.name <= high)]
        return [file for day in days for file in _named(day)]

    def user_ids(self) -> set[str]:
        """Everybody whom a file names."""
        with self._alone():
            columns = (pq.read_table(file, columns=["user_id"])["user_id"] for file in self._files())
            return {user_id for column in columns for user_id in pc.unique(column.drop_null()).to_pylist()}

    def of_users(self, user_ids: Collection[str]) -> Iterator[pa.RecordBatch]:
        """All answers to some people, a batch at a time, in order of their files."""
        wanted = pa.array(sorted(user_ids), pa.string())
        with self._alone():
            for file in self._files():
                for table in _batches(file):
                    yield from table.filter(pc.is_in(table["user_id"], value_set=wanted)).to_batches()

    def _add(self, day: Path, table: pa.Table) -> None:
        day.mkdir(parents=True, exist_ok=True)
        number = max((last for _, last in map(_parts, _named(day))), default=-1) + 1
        _write(day / f"{number:08}-{number:08}.parquet", [table])
        while merged := _mergeable(_named(day)):
            self._merge(merged)

    def _merge(self, files: list[Path]) -> None:
        whole = files[0].with_name(f"{_parts(files[0])[0]:08}-{_parts(files[-1])[1]:08}.parquet")
        beside = _write(whole, (batch for file in files for batch in _batches(file)), put=False)
        with self.gate.alone():
            beside.replace(whole)
            for file in files:
                file.unlink()

    def _without(self, file: Path, user_ids: pa.Array) -> int:
        named = pc.is_in(pq.read_table(file, columns=["user_id"])["user_id"], value_set=user_ids)
        erased = int(pc.sum(named).as_py() or 0)
        if not erased:
            return 0
        beside = _write(file, (_others(batch, user_ids) for batch in _batches(file)), put=False)
        with self.gate.alone():
            beside.replace(file)
        return erased

    def _files(self) -> Iterator[Path]:
        return (file for day in self._days() for file in _named(day))

    def _days(self) -> list[Path]:
        return sorted(self.folder.glob(f"{_DAY}*"))

    def _remove_leftovers(self) -> None:
        for left in self.folder.glob(f"{_DAY}*/*{_UNFINISHED}"):
            left.unlink()
        for day in self._days():
            files = [(file, _parts(file)) for file in _named(day)]
            for file, (first, last) in files:
                if any(a <= first and last <= b and (a, b) != (first, last) for _, (a, b) in files):
                    file.unlink()


def _named(day: Path) -> list[Path]:
    return sorted(file for file in day.iterdir() if _NAME.fullmatch(file.name))


def _parts(file: Path) -> tuple[int, int]:
    found = _NAME.fullmatch(file.name)
    assert found is not None  # noqa: S101 - `_named` looked
    return int(found[1]), int(found[2])


def _mergeable(files: list[Path]) -> list[Path]:
    """The last sixteen neighbours, if they hold equally many parts and are not large."""
    last = files[-_MERGED:]
    spans = {b - a for a, b in map(_parts, last)}
    small = sum(file.stat().st_size for file in last) < _LARGEST
    return last if len(last) == _MERGED and len(spans) == 1 and small else []


def _batches(file: Path) -> Iterator[pa.Table]:
    """A file's rows with the columns of today: what an older version did not log is null."""
    for batch in pq.ParquetFile(file).iter_batches(_ROWS):
        table = pa.Table.from_batches([batch])
        yield table if table.schema.equals(ANSWER_SCHEMA) else _of_today(table)


def _of_today(table: pa.Table) -> pa.Table:
    whole = pa.concat_tables([ANSWER_SCHEMA.empty_table(), table], promote_options="default")
    return whole.select(ANSWER_SCHEMA.names).cast(ANSWER_SCHEMA)


def _others(table: pa.Table, user_ids: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["user_id"], value_set=user_ids)))


def _write(path: Path, tables: Iterable[pa.Table], *, put: bool = True) -> Path:
    """Write a file beside its place, durably, and put it there; where it is then."""
    beside = path.with_name(path.name + _UNFINISHED)
    with beside.open("wb") as file:
        with pq.ParquetWriter(file, ANSWER_SCHEMA, **_FORM) as writer:
            for group in _grouped(tables):
                writer.write_table(group, row_group_size=_ROWS)
        file.flush()
        os.fsync(file.fileno())
    return beside.replace(path) if put else beside


def _grouped(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in tables of some length, so that merged files have row groups worth reading."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        if sum(map(len, waiting)) >= _ROWS:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)
