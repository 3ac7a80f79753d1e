"""The three tables together."""

from scripts.demo.movielens.conversion import LeftOut, convert
from scripts.demo.movielens.tables import Film, Person, Rating, Tables

TABLES = Tables(
    films=[
        Film("246", "Chasing Amy", "1997", ("Drama",)),
        Film("267", "unkonwn", "unkonwn", ("unknown",)),
        Film("268", "Chasing Amy", "1997", ("Drama",)),
    ],
    ratings=[
        Rating("1", "268", 5, 20),
        Rating("1", "246", 2, 30),
        Rating("2", "268", 4, 10),
        Rating("2", "267", 4, 40),
    ],
    people=[Person("1", 24, "M", "technician"), Person("2", 53, "F", "other")],
)


def test_every_event_is_of_an_item_and_a_user_in_the_files() -> None:
    conversion = convert(TABLES)
    assert [item["item_id"] for item in conversion.items] == ["246"]
    assert [event["event_id"] for event in conversion.events] == ["ml-2-246-10", "ml-1-246-20"]
    assert [user["user_id"] for user in conversion.users] == ["1", "2"]


def test_every_row_of_the_tables_is_either_converted_or_accounted_for() -> None:
    left_out = convert(TABLES).left_out
    assert left_out == LeftOut(untitled_films=1, untitled_ratings=1, repeated_films=1, repeated_ratings=1)
