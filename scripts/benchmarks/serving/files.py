"""A made-up catalogue and its people as files: groups of people who differ in how many events they have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from scripts.benchmarks.replayed_service import Files

Row = dict[str, Any]
Liking = NDArray[np.int64]

SUBJECTS: Final = (
    "astronomy", "baking", "chess", "climbing", "cycling", "drawing", "economics", "fishing", "gardening", "geology",
    "history", "insects", "jazz", "knitting", "languages", "medicine", "networks", "opera", "painting", "philosophy",
    "photography", "physics", "poetry", "politics", "robotics", "rowing", "sailing", "sculpture", "statistics",
    "surfing", "theatre", "tennis", "trains", "travel", "volcanoes", "weather", "whales", "wine", "woodwork", "yoga",
)  # fmt: skip
ASPECTS: Final = (
    "ancient", "beginner", "budget", "classic", "colourful", "daily", "digital", "early", "easy", "forgotten", "great",
    "hidden", "indoor", "island", "large", "local", "modern", "mountain", "northern", "outdoor", "practical", "quiet",
    "rare", "rural", "school", "small", "southern", "summer", "urban", "winter",
)  # fmt: skip
FORMATS: Final = ("article", "video", "course", "podcast")
_LIKED: Final = ("like", "click", "save", "complete")
_AGAINST: Final = "dismiss"
_TASTES: Final = 4
_OWN: Final = 0.9
"""Share of a person's events on their own subjects."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made up.

    Attributes:
        items: how many.
        people: in each group, by how many events each of them has.
        seed: of everything drawn.
        until: moment of the last event.
    """

    items: int
    people: Mapping[int, int]
    seed: int
    until: datetime


def names_of(plan: Plan, events: int) -> list[str]:
    """The ids of a group."""
    return [f"p{events}-{number}" for number in range(plan.people[events])]


def write_files(plan: Plan, folder: Path) -> Files:
    """Write an items and an events file, the same for the same plan; every event lies within half a year."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(plan.seed)
    subjects = random.integers(0, len(SUBJECTS), plan.items)
    _write(folder / "items.ndjson", _items(plan, subjects, random))
    _write(folder / "events.ndjson", _events(plan, subjects, random))
    return Files.of(folder)


def _items(plan: Plan, subjects: Liking, random: np.random.Generator) -> Iterator[Row]:
    for number, subject in enumerate(subjects.tolist()):
        aspects = [ASPECTS[place] for place in random.choice(len(ASPECTS), 2, replace=False)]
        published = plan.until - timedelta(days=float(random.exponential(200)))
        yield {
            "item_id": f"i{number:07}",
            "title": f"{aspects[0].capitalize()} {SUBJECTS[subject]}, {aspects[1]} no. {number}",
            "tags": [SUBJECTS[subject], *aspects],
            "format": FORMATS[int(random.integers(0, len(FORMATS)))],
            "language": "en",
            "provider": f"provider {int(random.integers(0, 50))}",
            "published_at": published.isoformat(timespec="seconds"),
        }


def _events(plan: Plan, subjects: Liking, random: np.random.Generator) -> Iterator[Row]:
    by_subject = [np.flatnonzero(subjects == subject) for subject in range(len(SUBJECTS))]
    everything = np.arange(plan.items)
    for count in plan.people:
        for name in names_of(plan, count):
            yield from _of_person(plan, name, _drawn(by_subject, everything, count, random), random)


def _drawn(by_subject: Sequence[Liking], everything: Liking, count: int, random: np.random.Generator) -> list[int]:
    """Items of a few subjects mostly, the first of which the person likes most."""
    tastes = random.choice(len(by_subject), _TASTES, replace=False)
    own = np.concatenate([random.permutation(by_subject[taste])[: count // (1 + place)] for place, taste in
                          enumerate(tastes)])  # fmt: skip
    sought = random.choice(own, min(round(_OWN * count), len(own)), replace=False)
    others = random.choice(everything, count - len(sought), replace=count > len(everything))
    return [int(row) for row in random.permutation(np.concatenate([sought, others]))]


def _of_person(plan: Plan, name: str, rows: Sequence[int], random: np.random.Generator) -> Iterator[Row]:
    ages = np.sort(random.uniform(0.5, 180, len(rows)))[::-1].tolist()
    for number, (row, days) in enumerate(zip(rows, ages, strict=True)):
        against = random.random() < 0.1
        yield {
            "event_id": f"{name}-{number}",
            "user_id": name,
            "item_id": f"i{row:07}",
            "type": _AGAINST if against else _LIKED[int(random.integers(0, len(_LIKED)))],
            "occurred_at": (plan.until - timedelta(days=days)).isoformat(timespec="seconds"),
        }


def until_today() -> datetime:
    """Midnight, so that files made on one day are the same."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _write(file: Path, rows: Iterable[Row]) -> None:
    with file.open("wb") as lines:
        for row in rows:
            lines.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
