"""goodbooks-10k: `ratings.csv`, `books.csv`, and the shelves readers put books on, `tags.csv` and `book_tags.csv`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from indexer.documents import ItemDocument
from scripts.benchmarks.recall.dataset import Dataset, build
from scripts.benchmarks.recall.datasets.items import item, start_of
from scripts.benchmarks.recall.datasets.ratings import STARS, read_ratings
from scripts.benchmarks.recall.datasets.reading import demand, find, read_csv

TAGS_A_BOOK: Final = 8

Tags = Mapping[str, list[str]]

_BOOK: Final = {
    "id": ("id", "book_id"),
    "shelved_as": ("goodreads_book_id", "book_id"),
    "title": ("title", "original_title"),
    "authors": ("authors",),
}


def load(folder: Path) -> Dataset:
    """A book's tags are the shelves that set it apart from other books; without the two files of tags it has none."""
    log, meaning = read_ratings(demand(folder, "ratings.csv"), STARS)
    names, shelved = find(folder, "tags.csv"), find(folder, "book_tags.csv")
    tags = read_tags(names, shelved) if names and shelved else {}
    return build(folder.name, log, meaning, _items(demand(folder, "books.csv"), tags))


def read_tags(names: Path, shelved: Path) -> Tags:
    """The best tags of each Goodreads id, by log(1 + times given) * log(books / books that have it); ties by name."""
    tags = read_csv(names, {"id": ("tag_id",), "name": ("tag_name",)}, {})
    name_of = dict(zip(tags["id"].to_pylist(), tags["name"].to_pylist(), strict=True))
    rows = read_csv(shelved, {"book": ("goodreads_book_id",), "tag": ("tag_id",)}, {"count": ("count",)})
    books, codes = rows["book"].to_pylist(), rows["tag"].dictionary_encode()
    rarity = np.log(len(set(books)) / np.bincount(codes.indices.to_numpy()))
    weights = np.log1p(rows["count"].to_numpy(zero_copy_only=False)) * rarity[codes.indices.to_numpy()]
    weighed: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for book, tag, weight in zip(books, rows["tag"].to_pylist(), weights.tolist(), strict=True):
        if name := name_of.get(tag):
            weighed[book].append((-weight, name.replace("-", " ")))
    return {book: [name for _, name in sorted(found)[:TAGS_A_BOOK]] for book, found in weighed.items()}


def _items(file: Path, tags: Tags) -> Iterator[ItemDocument]:
    books = read_csv(file, _BOOK, {"year": ("original_publication_year",)})
    columns = [books[name].to_pylist() for name in _BOOK]
    years = books["year"].to_pylist() if "year" in books else [None] * len(columns[0])
    for book, shelved_as, title, authors, year in zip(*columns, years, strict=True):
        named = " by ".join(part for part in (title, authors) if part)
        row = {"item_id": book, "title": named, "tags": tags.get(shelved_as, []), "format": "book"}
        published = {} if year is None or year < 1 else {"published_at": start_of(int(year))}
        if (document := item({**row, **published})) is not None:
            yield document
