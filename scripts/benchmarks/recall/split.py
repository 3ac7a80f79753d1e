"""What a protocol makes of a data set: what models learn, what they are told of a person, what they should find."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol as TypingProtocol

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows
from scripts.benchmarks.recall.dataset import Clock, Dataset, Entities
from scripts.benchmarks.recall.interactions import Interactions, Lists
from scripts.benchmarks.sittings import Sittings


class Kind(StrEnum):
    """A family of accuracy metrics."""

    RECALL = "recall"
    """Hits among the first k, of all targets."""
    CAPPED_RECALL = "capped recall"
    """Hits among the first k, of min(k, targets)."""
    NDCG = "ndcg"
    HIT_RATE = "hr"


@dataclass(frozen=True, slots=True)
class Metric:
    """One column of accuracy.

    Attributes:
        kind: the family.
        k: how far down a ranking it looks.
    """

    kind: Kind
    k: int

    @property
    def name(self) -> str:
        """As tables have it, such as `ndcg@100`."""
        return f"{self.kind}@{self.k}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which items a ranking may hold.

    Attributes:
        suffix: what is added to the metrics' names; empty for the main scope.
        allowed: bool [items]; None where all are.
    """

    suffix: str = ""
    allowed: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """One division of a data set.

    Attributes:
        entities: the people and items.
        train: the positives that models learn from; no target is among them.
        negatives: what people turned down, as far as it was known by then; no rows of the standard models use it.
        histories: per test person, the positives that the model is told when it is asked; what they hold is not ranked.
        targets: per test person (the same people), what the ranking should bring; nobody's list is empty.
        now: seconds since 1970 when they are.
        seed: of the division.
        scopes: the rankings that are asked for.
        ties: how far equal times decided what is a target, in a sentence; empty where they had no part in it.
    """

    entities: Entities
    train: Interactions
    negatives: Interactions
    histories: Lists
    targets: Lists
    now: float
    seed: int
    scopes: tuple[Scope, ...] = (Scope(),)
    ties: str = ""

    @property
    def sittings(self) -> Sittings:
        """What the times of training tell."""
        return Sittings.of(self.train.users, self.train.times)

    def remarks(self) -> list[str]:
        """What is to be known of times beside the figures."""
        told = [] if self.entities.clock is not Clock.SECONDS else list(self.sittings.remarks())
        return [*([self.ties] if self.ties else []), *told]

    def sample(self, people: int) -> Split:
        """The same with at most so many test people, drawn by the seed; what models learn from stays the same."""
        users = self.targets.users
        if len(users) <= people:
            return self
        chosen = np.sort(np.random.default_rng(self.seed).choice(users, people, replace=False))
        histories, targets = (Lists.group(lists.entries, chosen) for lists in (self.histories, self.targets))
        return replace(self, histories=histories, targets=targets)

    def popularity(self) -> NDArray[np.int64]:
        """int64 [items]: how many people engaged with each item in training."""
        return np.bincount(self.train.items, minlength=len(self.entities.items))


class Protocol(TypingProtocol):
    """A way of dividing, and what is then measured."""

    @property
    def name(self) -> str:
        """As on the command line."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The columns of accuracy; the last one is what settings are chosen by."""

    @property
    def listed(self) -> int:
        """Length of the lists whose coverage, novelty, diversity and popularity are measured."""

    @property
    def draws(self) -> int:
        """How many validation splits settings are chosen by: one where it is large or leaves nothing to chance."""

    def split(self, dataset: Dataset, seed: int) -> Split:
        """Divide for the test.

        Raises:
            ProtocolError: the data set lacks what the protocol needs.
        """

    def validation(self, split: Split) -> Split:
        """Divide what a test leaves for learning in the same manner, to choose settings without the test."""


class ProtocolError(ValueError):
    """A data set cannot be divided this way."""


def counted(users: Rows, people: int) -> NDArray[np.int64]:
    """int64 [people]: the number of entries of each person."""
    return np.bincount(users, minlength=people)


def shuffled_ranks(entries: Interactions, people: int, random: np.random.Generator) -> NDArray[np.int64]:
    """int64 [len(entries)]: the place of each entry in a random order of its person's entries, from 0."""
    order = np.lexsort((random.random(len(entries)), entries.users))
    starts = np.concatenate([[0], np.cumsum(counted(entries.users, people))])[:-1]
    ranks = np.empty(len(entries), dtype=np.int64)
    ranks[order] = np.arange(len(entries)) - starts[entries.users[order]]
    return ranks
