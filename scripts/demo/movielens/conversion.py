"""The tables of MovieLens 100K to the rows of Penchant's files, and an account of what was left out."""

from dataclasses import dataclass

from scripts.demo.movielens.films import ItemRow, item_row, same_films
from scripts.demo.movielens.people import UserRow, user_row
from scripts.demo.movielens.ratings import EventRow, event_row, first_ratings
from scripts.demo.movielens.tables import Tables


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many rows of the tables became no row of the files.

    Attributes:
        untitled_films: rows of the film table that name no film.
        untitled_ratings: ratings of these.
        repeated_films: films entered again under another id; their ratings count for the first id.
        repeated_ratings: a person's later ratings of a film that the person had rated before.
    """

    untitled_films: int
    untitled_ratings: int
    repeated_films: int
    repeated_ratings: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """The rows of the three files; items and users in the tables' order, events by time, then ids."""

    items: list[ItemRow]
    events: list[EventRow]
    users: list[UserRow]
    left_out: LeftOut


def convert(tables: Tables) -> Conversion:
    """Converts all three tables; equal tables give equal rows."""
    same_film = same_films(tables.films)
    films = [film for film in tables.films if same_film.get(film.item_id) == film.item_id]
    ratings = first_ratings(tables.ratings, same_film)
    titled_ratings = sum(rating.item_id in same_film for rating in tables.ratings)
    return Conversion(
        items=[item_row(film) for film in films],
        events=[event_row(rating) for rating in ratings],
        users=[user_row(person) for person in tables.people],
        left_out=LeftOut(
            untitled_films=len(tables.films) - len(same_film),
            untitled_ratings=len(tables.ratings) - titled_ratings,
            repeated_films=len(same_film) - len(films),
            repeated_ratings=titled_ratings - len(ratings),
        ),
    )
