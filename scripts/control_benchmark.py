"""``penchant control-benchmark``: what speaking against an item prevents, and what it costs elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final, NoReturn

import orjson
import typer
from threadpoolctl import threadpool_limits

from indexer.build import EmptyCatalogueError
from indexer.progress import ProgressBar
from indexer.readers import InputFileError
from scripts.benchmarks.control.actions import Action
from scripts.benchmarks.control.measures import Tally, measure
from scripts.benchmarks.control.plot import draw
from scripts.benchmarks.control.report import payload, summarise, table
from scripts.benchmarks.control.slates import Script
from scripts.benchmarks.data_files import files_of
from scripts.benchmarks.held_out import Draw, Half, HeldOut, NobodyError, replayed_without
from scripts.benchmarks.recall.datasets.reading import DatasetError
from scripts.benchmarks.replayed_service import ReplayedService
from scripts.command_settings import settings_or_exit
from scripts.demo import CONFIG as DEMO

_TOLD: Final = (DatasetError, InputFileError, EmptyCatalogueError, NobodyError)


@dataclass(frozen=True, slots=True)
class Play:
    """What is played for everybody."""

    script: Script
    actions: list[Action]
    seed: int


def control_benchmark(
    *,
    data: Annotated[
        Path | None, typer.Option(help="Data set, as recall-benchmark takes it; without it, MovieLens 100K.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings; for MovieLens, the demo's.")] = None,
    people: Annotated[int, typer.Option(min=2, help="People to draw, halved into tuning and test.")] = 400,
    half: Annotated[Half, typer.Option(help="The default strengths were chosen on the tuning half.")] = Half.TEST,
    requests: Annotated[int, typer.Option(min=1, help="Requests after the action.")] = 10,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Items of each slate.")] = 20,
    hours: Annotated[float, typer.Option(min=0, help="Between two requests.")] = 24.0,
    action: Annotated[list[Action] | None, typer.Option(help="What is done; may be repeated; without it, all.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of people, items and intervals.")] = 0,
    json: Annotated[Path | None, typer.Option(help="File for the figures as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="File for a picture: .png, .svg or .pdf.")] = None,
) -> None:
    """Measure what speaking against an item prevents, and what it costs elsewhere.

    Real people are recommended a slate, speak against an item of it chosen at random, and ask again; every slate counts
    as shown. Beside it stands a replay of the same requests without the action. Prevented is the share of the unwanted
    kind that the replay shows and they are not shown; lost is the share of likes of other kinds, kept back from the
    service, that the replay finds and they do not.
    """
    _check(json, plot)
    settings = settings_or_exit("control-benchmark", config or (DEMO if data is None else None))
    play = Play(Script(requests, limit, hours), action or list(Action), seed)
    try:
        encoder = settings.index.open_encoder()
        draw_of = Draw(people, half, seed)
        with files_of(data) as files, replayed_without(files, settings, encoder, draw_of) as (replay, held):
            tallies = _measure(replay, held, play)
    except _TOLD as error:
        _exit(str(error))
    name, shown = data.name if data else "MovieLens 100K", len(held.wanted)
    title = f"{name}: {shown} people ({half} half), {requests} requests of {limit} items, {hours:g} hours apart"
    figures = summarise(tallies, seed)
    typer.echo(table(title, figures))
    if json is not None:
        heading = {"data": name, "half": half.value, "people": shown, "requests": requests, "limit": limit}
        rows = payload(figures, {**heading, "hours": hours, "seed": seed})
        json.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if plot is not None:
        draw(title, figures, plot)


def _measure(replay: ReplayedService, held: HeldOut, play: Play) -> dict[Action, Tally]:
    generation, counts = replay.service.snapshot_swap.current, []
    with threadpool_limits(1), ProgressBar("requests", "person") as progress:
        for each in measure(generation, held, play.script, play.actions, play.seed):
            counts.append(each)
            progress(len(counts), len(held.wanted))
    return {action: Tally.of(each[action] for each in counts) for action in play.actions}


def _check(json: Path | None, plot: Path | None) -> None:
    """Refuse what could not be written, before anything takes long."""
    for file in (json, plot):
        if file is not None and not file.parent.is_dir():
            _exit(f"{file.parent} is no folder")
    if plot is not None and find_spec("matplotlib") is None:
        _exit("--plot needs matplotlib: pip install 'penchant[benchmark]'")


def _exit(problem: str) -> NoReturn:
    typer.echo(f"control-benchmark: {problem}", err=True)
    raise typer.Exit(1)
