"""``penchant slate-benchmark``: what several interests and variety bring, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from threadpoolctl import threadpool_limits

from app.pipeline.settings import QuerySettings
from indexer.build import EmptyCatalogueError
from indexer.progress import ProgressBar
from indexer.readers import InputFileError
from scripts.benchmarks.data_files import files_of, files_with_synthetic_people
from scripts.benchmarks.held_out import LEAST_LIKES, Draw, Half, HeldOut, NobodyError, replayed_without
from scripts.benchmarks.recall.datasets.reading import DatasetError
from scripts.benchmarks.replayed_service import Files, ReplayedService
from scripts.benchmarks.slates.measures import Measured, measure
from scripts.benchmarks.slates.report import payload, summarise, table
from scripts.benchmarks.slates.studies import Study, variants
from scripts.benchmarks.synthetic_people import ELSEWHERE
from scripts.command_settings import settings_or_exit
from scripts.demo import CONFIG as DEMO

_TOLD: Final = (DatasetError, InputFileError, EmptyCatalogueError, NobodyError)


def slate_benchmark(
    study: Annotated[Study, typer.Argument(help="What is compared.")],
    *,
    data: Annotated[
        Path | None, typer.Option(help="Data set, as recall-benchmark takes it; without it, MovieLens 100K.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings; for MovieLens, the demo's.")] = None,
    people: Annotated[int, typer.Option(min=2, help="People to draw, halved into tuning and test.")] = 800,
    synthetic: Annotated[
        int | None, typer.Option(min=2, help="So many made-up people for an items file, who like one or two tags each.")
    ] = None,
    elsewhere: Annotated[
        float, typer.Option(min=0, max=0.9, help="Share of a made-up person's likes that are of none of their tags.")
    ] = ELSEWHERE,
    least_likes: Annotated[int, typer.Option(min=2, help="Items that somebody has to like to be drawn.")] = LEAST_LIKES,
    half: Annotated[Half, typer.Option(help="Settings are chosen on the tuning half.")] = Half.TEST,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Items of each slate.")] = 20,
    floors: Annotated[bool, typer.Option(help="Whether floors and caps hold.")] = True,
    seed: Annotated[int, typer.Option(min=0, help="Of people, likes kept back and intervals.")] = 0,
    json: Annotated[Path | None, typer.Option(help="File for the figures as JSON.")] = None,
) -> None:
    """Compare settings of the query: relevance, variety, shares of interests, and cost.

    Some likes of some people are kept back from the service; each person asks for one slate a day after the last event
    that it knows of them, once under each of the settings, through the whole pipeline.
    """
    settings = settings_or_exit("slate-benchmark", config or (DEMO if data is None else None))
    compared = variants(settings.query, study, floors=floors)
    try:
        encoder = settings.index.open_encoder()
        draw_of = Draw(people, half, seed, least_likes)
        with (
            _files(data, synthetic, seed, elsewhere) as files,
            replayed_without(files, settings, encoder, draw_of) as (replay, held),
        ):
            measured = _measure(replay, held, compared, limit)
    except _TOLD as error:
        typer.echo(f"slate-benchmark: {error}", err=True)
        raise typer.Exit(1) from error
    entries = summarise(measured, list(compared), seed)
    name = data.name if data else "MovieLens 100K"
    held_to = "floors hold" if floors else "no floors"
    typer.echo(table(f"{name}: {len(measured)} people ({half} half), slates of {limit}, {held_to}", entries))
    if json is not None:
        json.write_bytes(orjson.dumps(payload(entries), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _files(data: Path | None, synthetic: int | None, seed: int, elsewhere: float) -> AbstractContextManager[Files]:
    return files_with_synthetic_people(data, synthetic, seed, elsewhere) if data and synthetic else files_of(data)


def _measure(
    replay: ReplayedService, held: HeldOut, compared: Mapping[str, QuerySettings], limit: int
) -> list[Measured]:
    """One thread: what an answer costs is what it takes of one core."""
    measured = []
    with threadpool_limits(1), ProgressBar("requests", "person") as progress:
        for each in measure(replay.service.snapshot_swap.current, held, compared, limit):
            measured.append(each)
            progress(len(measured), len(held.wanted))
    return measured
