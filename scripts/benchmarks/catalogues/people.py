"""People made up for a catalogue without any: each likes items of a few of its tags, and says so to a part.

Somebody has one to three tags that three items bear at least, the more frequent the likelier, likes and opens items
that bear them, and a few others by chance; of a catalogue without tags, neighbours in the file, which most files sort
by something. One in three prefers one of their tags, and one in six of these did nothing yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from indexer.documents import ItemDocument

PEOPLE: Final = 200
NOW: Final = datetime(2027, 1, 1, tzinfo=UTC)
LEAST_ITEMS: Final = 3
"""Items that bear a tag that somebody has."""
_CHANCE: Final = 0.1
_KINDS: Final = ("like", "like", "save", "click", "complete")

Row = dict[str, Any]


def made_up(items: Sequence[ItemDocument], seed: int, people: int = PEOPLE) -> tuple[list[Row], list[Row]]:
    """(events, users) as files have them; the same for the same items and seed."""
    random = np.random.default_rng(seed)
    bearers = _bearers(items)
    events: list[Row] = []
    users: list[Row] = []
    for number in range(people):
        tags = _tags(bearers, random)
        states = bool(tags) and number % 3 == 0
        if states:
            users.append({"user_id": f"p{number}", "preferences": {"tags": [str(tags[0])]}})
        if not states or number % 18:
            events += _events(f"p{number}", _liked(items, [bearers[tag] for tag in tags], random), random)
    return events, users


def _bearers(items: Sequence[ItemDocument]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        for tag in item.tags:
            found[tag].append(place)
    return {tag: places for tag, places in sorted(found.items()) if len(places) >= LEAST_ITEMS}


def _tags(bearers: Mapping[str, list[int]], random: np.random.Generator) -> list[str]:
    if not bearers:
        return []
    weights = np.sqrt([len(places) for places in bearers.values()])
    count = min(int(random.integers(1, 4)), len(bearers))
    return list(random.choice(list(bearers), count, replace=False, p=weights / weights.sum()))


def _liked(items: Sequence[ItemDocument], shelves: list[list[int]], random: np.random.Generator) -> list[str]:
    start = int(random.integers(len(items)))
    pool = sorted({place for shelf in shelves for place in shelf}) or list(range(start, min(start + 30, len(items))))
    count = min(int(random.integers(5, 26)), len(pool))
    chosen = [*random.choice(pool, count, replace=False), *random.choice(len(items), max(1, round(_CHANCE * count)))]
    return list(dict.fromkeys(items[place].item_id for place in chosen))


def _events(user_id: str, liked: Sequence[str], random: np.random.Generator) -> Iterator[Row]:
    for number, item_id in enumerate(liked):
        yield {
            "event_id": f"{user_id}-{number}",
            "user_id": user_id,
            "item_id": item_id,
            "type": str(random.choice(_KINDS)),
            "occurred_at": (NOW - timedelta(days=float(random.uniform(0, 60)))).isoformat(),
        }
