"""Ratings to events."""

from datetime import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.demo.movielens.ratings import event_row, first_ratings
from scripts.demo.movielens.tables import Rating

SAME_FILM = {"1": "1", "2": "2", "3": "1"}


@pytest.mark.parametrize(
    ("stars", "event_type"), [(1, "dislike"), (2, "dislike"), (3, "click"), (4, "like"), (5, "like")]
)
def test_stars_become_signals(stars: int, event_type: str) -> None:
    event = event_row(Rating("196", "242", stars, 881250949))
    assert event["type"] == event_type
    assert event["value"] == stars


def test_an_event_is_named_after_whose_rating_of_what_and_when_it_is() -> None:
    event = event_row(Rating("196", "242", 3, 881250949))
    assert event["event_id"] == "ml-196-242-881250949"
    assert event["occurred_at"] == "1997-12-04T15:55:49+00:00"
    assert datetime.fromisoformat(event["occurred_at"]).timestamp() == 881250949


def test_a_second_rating_of_a_film_under_its_other_id_is_left_out() -> None:
    ratings = [Rating("u", "1", 2, 20), Rating("u", "3", 5, 10), Rating("v", "3", 4, 30)]
    assert first_ratings(ratings, SAME_FILM) == [Rating("u", "1", 5, 10), Rating("v", "1", 4, 30)]


def test_ratings_of_what_is_no_film_are_left_out() -> None:
    assert first_ratings([Rating("u", "267", 5, 10)], SAME_FILM) == []


def test_equal_times_are_ordered_by_user_and_item() -> None:
    ratings = [Rating("v", "1", 5, 10), Rating("u", "2", 5, 10), Rating("u", "1", 5, 10)]
    assert first_ratings(ratings, SAME_FILM) == [ratings[2], ratings[1], ratings[0]]


rating = st.builds(
    Rating, st.sampled_from("uv"), st.sampled_from("1234"), st.integers(min_value=1, max_value=5), st.integers(0, 5)
)


@given(ratings=st.lists(rating), random=st.randoms(use_true_random=False))
def test_the_order_of_the_ratings_file_does_not_matter(ratings: list[Rating], random: Random) -> None:
    shuffled = ratings.copy()
    random.shuffle(shuffled)
    firsts = first_ratings(ratings, SAME_FILM)
    assert first_ratings(shuffled, SAME_FILM) == firsts
    assert [each.timestamp for each in firsts] == sorted(each.timestamp for each in firsts)
    assert len({(each.user_id, each.item_id) for each in firsts}) == len(firsts)
