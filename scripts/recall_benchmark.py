"""``penchant recall-benchmark``: how much of what people took up is recommended to them, beside other models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app.settings import Settings
from models.encoder import EncoderNotFoundError
from scripts.benchmarks.recall.datasets.reading import DatasetError
from scripts.benchmarks.recall.outputs import OutputError, Outputs
from scripts.benchmarks.recall.penchant.configuration import TunedFileError, overlaid
from scripts.benchmarks.recall.protocols import PROTOCOLS
from scripts.benchmarks.recall.rows import ROWS, UnknownRowError
from scripts.benchmarks.recall.run import bench_of, compare_rows, divide, heading_of
from scripts.benchmarks.recall.split import ProtocolError
from scripts.benchmarks.recall.summary import summarise
from scripts.benchmarks.recall.text_table import text_table
from scripts.command_settings import settings_or_exit
from scripts.demo import CONFIG
from scripts.demo.movielens.archive import ArchiveError

_TOLD = (
    ArchiveError,
    DatasetError,
    EncoderNotFoundError,
    OutputError,
    ProtocolError,
    TunedFileError,
    UnknownRowError,
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
    try:
        outputs.check()
        run = divide(data, protocol, seed, people)
        settings = demo_settings() if data is None and config is None else _settings(config)
        bench = bench_of(run.protocol, overlaid(settings, tuned) if tuned else settings, tune=tune, tuned=bool(tuned))
        rows, skipped = compare_rows(run.split, bench, models, against)
    except _TOLD as error:
        _exit(str(error))
    for note in run.notes:
        typer.echo(note)
    heading, summaries = heading_of(run), summarise(rows, seed, against)
    typer.echo(text_table(heading, summaries, skipped, against))
    outputs.write(heading, summaries)


def _settings(config: Path | None) -> Settings:
    return settings_or_exit("recall-benchmark", config, tuned=False)


def demo_settings() -> Settings:
    """The demo's settings without its charter: other models do not ask people's permission for topics either."""
    return _settings(CONFIG).model_copy(update={"charter": None})


def _exit(problem: str) -> NoReturn:
    typer.echo(f"recall-benchmark: {problem}", err=True)
    raise typer.Exit(1)
