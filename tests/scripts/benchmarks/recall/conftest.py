"""A small world with structure: three groups of people, each with items of its own that its members like."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.documents import ItemDocument
from models.user_state import DAY_SECONDS
from scripts.benchmarks.recall.dataset import UNTIMED, Clock, Dataset, Log, Meaning, build

WORDS = ("robots on a distant planet", "baking bread at home", "football in the rain")
PEOPLE_A_GROUP = 30
ITEMS_A_GROUP = 12
LIKED = 8


def small_world(clock: Clock = Clock.SECONDS, *, told: bool = True, seed: int = 7) -> Dataset:
    """90 people like 8 of their group's 12 items each, and one item of all, one a day."""
    random = np.random.default_rng(seed)
    users, items, times = [], [], []
    for user in range(PEOPLE_A_GROUP * len(WORDS)):
        own = random.choice(ITEMS_A_GROUP, LIKED, replace=False) * len(WORDS) + user % len(WORDS)
        other = random.integers(ITEMS_A_GROUP * len(WORDS), size=1)
        for step, item in enumerate(random.permutation(np.unique(np.concatenate([own, other])))):
            users.append(f"user {user}")
            items.append(f"item {item}")
            times.append(UNTIMED - DAY_SECONDS * (20 - step))
    documents = [document(item) for item in range(ITEMS_A_GROUP * len(WORDS))] if told else []
    return build("small world", Log.of_likes(users, items, np.array(times)), Meaning(1.0, clock), documents)


def document(item: int) -> ItemDocument:
    """An item whose title tells its group."""
    title = f"{WORDS[item % len(WORDS)]}, part {item}"
    fields = {"item_id": f"item {item}", "title": title, "format": "film", "language": "en"}
    return ItemDocument.model_validate({**fields, "published_at": "2019-12-01T00:00:00Z"})


@pytest.fixture(scope="session")
def world() -> Dataset:
    return small_world()


@pytest.fixture(scope="session")
def untold_world() -> Dataset:
    return small_world(Clock.STEPS, told=False)
