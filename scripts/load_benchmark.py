"""``penchant load-benchmark``: what a request costs a real server, and another checkout's beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import orjson
import typer

from indexer.progress import ProgressBar
from indexer.readers import InputFileError
from scripts.benchmarks.replayed_service import Files
from scripts.benchmarks.serving.checkout import Checkout, CheckoutError
from scripts.benchmarks.serving.files import Plan as FilesPlan
from scripts.benchmarks.serving.files import until_today, write_files
from scripts.benchmarks.serving.plot import draw
from scripts.benchmarks.serving.run import ROOT, Run, measured, world_of
from scripts.benchmarks.serving.traffic import World
from scripts.benchmarks.serving.trial import Plan
from scripts.benchmarks.serving.usage import UsageUnknownError

FEW: Final = 20
"""Events of most people."""


def load_benchmark(
    *,
    data: Annotated[
        Path | None, typer.Option(help="Folder with an items and an events file; without it, both are made up.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings, for every server.")] = None,
    items: Annotated[int, typer.Option(min=100, help="Items that are made up.")] = 10_000,
    people: Annotated[int, typer.Option(min=1, help="People that are made up, with 20 events each.")] = 2_000,
    long: Annotated[int, typer.Option(min=0, help="People with 500 and, a tenth as many, with 5,000 events.")] = 100,
    against: Annotated[Path | None, typer.Option(help="Another checkout, which is run beside this one.")] = None,
    against_config: Annotated[Path | None, typer.Option(help="Its settings; without it, --config.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Keep what is built here, and use it again; without it, a temporary folder.")
    ] = None,
    kinds: Annotated[list[str] | None, typer.Option("--kind", help="Only these kinds of request.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second.")] = 20.0,
    requests: Annotated[int, typer.Option(min=10, help="Requests of each kind in a round.")] = 100,
    rounds: Annotated[int, typer.Option(min=1, help="Turns of every server.")] = 3,
    clients: Annotated[int, typer.Option(min=1, help="Clients at a time that ask for as much as they can.")] = 8,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Items of an answer.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Of what is made up and asked for.")] = 0,
    json: Annotated[Path | None, typer.Option(help="File for the figures as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="File for a picture: .png, .svg or .pdf.")] = None,
) -> None:
    """Put load on a real server, and tell latency, throughput, processor time a request and memory.

    Requests are due at fixed times, and their latency counts from then. The servers take turns under the same requests.
    CPU ratio is this checkout's processor time as a part of the other's.
    """
    try:
        with _in_folder(folder) as root:
            files = Files.of(data) if data else write_files(_made_up(items, people, long, seed), root / "files")
            checkouts = [Checkout("this", ROOT, root / "this", _absolute(config))]
            if against is not None:
                theirs = _absolute(against_config or config)
                checkouts.append(Checkout("other", against.resolve(), root / "other", theirs))
            for each in checkouts:
                each.built(files)
            world = world_of(files, limit, past=data is not None)
            plan = Plan(rate, requests, rounds, clients)
            with ProgressBar("load", "turn") as progress:
                report = measured(Run(_title(world), checkouts, world, plan, kinds or [], seed), progress)
    except (CheckoutError, FileNotFoundError, InputFileError, UsageUnknownError) as error:
        typer.echo(f"load-benchmark: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(report.table())
    if json is not None:
        json.write_bytes(orjson.dumps(report.payload(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if plot is not None:
        draw(report, plot)


def _made_up(items: int, people: int, long: int, seed: int) -> FilesPlan:
    groups = {FEW: people, 500: long, 5_000: -(-long // 10)}
    return FilesPlan(items, groups, seed, until_today())


def _title(world: World) -> str:
    people = ", ".join(f"{len(some):,} with {name}" for name, some in world.people.items())
    return f"{len(world.items):,} items; people: {people}; {world.limit} items an answer"


@contextmanager
def _in_folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder.resolve()
        return
    with TemporaryDirectory(prefix="penchant-load-") as made:
        yield Path(made)


def _absolute(path: Path | None) -> Path | None:
    return path.resolve() if path else None
