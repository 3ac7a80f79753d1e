"""The kinds of data sets that can be read, and which of them stands at a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.datasets import goodbooks, lists, movielens, own_files
from scripts.benchmarks.recall.datasets.reading import DatasetError, find, find_rows
from scripts.demo.movielens import archive


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of data set.

    Attributes:
        wanted: what has to stand at the path, for people.
        matches: whether it does.
        load: reads it.
    """

    wanted: str
    matches: Callable[[Path], bool]
    load: Callable[[Path], Dataset]


def load(path: Path) -> Dataset:
    """Read the data set at a path, whatever its kind.

    Raises:
        DatasetError: nothing there is of a known kind, or its files are broken.
    """
    for kind in FORMATS:
        if kind.matches(path):
            return kind.load(path)
    found = ", ".join(sorted(entry.name for entry in path.iterdir())) if path.is_dir() else "no such file or folder"
    wanted = "".join(f"\n  {kind.wanted}" for kind in FORMATS)
    raise DatasetError(f"{path} is no data set; found: {found or 'nothing'}; looked for, gzipped or not:{wanted}")


def _files(*names: str) -> Callable[[Path], bool]:
    return lambda path: path.is_dir() and all(find(path, name) for name in names)


def _rows_file(stem: str) -> Callable[[Path], bool]:
    return lambda path: path.is_dir() and find_rows(path, stem) is not None


def _items_and_ratings(path: Path) -> bool:
    return _rows_file("items")(path) and _files("ratings.csv")(path)


def _is_wheel(path: Path) -> bool:
    return path.is_file() and path.suffix == ".whl"


FORMATS: Final = (
    Format("events and items (.ndjson, .jsonl, .parquet)", _rows_file("events"), own_files.load_events),
    Format("RecBole's ml-100k folder", _files(*archive.SHA256), movielens.load_wheel_folder),
    Format("RecBole's wheel", _is_wheel, movielens.load_wheel),
    Format("u.data and u.item (MovieLens 100K)", _files("u.data", "u.item"), movielens.load_published),
    Format("ratings.csv and movies.csv (MovieLens)", _files("ratings.csv", "movies.csv"), movielens.load_csv),
    Format("ratings.csv and books.csv (goodbooks-10k)", _files("ratings.csv", "books.csv"), goodbooks.load),
    Format("ratings.csv and items (.ndjson, .jsonl, .parquet)", _items_and_ratings, own_files.load_ratings),
    Format("train.txt and test.txt (LightGCN)", _files("train.txt", "test.txt"), lists.load_published_split),
    Format("sequences.txt, perhaps with items.tsv", _files("sequences.txt"), lists.load_sequence_folder),
    Format("a file of sequences, `user item item ...` a line", Path.is_file, lists.load_sequence_file),
)
