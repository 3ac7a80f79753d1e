"""Answers that can be continued are kept within bounds, of which one person has a few."""

from itertools import count

import pytest

from app.errors import CursorExpiredError

NUMBERS = count()


@pytest.fixture
def home(tmp_path, open_household, an_item):
    with open_household(tmp_path, paging={"most_of_one": 3, "most_stored": 5}) as opened:
        opened.publish([an_item(number) for number in range(60)])
        yield opened


def cursors(home, user, number):
    """Of as many different first pages."""
    return [home.recommend(user, limit=5, exclude=[f"no-{next(NUMBERS)}"]).next_cursor for _ in range(number)]


def test_nobody_loses_their_page_by_somebody_elses_first_pages(home):
    (mine,) = cursors(home, "ada", 1)
    others = cursors(home, "bob", 20)
    assert len(home.recommend("ada", limit=5, cursor=mine).items) == 5
    assert home.service._recommender.stored_slates == 4  # noqa: SLF001
    for gone in others[:-3]:
        with pytest.raises(CursorExpiredError):
            home.recommend("bob", cursor=gone)
    assert len(home.recommend("bob", limit=5, cursor=others[-3]).items) == 5


def test_the_page_that_was_asked_for_last_stays_longest(home):
    first, second, third = cursors(home, "ada", 3)
    home.recommend("ada", limit=5, cursor=first)
    cursors(home, "ada", 1)
    home.recommend("ada", limit=5, cursor=first)
    with pytest.raises(CursorExpiredError):
        home.recommend("ada", limit=5, cursor=second)
    home.recommend("ada", limit=5, cursor=third)


def test_what_is_over_is_let_go_of_with_the_next_answer(home):
    cursors(home, "ada", 2)
    for slate in home.service._recommender._stored.of("ada"):  # noqa: SLF001 - ten minutes pass
        slate.touched -= 601
    cursors(home, "bob", 1)
    assert home.service._recommender.stored("ada") == []  # noqa: SLF001
