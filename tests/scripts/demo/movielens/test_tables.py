"""Reading the tab-separated tables."""

import pytest

from scripts.demo.movielens.tables import Film, Person, Rating, read_films, read_people, read_ratings

FILM_HEADER = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"


def test_each_table_is_read_in_the_order_of_its_file() -> None:
    films = read_films(FILM_HEADER + "1\tToy Story\t1995\tAnimation Children's\n2\tGoldenEye\t1995\tAction\n")
    assert films == [
        Film("1", "Toy Story", "1995", ("Animation", "Children's")),
        Film("2", "GoldenEye", "1995", ("Action",)),
    ]
    ratings = read_ratings("user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n")
    assert ratings == [Rating("196", "242", 3, 881250949)]


def test_zip_codes_are_not_kept() -> None:
    header = "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
    assert read_people(header + "1\t24\tM\ttechnician\t85711\n") == [Person("1", 24, "M", "technician")]


def test_a_character_that_some_count_as_a_line_break_stays_in_its_title() -> None:
    assert [film.title for film in read_films(FILM_HEADER + "1\tNow\x85and Then\t1995\tDrama\n")] == ["Now\x85and Then"]


def test_a_row_with_missing_cells_is_named_by_its_line() -> None:
    with pytest.raises(ValueError, match=r"line 3: expected 4 cells, found 2"):
        read_films(FILM_HEADER + "1\tToy Story\t1995\tComedy\n2\tGoldenEye\n")


def test_another_header_is_refused() -> None:
    with pytest.raises(ValueError, match=r"line 1: expected the columns"):
        read_films("id\ttitle\n1\tToy Story\n")
