"""``penchant ann-benchmark``: what the vector index finds and costs under filters, beside others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from pydantic import ValidationError
from threadpoolctl import threadpool_limits

from indexer.documents import ItemDocument
from indexer.progress import ProgressBar
from indexer.readers import InputFileError, read_rows
from models.encoders import open_encoder
from models.sentence_encoder import PACKAGED
from scripts.benchmarks.ann.cases import filters_of
from scripts.benchmarks.ann.filtered import filtered
from scripts.benchmarks.ann.filtered import table as filtered_table
from scripts.benchmarks.ann.measure import ENGINES, Measured, measure
from scripts.benchmarks.ann.plot import draw
from scripts.benchmarks.ann.report import payload, table
from scripts.benchmarks.ann.slates import compared
from scripts.benchmarks.ann.slates import table as slates_table
from scripts.benchmarks.ann.vectors import Sample, encoded, generated

_ROUNDS: Final = 5
_ALL: Final = ",".join(ENGINES)


def ann_benchmark(
    *,
    items: Annotated[
        Path | None, typer.Option(help="Items file to encode; without it, vectors are generated in clusters.")
    ] = None,
    count: Annotated[int, typer.Option(min=1_000, help="Vectors to generate.")] = 100_000,
    dimension: Annotated[int, typer.Option(min=8, help="Of generated vectors.")] = 640,
    queries: Annotated[int, typer.Option(min=1, help="Searches of each case.")] = 50,
    k: Annotated[int, typer.Option(min=1, help="Items that are looked for.")] = 60,
    slates: Annotated[
        bool, typer.Option("--slates", help="Instead, slates of made-up people beside qdrant-edge's recommend.")
    ] = False,
    requests: Annotated[
        bool, typer.Option("--requests", help="Instead, whole requests of made-up people under filters.")
    ] = False,
    engines: Annotated[str, typer.Option(help="Which take part, with commas.")] = _ALL,
    seed: Annotated[int, typer.Option(min=0, help="Of vectors, queries and filters.")] = 0,
    json: Annotated[Path | None, typer.Option(help="File for the figures as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="File for a picture, such as ann.png.")] = None,
) -> None:
    """Compare vector indexes: recall against exact search and CPU a search, under filters.

    Everything runs on one thread, one index after the other on the same vectors and the same queries.
    """
    if slates:
        _compare_slates(count, queries, seed, json)
        return
    if requests:
        _ask_under_filters(count, queries, seed, json)
        return
    wanted = [each.strip() for each in engines.split(",") if each.strip()]
    if unknown := sorted(set(wanted) - ENGINES.keys()):
        typer.echo(f"ann-benchmark: --engines {unknown[0]}: there are {_ALL}", err=True)
        raise typer.Exit(2)
    with threadpool_limits(1):
        sample = _sample(items, count, dimension, queries, seed)
        measured, missing = _measured(sample, wanted, k, seed)
    title = f"{sample.told}, {len(sample.queries)} queries, recall@{k}, CPU on one thread"
    if not measured:
        typer.echo("ann-benchmark: none of them is installed", err=True)
        raise typer.Exit(1)
    typer.echo(table(title, measured, missing))
    if json is not None:
        json.write_bytes(orjson.dumps(payload(title, measured), option=orjson.OPT_INDENT_2))
    if plot is not None:
        draw(title, measured, plot)


def _compare_slates(items: int, people: int, seed: int, json: Path | None) -> None:
    try:
        with threadpool_limits(1), ProgressBar("slates", "turn") as progress:
            found = compared(items, people, _ROUNDS, seed, progress)
    except ImportError as error:
        typer.echo("ann-benchmark: --slates needs qdrant-edge: pip install penchant[benchmark]", err=True)
        raise typer.Exit(1) from error
    typer.echo(slates_table(items, people, found))
    if json is not None:
        json.write_bytes(orjson.dumps({"items": items, "people": people, "cpu_ms": found}, option=orjson.OPT_INDENT_2))


def _ask_under_filters(items: int, people: int, seed: int, json: Path | None) -> None:
    with threadpool_limits(1), ProgressBar("requests", "turn") as progress:
        found = filtered(items, people, _ROUNDS, seed, progress)
    typer.echo(filtered_table(items, people, found))
    if json is not None:
        json.write_bytes(orjson.dumps({"items": items, "people": people, "filters": found}, option=orjson.OPT_INDENT_2))


def _sample(items: Path | None, count: int, dimension: int, queries: int, seed: int) -> Sample:
    if items is None:
        return generated(count, dimension, queries, seed)
    try:
        documents = [ItemDocument.model_validate(row.value) for row in read_rows(items, ItemDocument)]
    except (InputFileError, ValidationError) as error:
        typer.echo(f"ann-benchmark: {error}", err=True)
        raise typer.Exit(1) from error
    return encoded([each.content() for each in documents], open_encoder(PACKAGED), queries, seed)


def _measured(sample: Sample, wanted: list[str], k: int, seed: int) -> tuple[dict[str, Measured], list[str]]:
    """(figures by engine, those that are not installed)."""
    filters, measured, missing = filters_of(sample, seed), dict[str, Measured](), list[str]()
    for name in wanted:
        try:
            with ProgressBar(name, "query") as progress:
                measured[name] = measure(sample, filters, name, k, progress)
        except ImportError:
            missing.append(name)
    return measured, missing
