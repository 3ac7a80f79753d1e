"""Files of lists, `user item item ...` a line: the published LightGCN splits, and sequences in order of time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.documents import ItemDocument
from models.user_state import DAY_SECONDS
from scripts.benchmarks.recall.dataset import UNTIMED, Clock, Dataset, Log, Meaning, build
from scripts.benchmarks.recall.datasets.items import item
from scripts.benchmarks.recall.datasets.reading import DatasetError, demand, find, lines, read_csv


def load_published_split(folder: Path) -> Dataset:
    """`train.txt` and `test.txt`; the order within a line means nothing."""
    users, items, _ = _read(demand(folder, "train.txt"))
    test_users, test_items, _ = _read(demand(folder, "test.txt"))
    total = len(users) + len(test_users)
    log = Log.of_likes(users + test_users, items + test_items, np.full(total, UNTIMED))
    return build(folder.name, log, Meaning(1.0, Clock.NONE, np.arange(total) >= len(users)))


def load_sequence_folder(folder: Path) -> Dataset:
    """`sequences.txt`, and what the items are in `items.tsv` (item_id, title) if that stands beside it."""
    titles = find(folder, "items.tsv")
    return _of_sequences(folder.name, demand(folder, "sequences.txt"), _titled(titles) if titles else [])


def load_sequence_file(file: Path) -> Dataset:
    """One file of sequences, whatever its name."""
    return _of_sequences(file.name.split(".")[0], file, [])


def _of_sequences(name: str, file: Path, documents: list[ItemDocument]) -> Dataset:
    users, items, steps_to_go = _read(file)
    log = Log.of_likes(users, items, UNTIMED - DAY_SECONDS * steps_to_go)
    return build(name, log, Meaning(1.0, Clock.STEPS), documents)


def _read(file: Path) -> tuple[list[str], list[str], NDArray[np.float64]]:
    """People, items, and how many items follow in the same line."""
    users: list[str] = []
    items: list[str] = []
    to_go: list[int] = []
    for line in lines(file):
        user, *listed = line.split()
        users += [user] * len(listed)
        items += listed
        to_go += range(len(listed) - 1, -1, -1)
    if not items:
        raise DatasetError(f"{file}: no line has a person and an item")
    return users, items, np.array(to_go, dtype=np.float64)


def _titled(file: Path) -> list[ItemDocument]:
    columns = read_csv(file, {"id": ("item_id",), "title": ("title",)}, {}, delimiter="\t")
    pairs = zip(columns["id"].to_pylist(), columns["title"].to_pylist(), strict=True)
    documents = (item({"item_id": item_id, "title": title}) for item_id, title in pairs)
    return [document for document in documents if document is not None]
