"""Penchant's own items and events files, and an items file beside a table of ratings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from indexer.documents import Document, EventDocument, ItemDocument
from indexer.readers import InputFileError, read_rows
from indexer.validation import parse
from models.events import CODE_OF, EventWeights
from scripts.benchmarks.recall.dataset import UNTIMED, Clock, Dataset, Log, Meaning, build
from scripts.benchmarks.recall.datasets.items import item
from scripts.benchmarks.recall.datasets.ratings import read_ratings
from scripts.benchmarks.recall.datasets.reading import DatasetError, demand, find_rows

_LEAST_WEIGHT: Final = float(np.finfo(np.float32).tiny)


def load_events(folder: Path) -> Dataset:
    """Items and events; the value of an event is its weight with the sign of its polarity, those without are left out.

    Raises:
        DatasetError: a row is not as an events or items file has it.
    """
    return build(
        folder.name, _log(_demand_rows(folder, "events")), Meaning(_LEAST_WEIGHT, Clock.SECONDS), _items(folder)
    )


def load_ratings(folder: Path) -> Dataset:
    """Items, and `ratings.csv` of any scale, whose upper quarter is positive."""
    log, meaning = read_ratings(demand(folder, "ratings.csv"))
    return build(folder.name, log, meaning, _items(folder))


def _log(file: Path) -> Log:
    events = [_event(file, number, row) for number, row in _rows(file, EventDocument)]
    table = EventWeights().table()
    values = np.array([np.nan if event.value is None else event.value for event in events], dtype=np.float32)
    codes = table.sided(np.array([CODE_OF[event.type] for event in events], dtype=np.int8), values)
    weights = table.weighed(codes, table.told(codes, values)) * table.polarity[codes]
    log = Log(
        users=pa.array([event.user_id for event in events], pa.string()),
        items=pa.array([event.item_id for event in events], pa.string()),
        values=weights.astype(np.float32),
        times=np.array([UNTIMED if event.occurred_at is None else event.occurred_at.timestamp() for event in events]),
        codes=codes,
    )
    return log.take(weights != 0)


def _event(file: Path, number: int, row: object) -> EventDocument:
    parsed = parse(EventDocument, row)
    if isinstance(parsed, list):
        raise DatasetError(f"{file} row {number}: {parsed[0]}")
    if parsed.type not in CODE_OF:
        raise DatasetError(f"{file} row {number}: type {parsed.type} is not one of those that are built in")
    return parsed


def _items(folder: Path) -> Iterator[ItemDocument]:
    file = find_rows(folder, "items")
    for number, row in _rows(file, ItemDocument) if file else ():
        if "item_id" not in row:
            raise DatasetError(f"{file} row {number}: item_id is missing")
        if (document := item(row)) is not None:
            yield document


def _demand_rows(folder: Path, stem: str) -> Path:
    if (file := find_rows(folder, stem)) is None:
        raise DatasetError(f"{folder} has no file of {stem}")
    return file


def _rows(file: Path, document: type[Document]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        for row in read_rows(file, document):
            if row.problem is not None or not isinstance(row.value, dict):
                raise DatasetError(f"{file} row {row.number}: {row.problem or 'is no object'}")
            yield row.number, row.value
    except InputFileError as error:
        raise DatasetError(str(error)) from error
