"""The rows of the table, by the names under which they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.settings import Settings
from indexer.embeddings import CachedEncoder, EmbeddingCache
from models.encoder import Encoder
from scripts.benchmarks.recall.baselines.content_average import ContentAverage
from scripts.benchmarks.recall.baselines.ease import Ease
from scripts.benchmarks.recall.baselines.implicit_models import Als, Bpr
from scripts.benchmarks.recall.baselines.item_knn import ItemKnn
from scripts.benchmarks.recall.baselines.popularity import Popularity
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.model import Model
from scripts.benchmarks.recall.penchant.as_served import AsServed
from scripts.benchmarks.recall.penchant.item_vectors import ItemVectors, WithoutDecay
from scripts.benchmarks.recall.split import Protocol
from scripts.benchmarks.recall.tuning import Family, Tuned


class UnknownRowError(ValueError):
    """No row has the name that was asked for."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What models are made of.

    Attributes:
        settings: the operator's.
        encoder: of the content vectors.
        cache: of the content vectors.
        protocol: by whose last metric settings are chosen.
        tune: whether settings are chosen on validation, or stand as they are.
        tuned: whether ours were chosen before, so that only the others' are to be.
    """

    settings: Settings
    encoder: Encoder
    cache: EmbeddingCache
    protocol: Protocol
    tune: bool
    tuned: bool = False

    def content(self) -> ContentVectors:
        """Vectors of the items of a data set, out of the cache."""
        return ContentVectors(CachedEncoder(self.encoder, self.cache))

    def other(self, family: Family) -> Tuned:
        """A family with the settings that do best on validation."""
        return Tuned(family, self.protocol, tune=self.tune)

    def ours(self, family: Family) -> Tuned:
        """A family of item vectors, likewise unless its settings were chosen before."""
        return Tuned(family, self.protocol, tune=self.tune and not self.tuned)


@dataclass(frozen=True, slots=True)
class Parts:
    """A bench and what its models share, so that nothing is encoded or tuned twice."""

    bench: Bench
    content: ContentVectors
    vectors: Tuned

    def served(self, *, floors: bool) -> AsServed:
        """The service, with its floors or without."""
        return AsServed(self.bench.settings, self.bench.encoder, self.bench.cache, self.vectors, floors)


ROWS: Final[Mapping[str, Callable[[Parts], Model]]] = {
    "popularity": lambda _: Popularity(),
    "content": lambda parts: ContentAverage(parts.content),
    "item-knn": lambda parts: parts.bench.other(ItemKnn()),
    "als": lambda parts: parts.bench.other(Als()),
    "bpr": lambda parts: parts.bench.other(Bpr()),
    "ease": lambda parts: parts.bench.other(Ease()),
    "factors": lambda parts: parts.vectors,
    "factors-no-decay": lambda parts: parts.bench.ours(WithoutDecay(ItemVectors(parts.bench.settings, parts.content))),
    "served-no-floors": lambda parts: parts.served(floors=False),
    "served": lambda parts: parts.served(floors=True),
}
"""In the order of the table; the service comes last, since it leaves this process' libraries one thread."""

NOT_ALWAYS: Final = {"factors-no-decay"}
"""Rows that stand in the table only where they are asked for."""


def models_of(names: Sequence[str], bench: Bench, content: ContentVectors) -> list[Model]:
    """The models of the rows in the order of ROWS; no names are all of them but those of NOT_ALWAYS.

    Raises:
        UnknownRowError: a name is none.
    """
    if unknown := set(names) - set(ROWS):
        raise UnknownRowError(f"no row is called {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    parts = Parts(bench, content, bench.ours(ItemVectors(bench.settings, content)))
    wanted = set(names) or set(ROWS) - NOT_ALWAYS
    return [make(parts) for name, make in ROWS.items() if name in wanted]
