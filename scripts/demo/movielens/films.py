"""Films to items: readable titles, one item for each film, and a line of text from what little is known.

MovieLens 100K tells a film's title, year and genres and no plot, so the text is one line made of these.
"""

import re
from collections.abc import Iterable
from typing import Final, TypedDict

from scripts.demo.movielens.tables import Film

NO_TITLE: Final = "unkonwn"
"""How the table spells that the title is not known; such a row stands for no film."""

NO_GENRE: Final = "unknown"

_TRAILING_ARTICLE: Final = re.compile(r"([^()]+), (The|An?|Las?|Les?|L'|Il|Der|Das|Die|Det|O)(?=$|\)| \()")
_TRAILING_YEAR: Final = re.compile(r" \((\d{4})\)$")


class ItemRow(TypedDict):
    """One line of the items file."""

    item_id: str
    title: str
    text: str
    tags: list[str]
    format: str
    language: str
    published_at: str


def same_films(films: Iterable[Film]) -> dict[str, str]:
    """Maps each item id to the id that stands for its film: its own, or the first with the same title and year.

    Rows without a title are left out.
    """
    first: dict[tuple[str, str], str] = {}
    return {
        film.item_id: first.setdefault((film.title, film.year), film.item_id)
        for film in films
        if film.title != NO_TITLE
    }


def item_row(film: Film) -> ItemRow:
    """IngestLock one film into one item, published on the first day of its year.

    Raises:
        ValueError: neither the year nor the end of the title tells a year.
    """
    year = release_year(film)
    title = readable_title(film.title)
    genres = [genre for genre in film.genres if genre != NO_GENRE]
    return {
        "item_id": film.item_id,
        "title": title,
        "text": " ".join([f"{title} ({year}).", *([", ".join(genres) + "."] if genres else [])]),
        "tags": [*(genre.lower() for genre in genres), f"{year // 10 * 10}s"],
        "format": "film",
        "language": "en",
        "published_at": f"{year:04d}-01-01T00:00:00+00:00",
    }


def release_year(film: Film) -> int:
    """Reads the year from its column, or else from the end of the title.

    One row has there the mark that tells a video release apart, and its year is still in the title.
    """
    if film.year.isdecimal():
        return int(film.year)
    if (found := _TRAILING_YEAR.search(film.title)) is None:
        raise ValueError(f"item {film.item_id}: no year in {film.year!r} or {film.title!r}")
    return int(found[1])


def readable_title(title: str) -> str:
    """Drops a trailing year and moves articles to the front.

    >>> readable_title("Tin Drum, The (Blechtrommel, Die)")
    'The Tin Drum (Die Blechtrommel)'
    """
    return _TRAILING_ARTICLE.sub(_article_first, _TRAILING_YEAR.sub("", title))


def _article_first(found: re.Match[str]) -> str:
    name, article = found.groups()
    return f"{article}{name}" if article.endswith("'") else f"{article} {name}"
