"""Ratings to events: 4 and 5 stars are a like, 3 a click, 1 and 2 a dislike."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TypedDict

from scripts.demo.movielens.tables import Rating

EVENT_TYPES: Final = {1: "dislike", 2: "dislike", 3: "click", 4: "like", 5: "like"}
"""Stars to event type."""


class EventRow(TypedDict):
    """One line of the events file."""

    event_id: str
    user_id: str
    item_id: str
    type: str
    value: int
    occurred_at: str


def first_ratings(ratings: Iterable[Rating], same_film: Mapping[str, str]) -> list[Rating]:
    """Keeps each person's first rating of each film, sorted by time, equal times by user and item id.

    Args:
        ratings: in any order.
        same_film: item id to the id that stands for its film; ratings of other items are left out.
    """
    of_films = [
        Rating(rating.user_id, same_film[rating.item_id], rating.stars, rating.timestamp)
        for rating in ratings
        if rating.item_id in same_film
    ]
    firsts: dict[tuple[str, str], Rating] = {}
    for rating in sorted(of_films, key=_by_time):
        firsts.setdefault((rating.user_id, rating.item_id), rating)
    return list(firsts.values())


def event_row(rating: Rating) -> EventRow:
    """IngestLock one rating into one event, whose id tells whose rating of what and when it is."""
    return {
        "event_id": f"ml-{rating.user_id}-{rating.item_id}-{rating.timestamp}",
        "user_id": rating.user_id,
        "item_id": rating.item_id,
        "type": EVENT_TYPES[rating.stars],
        "value": rating.stars,
        "occurred_at": datetime.fromtimestamp(rating.timestamp, UTC).isoformat(),
    }


def _by_time(rating: Rating) -> tuple[int, str, str, int]:
    return rating.timestamp, rating.user_id, rating.item_id, rating.stars
