"""The data set that a benchmark replays: Penchant's own files, MovieLens 100K, what `recall-benchmark` reads, or items.

Of a file with items and nothing else the people are made up (scripts/benchmarks/catalogues/people.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from indexer.build_input import read_items
from indexer.rejects import Rejects
from models.events import EVENT_TYPES
from scripts.benchmarks.catalogues.files import with_people
from scripts.benchmarks.catalogues.tables import ENDINGS
from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.datasets.formats import load
from scripts.benchmarks.recall.datasets.reading import DatasetError
from scripts.benchmarks.recall.interactions import Interactions
from scripts.benchmarks.replayed_service import Files
from scripts.benchmarks.synthetic_people import ELSEWHERE, write_likes
from scripts.demo.fetch_movielens import fetch_files
from scripts.demo.movielens.archive import ArchiveError

MOVIELENS: Final = Path("data/movielens")


@contextmanager
def files_with_synthetic_people(items: Path, people: int, seed: int, elsewhere: float = ELSEWHERE) -> Iterator[Files]:
    """An items file, or the one in a folder, with the events of made-up people.

    Raises:
        DatasetError: its tags tell nobody apart.
        InputFileError: the file is missing, of no known kind, or damaged.
    """
    found = next((file for file in sorted(items.glob("items.*"))), items) if items.is_dir() else items
    with TemporaryDirectory(prefix="penchant-people-") as folder, Rejects() as rejects:
        events = Path(folder) / "events.ndjson"
        write_likes(list(read_items(found, rejects).values()), people, seed, events, elsewhere)
        yield Files(found, events)


@contextmanager
def files_of(data: Path | None) -> Iterator[Files]:
    """The files of a data set; without a path, of MovieLens 100K, fetched as the demo does and into the same place.

    Raises:
        DatasetError: nothing at the path is of a known kind, it does not tell of any item, or it cannot be fetched.
    """
    if data is None:
        _fetch_movielens()
        yield Files.of(MOVIELENS)
    elif (own := _own(data)) is not None:
        yield own
    elif data.is_file() and data.name.endswith(ENDINGS):
        with TemporaryDirectory(prefix="penchant-catalogue-") as folder:
            yield with_people(data, Path(folder))
    else:
        with TemporaryDirectory(prefix="penchant-data-") as folder:
            yield written(load(data), Path(folder))


def written(dataset: Dataset, folder: Path) -> Files:
    """A data set as an items and an events file; what is done with items that nothing is known of is left out.

    The people of such data sets come one after the other, for decades, and hardly two at a time, while a service
    forgets. So everybody's clock is put forward until their last event is the data set's last one; what lies between
    the events of a person stays as it is.

    Raises:
        DatasetError: the data set tells of no item.
    """
    entities, events = dataset.entities, dataset.events
    documents = [document for document in entities.documents if document is not None]
    if not documents:
        raise DatasetError(f"{entities.name} does not tell what its items are")
    _write(folder / "items.ndjson", (document.model_dump(mode="json", exclude_none=True) for document in documents))
    told = np.array([document is not None for document in entities.documents])
    _write(folder / "events.ndjson", _rows(dataset, events.take(told[events.items])))
    return Files.of(folder)


def contemporary(events: Interactions) -> NDArray[np.float64]:
    """Seconds since 1970 of each event, if everybody's last one were the last of all."""
    last = np.full(int(events.users.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(last, events.users, events.times)
    return np.asarray(events.times + events.times.max(initial=-np.inf) - last[events.users])


def _fetch_movielens() -> None:
    try:
        fetch_files(MOVIELENS, Path("data/cache"))
    except ArchiveError as error:
        raise DatasetError(str(error)) from error


def _own(folder: Path) -> Files | None:
    try:
        return Files.of(folder)
    except FileNotFoundError:
        return None


def _rows(dataset: Dataset, events: Interactions) -> Iterator[dict[str, Any]]:
    users, items = dataset.entities.users, dataset.entities.items
    columns = (events.users.tolist(), events.items.tolist(), events.codes.tolist(), contemporary(events).tolist())
    for number, (user, item, code, time) in enumerate(zip(*columns, strict=True)):
        yield {
            "event_id": f"{dataset.entities.name}-{number}",
            "user_id": users[user],
            "item_id": items[item],
            "type": EVENT_TYPES[code].value,
            "occurred_at": datetime.fromtimestamp(time, UTC).isoformat(),
        }


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    with file.open("wb") as lines:
        for row in rows:
            lines.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
