"""``penchant explain-benchmark``: whether labels are facts, how much they say, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import orjson
import typer
from threadpoolctl import threadpool_limits

from indexer.build import EmptyCatalogueError
from indexer.progress import ProgressBar
from indexer.readers import InputFileError
from scripts.benchmarks.data_files import files_of
from scripts.benchmarks.explanations.counterfactual import Counterfactual
from scripts.benchmarks.explanations.measures import Person, measure
from scripts.benchmarks.explanations.recorded_requests import RecordedRequests
from scripts.benchmarks.explanations.report import Report, some_labels, table
from scripts.benchmarks.recall.datasets.reading import DatasetError
from scripts.benchmarks.replayed_service import ReplayedService, replayed
from scripts.command_settings import settings_or_exit
from scripts.demo import CONFIG as DEMO


@dataclass(frozen=True, slots=True)
class Sample:
    """Whose slates are looked at."""

    people: int
    limit: int
    seed: int


def explain_benchmark(
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Data set, as recall-benchmark takes it, or a file of items, CSV or NDJSON, with made-up people; "
            "without it, MovieLens 100K."
        ),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings; for MovieLens, the demo's.")] = None,
    people: Annotated[int, typer.Option(min=1, help="How many people are drawn.")] = 200,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Items of a slate.")] = 20,
    read: Annotated[int, typer.Option(min=0, help="Labels drawn at random that are printed to be read.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw and of the intervals.")] = 0,
    json: Annotated[Path | None, typer.Option(help="File for the figures as JSON.")] = None,
) -> None:
    """Test labels on what real people did: fidelity, specificity, stability and cost.

    Fidelity: the evidence of every label is left out, the person is rebuilt from what remains, the same candidates are
    scored again, and the item must have a lower score and a lower rank. Specificity: one minus the share of a slate's
    most common label. Truth: a tag that a label names is the item's, and nothing is called different that the person
    stated or liked. Stability: the same label a minute later, and after an event on a topic new to the person.
    """
    settings = settings_or_exit("explain-benchmark", config or (DEMO if data is None else None))
    try:
        encoder = settings.index.open_encoder()
        with files_of(data) as files, replayed(files, settings, encoder) as replay:
            measured = _measure(replay, Sample(people, limit, seed))
            names = replay.service.snapshot_swap.current.catalogue.topic_names
    except (DatasetError, InputFileError, EmptyCatalogueError) as error:
        typer.echo(f"explain-benchmark: {error}", err=True)
        raise typer.Exit(1) from error
    report = Report.of(measured, names, seed)
    typer.echo(table(report))
    typer.echo(some_labels(measured, read, seed))
    if json is not None:
        json.write_bytes(orjson.dumps(report.payload(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _measure(replay: ReplayedService, sample: Sample) -> list[Person]:
    """One thread: the cost of a label is what it takes of one core."""
    generation = replay.service.snapshot_swap.current
    random = np.random.default_rng(sample.seed)
    known = sorted(
        person.row.user_id for person in generation.people if len(person.history) or person.stated is not None
    )
    drawn = random.permutation(known)[: sample.people].tolist()
    requests = RecordedRequests(generation, replay.now, sample.limit)
    counterfactual = Counterfactual(generation.people)
    measured = []
    with threadpool_limits(1), ProgressBar("explanations", "person") as progress:
        for user_id in drawn:
            measured.append(measure(requests, counterfactual, user_id, random))
            progress(len(measured), len(drawn))
    return measured
