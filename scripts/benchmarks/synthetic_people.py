"""Made-up people for a catalogue without events: each likes items of one or two of its tags, and some of all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from indexer.dates import is_date
from indexer.documents import ItemDocument
from indexer.terms import Terms
from scripts.benchmarks.recall.datasets.reading import DatasetError

LEAST_ITEMS: Final = 3
"""Items of the rarest tag that somebody likes."""
MOST_LIKES: Final = 40
ELSEWHERE: Final = 0.0
"""Share of what somebody likes that has nothing to do with their tags."""
_SHARE: Final = 0.6
_LAST: Final = datetime(2026, 11, 27, tzinfo=UTC)


def write_likes(
    items: Sequence[ItemDocument], people: int, seed: int, file: Path, elsewhere: float = ELSEWHERE
) -> None:
    """An events file of so many people, the same for the same items and seed.

    A person likes 60 % of the items of one or two tags, at most 40, one an hour, the last on 2026-11-27. Tags are drawn
    alike among those that at least three items and fewer than half of all bear and that are more than a date. A share
    `elsewhere` of the likes is of any other items, one as likely as it is popular: the n-th of an order of chance by
    1 / (n + 10).

    Raises:
        DatasetError: the catalogue has no such tag.
    """
    terms = Terms.of([item.tags for item in items])
    counts = terms.counts()
    usable = [
        code
        for code, name in enumerate(terms.names)
        if LEAST_ITEMS <= counts[code] < len(items) / 2 and not is_date(name)
    ]
    if not usable:
        raise DatasetError(f"no tag is borne by {LEAST_ITEMS} items and fewer than half, so that nobody can be made up")
    bearers = terms.items.tocsc()
    with file.open("wb") as lines:
        for row in _likes(
            items,
            [bearers.indices[slice(*bearers.indptr[code : code + 2])] for code in usable],
            (people, elsewhere),
            seed,
        ):
            lines.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _likes(
    items: Sequence[ItemDocument], groups: Sequence[NDArray[np.int32]], drawn: tuple[int, float], seed: int
) -> Iterator[dict[str, Any]]:
    random = np.random.default_rng(seed)
    popularity = 1 / (np.random.default_rng((seed, 1)).permutation(len(items)) + 10)
    for person in range(drawn[0]):
        tags = random.choice(len(groups), min(int(random.integers(1, 3)), len(groups)), replace=False)
        rows = np.unique(np.concatenate([groups[tag] for tag in tags]))
        liked = random.permutation(rows)[: min(max(round(_SHARE * len(rows)), LEAST_ITEMS), MOST_LIKES)]
        count = round(len(liked) * drawn[1] / (1 - drawn[1]))
        if count:
            weights = popularity.copy()
            weights[rows] = 0
            some = min(count, int(np.count_nonzero(weights)))
            others = random.choice(len(items), some, replace=False, p=weights / weights.sum())
            liked = random.permutation(np.concatenate([liked, others]))
        for hours, row in enumerate(liked.tolist()):
            yield {
                "event_id": f"{person}-{row}",
                "user_id": f"person-{person:04}",
                "item_id": items[row].item_id,
                "type": "like",
                "occurred_at": (_LAST - timedelta(hours=hours)).isoformat(),
            }
