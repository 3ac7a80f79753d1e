"""Small logs whose best settings are known: 120 items of four topics, 160 people, times in days before now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.settings import Settings
from indexer.behaviour import Offer
from models.user_state import DAY_SECONDS
from scripts.benchmarks.recall.penchant.configuration import configured
from scripts.benchmarks.tuning.division import Signals, divide
from scripts.benchmarks.tuning.judge import Judge

TOPICS, OF_A_TOPIC, PEOPLE, NOW = 4, 30, 160, 1_700_000_000.0
ITEMS = TOPICS * OF_A_TOPIC
SMALL = {
    "index.behaviour.factors.exact.ridge": 10.0,
    "index.behaviour.factors.exact.content_weight": 0.0,
    "index.behaviour.factors.rank": 16,
    "index.behaviour.factors.neighbours": 20,
}
Walk = Callable[[np.random.Generator], tuple[NDArray[np.int64], NDArray[np.float64]]]


def log_of(walk: Walk, seed: int = 1) -> Signals:
    """Everybody likes the items of a walk at the times of it."""
    random = np.random.default_rng(seed)
    walks = [walk(random) for _ in range(PEOPLE)]
    users = np.repeat(np.arange(PEOPLE, dtype=np.int32), [len(items) for items, _ in walks])
    items = np.concatenate([items for items, _ in walks]).astype(np.int32)
    times = NOW + DAY_SECONDS * np.concatenate([days for _, days in walks])
    return Signals(users, items, np.ones(len(items), np.float32), times)


def drifting(random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ten items of one topic months ago, then five of another, of which four more are next."""
    before, after = random.choice(TOPICS, 2, replace=False)
    return np.concatenate([some_of(before, 10, random), some_of(after, 9, random)]), np.concatenate(
        [np.linspace(-120, -100, 10), np.linspace(-20, -1, 9)]
    )


def faithful(random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Twelve items of one topic over a year, then three of another by chance, then four of the first again."""
    topic, other = random.choice(TOPICS, 2, replace=False)
    own = some_of(topic, 16, random)
    return np.concatenate([own[:12], some_of(other, 3, random), own[12:]]), np.concatenate(
        [np.linspace(-400, -20, 12), np.linspace(-6, -5, 3), np.linspace(-4, -1, 4)]
    )


def in_a_row(random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ten items, each after the one before it."""
    return (int(random.integers(ITEMS)) + np.arange(10)) % ITEMS, np.linspace(-10, -1, 10)


def in_any_order(random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Ten items of one topic, none of which leads to another."""
    return some_of(int(random.integers(TOPICS)), 10, random), np.linspace(-10, -1, 10)


def with_hits(random: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Six of ten hits that everybody likes, then eight items of a topic of one's own."""
    own = some_of(int(random.integers(TOPICS - 1)), 8, random)
    hits = (TOPICS - 1) * OF_A_TOPIC + random.choice(10, 6, replace=False)
    return np.concatenate([hits, own]), np.linspace(-14, -1, 14)


def some_of(topic: int, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    return topic * OF_A_TOPIC + random.choice(OF_A_TOPIC, count, replace=False)


def contents() -> NDArray[np.float32]:
    """Which say nothing of the topics."""
    drawn = np.random.default_rng(2).standard_normal((ITEMS, 8)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def small_settings(**more: Any) -> Settings:
    return configured(Settings(), SMALL | more)


def judge_of(log: Signals) -> Judge:
    return Judge(divide(log, 1_000, np.random.default_rng(0)), Offer(contents(), np.zeros(ITEMS)), "an encoder")
