"""Rows of a file of signals: NDJSON, Parquet or CSV, as events with an id.

Analytics tools name some signals otherwise than events do, and have no ids: `completion`, `scroll` and `scroll_depth`
are a `complete` whose value is the share that was reached, given as a share or in percent; a row without an `event_id`
gets one from its own content, so that the same row sent twice is the same event.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Final

import orjson

from indexer.documents import EventDocument
from indexer.problems import FieldProblem
from indexer.readers import FileRow, InputFileError, read_rows
from indexer.rejects import Rejects
from indexer.validation import parse

CSV_ENDINGS: Final = (".csv", ".csv.gz")
_SHARES: Final = frozenset({"completion", "scroll", "scroll_depth"})
_NUMBERS: Final[dict[str, type]] = {"value": float, "position": int}
_PERCENT: Final = 100.0
_DERIVED: Final = "row-"


def signal_rows(path: Path, rejects: Rejects, after: int = 0) -> Iterator[tuple[FileRow, EventDocument]]:
    """The good rows of a file, one at a time; the others are told to `rejects`.

    Args:
        path: ends in .ndjson, .jsonl, .csv, each perhaps with .gz, or in .parquet.
        rejects: counts all rows that are read.
        after: number of a row; those up to it are passed over.

    Raises:
        InputFileError: the file is missing, of no known kind, or damaged.
    """
    for row in _rows(path):
        if row.number <= after:
            continue
        rejects.rows += 1
        event = parse(EventDocument, as_event(row.value), rejects.mends) if row.problem is None else []
        if isinstance(event, EventDocument):
            rejects.mends.take()
            yield row, event
        else:
            rejects.add(row, event or [FieldProblem("", row.problem or "cannot be read")])


def as_event(value: object) -> object:
    """A row as an events file would have it; what is no object stays as it is."""
    if not isinstance(value, dict):
        return value
    row = {name: each for name, each in value.items() if each is not None}
    if row.get("type") in _SHARES:
        share = row.get("value")
        row |= {"type": "complete"}
        if isinstance(share, int | float) and 1 < share <= _PERCENT:
            row |= {"value": share / _PERCENT}
    return row if "event_id" in row else row | {"event_id": derived_id(row)}


def derived_id(row: dict[str, Any]) -> str:
    """An id that the same content has again, whatever the order of its fields."""
    content = orjson.dumps(row, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return _DERIVED + blake2b(content, digest_size=16).hexdigest()


def count_rows(path: Path) -> int:
    """How many rows a file has at most, for a progress bar; 0 where that takes as long as reading it."""
    name = path.name.lower()
    if name.endswith(".gz") or not path.is_file():
        return 0
    if name.endswith(".parquet"):
        import pyarrow.parquet as pq  # noqa: PLC0415 - a service reads none

        return int(pq.read_metadata(path).num_rows)
    with path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return max(0, lines - lines_before(path))


def lines_before(path: Path) -> int:
    """Lines that stand before the first row: the header of a CSV."""
    return int(path.name.lower().endswith(CSV_ENDINGS))


def _rows(path: Path) -> Iterator[FileRow]:
    if not path.name.lower().endswith(CSV_ENDINGS):
        return read_rows(path, EventDocument)
    if not path.is_file():
        raise InputFileError(f"{path} is not a file" if path.exists() else f"{path} does not exist")
    return _csv_rows(path)


def _csv_rows(path: Path) -> Iterator[FileRow]:
    """Rows under a header of field names; an empty cell is an absent field. A row's number is its line's."""
    with _text(path) as file:
        lines = csv.DictReader(file)
        try:
            for cells in lines:
                yield _csv_row(lines.line_num, cells)
        except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
            raise InputFileError(f"{path} cannot be read after line {lines.line_num}: {error}") from error


def _csv_row(number: int, cells: dict[Any, Any]) -> FileRow:
    if None in cells:
        return FileRow(number, cells, "has more cells than the header has names")
    row: dict[str, Any] = {name: cell.strip() for name, cell in cells.items() if cell and cell.strip()}
    for name, kind in _NUMBERS.items():
        if name in row:
            row[name] = _number(row[name], kind)
    if "context" in row:
        try:
            row["context"] = orjson.loads(row["context"])
        except orjson.JSONDecodeError as error:
            return FileRow(number, cells, f"has a context that is not valid JSON: {error}")
    return FileRow(number, row)


def _number(cell: str, kind: type) -> Any:
    """As a number where it is one; what is none is refused by the field's own words."""
    try:
        return kind(cell)
    except ValueError:
        return cell


def _text(path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
