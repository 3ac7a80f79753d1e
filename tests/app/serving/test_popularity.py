"""Popularity counts people, is the same live and after a restart, and holds at any distance from any clock."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.serving import popularity as module
from app.serving.popularity import Popularity, PopularitySettings
from models.user_state import DAY_SECONDS
from models.votes import NO_VOTES, Votes

ITEMS = 6
ROWS = np.arange(ITEMS, dtype=np.int32)
CLOCKS = {"1970": 0.0, "now": 1.8e9, "2100": 4.1e9}


def popularity(half_life_days=1.0):
    return Popularity(ITEMS, PopularitySettings(half_life_days=half_life_days))


def votes(*pairs, half_life_days=1.0):
    """Votes from (row, seconds since 1970)."""
    rows, times = zip(*pairs, strict=True)
    return Votes(np.array(rows, dtype=np.int32), np.array(times) / (half_life_days * DAY_SECONDS))


def test_counts_are_numbers_of_people_that_fade():
    counted, now = popularity(), 1.8e9
    counted.change(NO_VOTES, votes((2, now), (2, now), (2, now), (4, now)))
    assert counted.top().tolist() == [2, 4]
    np.testing.assert_allclose(counted.share(ROWS[[2, 4, 0]], now), [1, np.log(2) / np.log(4), 0])
    later = counted.share(ROWS[[4]], now + DAY_SECONDS)
    np.testing.assert_allclose(later, np.log1p(0.5) / np.log1p(1.5), rtol=1e-6)


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
@pytest.mark.parametrize("half_lives", [0, 1, 50, 148, 1_023, 1_025, 1_074, 1_100, 10_000])
@pytest.mark.parametrize("half_life_days", [0.001, 1, 14, 30, 3_650])
def test_the_first_vote_of_an_empty_log_counts_at_any_age_and_clock(half_life_days, half_lives, clock):
    counted, age = popularity(half_life_days), half_lives * half_life_days * DAY_SECONDS
    counted.change(NO_VOTES, votes((3, clock), half_life_days=half_life_days))
    for now in (clock + age, clock - age):
        assert counted.share(ROWS[[3, 1]], now).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("half_lives", [0, 1, 148, 1_074, 10_000])
def test_two_people_stay_twice_one_as_both_fade(half_lives):
    counted = popularity()
    counted.change(NO_VOTES, votes((0, 0.0), (0, 0.0), (1, 0.0)))
    shares = counted.share(ROWS[:2], half_lives * DAY_SECONDS)
    assert shares[0] == 1
    expected = np.log(2) / np.log(3) if half_lives == 0 else 0.5
    np.testing.assert_allclose(shares[1], expected, rtol=0.25 if half_lives == 1 else 1e-6)


def test_nothing_is_popular_where_nobody_did_anything():
    counted = popularity()
    assert counted.change(NO_VOTES, NO_VOTES)
    assert not len(counted.top())
    assert counted.share(ROWS, 1.8e9).tolist() == [0.0] * ITEMS


TIMES = st.one_of(st.floats(0, 20), st.floats(0, 10_000), st.floats(-10_000, 300)).map(lambda days: days * DAY_SECONDS)
VOTES = st.lists(st.tuples(st.integers(0, ITEMS - 1), TIMES), min_size=1, max_size=12)


@given(VOTES, st.randoms(use_true_random=False), st.floats(0, 10_000), st.integers(0, 12))
def test_live_with_votes_that_come_and_go_equals_a_restart_with_what_is_left(given_votes, random, later, gone):
    live = popularity()
    order = random.sample(given_votes, len(given_votes))
    for vote in order:
        live.change(NO_VOTES, votes(vote))
    for place, vote in enumerate(order[:gone]):
        if not live.change(votes(vote), NO_VOTES):
            live.clear()
            live.change(NO_VOTES, votes(*order[place + 1 :]))
    restarted = popularity()
    if left := order[gone:]:
        restarted.change(NO_VOTES, votes(*left))
    now = max(time for _, time in given_votes) + later * DAY_SECONDS
    shares = live.share(ROWS, now)
    assert np.isfinite(shares).all()
    np.testing.assert_allclose(shares, restarted.share(ROWS, now), rtol=1e-3, atol=1e-30)
    assert live.top()[:1].tolist() == restarted.top()[:1].tolist() or np.ptp(live.share(live.top()[:2], now)) < 1e-6


def test_the_order_holds_the_most_popular_rows_and_of_equals_the_first(monkeypatch):
    monkeypatch.setattr(module, "TOP", 2)
    counted, now = popularity(), 1.8e9
    for row in (5, 4, 3, 2, 1):
        counted.change(NO_VOTES, votes((row, now)))
        counted.top()
    assert counted.top().tolist() == [1, 2]
    counted.change(votes((1, now)), NO_VOTES)
    assert counted.top().tolist() == [2, 3]
