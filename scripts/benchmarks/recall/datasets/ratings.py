"""Tables of ratings into logs: what MovieLens, goodbooks and Jester have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.events import CODE_OF, EventType
from scripts.benchmarks.recall.dataset import UNTIMED, Clock, Log, Meaning
from scripts.benchmarks.recall.datasets.reading import Aliases, read_csv

IDS: Final[Aliases] = {"user": ("userId", "user_id"), "item": ("movieId", "item_id", "book_id")}
NUMBERS: Final[Aliases] = {"rating": ("rating",), "time": ("timestamp",)}


@dataclass(frozen=True, slots=True)
class Scale:
    """Which ratings are a like, at least `liked_from`, and which a dislike, at most `disliked_to`."""

    liked_from: float
    disliked_to: float

    @classmethod
    def observed(cls, ratings: NDArray[np.float32]) -> Scale:
        """The upper and the lower quarter of the range; of 1 to 5 the same as STARS."""
        low, high = float(ratings.min(initial=0)), float(ratings.max(initial=0))
        return cls(low + 0.75 * (high - low), low + 0.25 * (high - low))

    def codes(self, ratings: NDArray[np.float32]) -> NDArray[np.int8]:
        """int8: the event type of each rating; what is neither like nor dislike is a click."""
        codes = np.full(len(ratings), CODE_OF[EventType.CLICK], dtype=np.int8)
        codes[ratings >= self.liked_from] = CODE_OF[EventType.LIKE]
        codes[ratings <= self.disliked_to] = CODE_OF[EventType.DISLIKE]
        return codes


STARS: Final = Scale(liked_from=4.0, disliked_to=2.0)
"""Of five stars; every published protocol counts four and five as positive."""


def read_ratings(path: Path, scale: Scale | None = None) -> tuple[Log, Meaning]:
    """A CSV file with people, items, ratings and maybe times in seconds.

    Args:
        path: the file.
        scale: of the ratings; without one it is taken from their range.

    Raises:
        DatasetError: a column is missing.
    """
    columns = read_csv(path, IDS, NUMBERS)
    ratings = columns["rating"].to_numpy(zero_copy_only=False).astype(np.float32)
    times = columns["time"].to_numpy(zero_copy_only=False) if "time" in columns else np.full(len(ratings), UNTIMED)
    scale = scale or Scale.observed(ratings)
    clock = Clock.SECONDS if "time" in columns else Clock.NONE
    log = Log(columns["user"], columns["item"], ratings, times.astype(np.float64), scale.codes(ratings))
    return log, Meaning(scale.liked_from, clock)
