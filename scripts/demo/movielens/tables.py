"""The three tables of MovieLens 100K as they are distributed: tab-separated, one header line, UTF-8."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Film:
    """One row of the film table; ``year`` is as written there and not always a year."""

    item_id: str
    title: str
    year: str
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rating:
    """One row of the ratings table; ``stars`` from 1 to 5, ``timestamp`` in seconds since 1970."""

    user_id: str
    item_id: str
    stars: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the user table, less the zip code, which nothing here needs."""

    user_id: str
    age: int
    gender: str
    occupation: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The whole of MovieLens 100K, each table in the order of its file."""

    films: list[Film]
    ratings: list[Rating]
    people: list[Person]


FILM_COLUMNS = ("item_id:token", "movie_title:token_seq", "release_year:token", "class:token_seq")
RATING_COLUMNS = ("user_id:token", "item_id:token", "rating:float", "timestamp:float")
PERSON_COLUMNS = ("user_id:token", "age:token", "gender:token", "occupation:token", "zip_code:token")


def read_films(text: str) -> list[Film]:
    """Reads the film table.

    Raises:
        ValueError: the header or a row is not as expected; the message names the line.
    """
    return [
        Film(item_id, title, year, tuple(genres.split())) for item_id, title, year, genres in _rows(text, FILM_COLUMNS)
    ]


def read_ratings(text: str) -> list[Rating]:
    """Reads the ratings table; raises like `read_films`."""
    return [
        Rating(user_id, item_id, int(stars), int(timestamp))
        for user_id, item_id, stars, timestamp in _rows(text, RATING_COLUMNS)
    ]


def read_people(text: str) -> list[Person]:
    """Reads the user table; raises like `read_films`."""
    return [
        Person(user_id, int(age), gender, occupation)
        for user_id, age, gender, occupation, _zip_code in _rows(text, PERSON_COLUMNS)
    ]


def _rows(text: str, columns: tuple[str, ...]) -> Iterator[list[str]]:
    # Not str.splitlines: it also breaks lines at characters that may stand inside a title.
    header, *lines = text.rstrip("\n").split("\n")
    if tuple(header.split("\t")) != columns:
        raise ValueError(f"line 1: expected the columns {columns}, found {header!r}")
    for number, line in enumerate(lines, start=2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise ValueError(f"line {number}: expected {len(columns)} cells, found {len(cells)}: {line!r}")
        yield cells
