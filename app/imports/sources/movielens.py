"""MovieLens: movies.csv, ratings.csv and tags.csv of its data sets; times are seconds.

A film's year stands in its title and is taken for the date; "(no genres listed)" is none. A rating is half a star to
five. Somebody who gives a film a tag has spoken of it, and neither for nor against: so tags are left out of events.
"""

from __future__ import annotations

import re
from typing import Final

from app.imports.cells import number
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Aside, Found, Reading, Source
from app.imports.sources.values import filled
from app.imports.times import Unit

_YEAR: Final = re.compile(r"\((\d{4})\)\s*$")
_NONE: Final = "(no genres listed)"


def _items(row: Row) -> Found:
    title = str(row.get("title") or "").strip()
    year = _YEAR.search(title)
    yield filled(
        item_id=row.get("movieId"),
        title=title,
        tags=[genre for genre in str(row.get("genres") or "").split("|") if genre and genre != _NONE],
        format="film",
        published_at=f"{year[1]}-01-01" if year else None,
    )


def _events(row: Row) -> Found:
    if "rating" not in row:
        yield Aside("tags")
        return
    yield filled(
        user_id=row.get("userId"),
        item_id=row.get("movieId"),
        type="rating",
        value=number(row["rating"], "."),
        occurred_at=row.get("timestamp"),
    )


MOVIELENS: Final = Source(
    name="movielens",
    title="MovieLens",
    readings={
        Kind.ITEMS: Reading(
            marks=[frozenset({"movieId", "title", "genres"})],
            rows=_items,
            fields={
                "item_id": "movieId",
                "title": "title",
                "tags": "genres, without their bars",
                "format": "film",
                "published_at": "the year in title",
            },
        ),
        Kind.EVENTS: Reading(
            marks=[frozenset({"userId", "movieId", "rating", "timestamp"})],
            rows=_events,
            fields={
                "user_id": "userId",
                "item_id": "movieId",
                "type": "rating",
                "value": "rating",
                "occurred_at": "timestamp",
            },
        ),
    },
    unit=Unit.SECONDS,
)
