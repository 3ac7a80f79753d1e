"""``penchant soak``: a real server under load and faults, and whether it kept what it acknowledged."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import orjson
import typer

from indexer.progress import ProgressBar
from scripts.soak.plot import draw
from scripts.soak.report import Report
from scripts.soak.run import Plan, soaked
from scripts.soak.server import SoakError


def soak(
    *,
    minutes: Annotated[float, typer.Option(min=0.1, help="Of load.")] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="Of what callers do; that of a report repeats them.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Callers at a time.")] = 4,
    rate: Annotated[float, typer.Option(min=0.1, help="Acts a second of each of them.")] = 10.0,
    items: Annotated[int, typer.Option(min=20, help="Of the made-up catalogue.")] = 200,
    calm: Annotated[float, typer.Option(min=0.0, help="Seconds between two faults.")] = 5.0,
    growth: Annotated[float, typer.Option(min=0.0, help="MiB an hour by which memory may grow.")] = 100.0,
    proofs: Annotated[bool, typer.Option(help="Compare with a replay, and prove erasures byte by byte.")] = True,
    folder: Annotated[
        Path | None, typer.Option(help="Work here, and leave what is there; without it, a temporary folder.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="File for the report as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="File for a picture: .png, .svg or .pdf.")] = None,
) -> None:
    """Put load and faults on a real server of made-up people; fail if it breaks a promise.

    Events, slates, edits, resets, merges, erasures and items go over HTTP, while the index is built anew and switched,
    the process is killed and stopped, disks fail and are full, and clocks leap. Nothing acknowledged may be lost or
    counted twice, nothing that was forgotten, erased, muted or deleted may come back, what is inferred of people must
    be what a replay of their exports makes of them, memory must stay flat, and nothing may fail that no fault explains.

    The exit status is 1 if any of this is broken; the report names the seed, which repeats what the callers do.
    """
    plan = Plan(minutes * 60, seed, workers, rate, items, calm, proofs)
    try:
        with _in_folder(folder) as root, ProgressBar("soaking", "s") as progress:
            report = Report(soaked(plan, root, progress), growth)
    except (SoakError, subprocess.CalledProcessError) as error:
        typer.echo(f"soak: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(report.text())
    if json is not None:
        json.write_bytes(orjson.dumps(report.payload(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if plot is not None:
        draw(report.outcome, plot)
    if report.failures:
        typer.echo(f"soak: broken; repeat with --seed {seed}", err=True)
        raise typer.Exit(1)


@contextmanager
def _in_folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()
        return
    with TemporaryDirectory(prefix="penchant-soak-") as made:
        yield Path(made)
