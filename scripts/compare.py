"""``penchant compare``: what came of an experiment, and how many people one needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from app.clock import Clock
from app.errors import PenchantError
from app.insights.experiments.comparison import LIFTS, Wanted
from app.insights.experiments.comparisons import Comparisons
from app.insights.experiments.folder import ExperimentFolder
from app.insights.reading import Insights
from app.insights.served_files import ServedFiles
from app.settings import Settings
from app.storage.errors import StorageError
from app.storage.opening import open_stores
from scripts.command_settings import settings_or_exit
from scripts.running_service import Form, ask

_CROSSED: Final = {
    "ids_were_merged": "each of their ids had one of its own until it was merged into another",
    "one_id": "under one id, so the experiment's file was changed, or folders were joined",
}


def compare(
    experiment: Annotated[str, typer.Argument(help="Name of the experiment.")],
    form: Annotated[Form, typer.Option("--format", help="How it is printed.")] = Form.TEXT,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
    *,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say how many people it needs, by what people did in the last four weeks.")
    ] = False,
    lift: Annotated[
        list[float] | None,
        typer.Option(min=0.0001, max=10, help="Of a plan: relative change to find; may be repeated."),
    ] = None,
    power: Annotated[float, typer.Option(min=0.501, max=0.999, help="Of a plan: chance of finding it.")] = 0.8,
    alpha: Annotated[
        float, typer.Option(min=0.0001, max=0.499, help="Of a plan: chance of finding one that is not there.")
    ] = 0.05,
) -> None:
    """Compare the variants of an experiment, or say how many people it needs.

    The intervals hold at every look: look as often as you like, and stop when they tell you enough. A running service
    is asked; of a stopped one, the folder is read.
    """
    settings = settings_or_exit("compare", config)
    wanted = Wanted(lift or LIFTS, power, alpha) if plan else None
    path = f"/insights/experiments/{experiment}{'/plan' if plan else ''}"
    query = {"lift": list(wanted.lifts), "power": power, "alpha": alpha} if wanted else None
    try:
        told = ask(settings, path, query) or _read(settings, experiment, wanted)
    except (ValueError, PenchantError, StorageError) as error:
        typer.echo(f"compare: {error}", err=True)
        raise typer.Exit(1) from error
    if form is Form.JSON:
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(plan_lines(told) if plan else lines(told)))


def _read(settings: Settings, experiment: str, wanted: Wanted | None) -> dict[str, Any]:
    stores = open_stores(settings.data_dir, settings.storage)
    try:
        insights = Insights(
            stores,
            ServedFiles(settings.served_folder),
            settings.events,
            window_hours=settings.insights.attribution_hours,
        )
        folder, clock = ExperimentFolder(settings.data_dir), Clock(settings.as_of)
        comparisons = Comparisons(insights.reading, folder, clock.now_datetime)
        return comparisons.plan(experiment, wanted) if wanted else comparisons.compare(experiment)
    finally:
        stores.close()


def lines(told: Mapping[str, Any]) -> list[str]:
    """A comparison as text."""
    people = ", ".join(f"{name} {count:,}" for name, count in told["people"].items())
    state = "runs" if told["experiment"]["running"] else "does not run"
    found = [f"{told['experiment']['name']} {state}; people: {people}; looked at {told['until'][:16]}"]
    for reason, count in told["crossed_by"].items():
        found.append(f"set aside: {count:,} people who were given several variants: {_CROSSED[reason]}")
    if told.get("preferences"):
        return [*found, *_preferences(told)]
    ratio = told["sample_ratio"]
    verdict = "MISMATCH: find out why before you believe anything below" if ratio["mismatch"] else "as declared"
    found.append(f"sample ratio: {verdict} (p {ratio['p']:.4f})")
    found.append(f"{'measure':<22} {'variant':<16} {'people':>8} {'value':>9} {'lift':>8}  {'interval':<20} {'p':>6}")
    for measure in told["measures"]:
        found += [_line(measure, variant) for variant in measure["variants"]]
    return [*found, f"Intervals hold at {told['level']:.0%} over all looks; the first measure is the primary one."]


def _preferences(told: Mapping[str, Any]) -> Iterator[str]:
    """What came of interleaving."""
    yield f"items brought: {', '.join(f'{name} {count:,}' for name, count in told['items'].items())}"
    whose = f"share of {told['preferences'][0]['second']}"
    yield f"{'taken up':<12} {'people':>8} {whose:>24}  {'interval':<18} {'p':>6}"
    for each in told["preferences"]:
        share = "?" if each["share"] is None else f"{each['share']:.1%}"
        start = f"{each['measure']:<12} {each['people']:>8,} {share:>24}"
        if each["interval"] is None:
            yield f"{start}  {each['verdict']}: at least {each['people_missing']:,} more"
        else:
            low, high = each["interval"]
            yield f"{start}  {f'{low:.1%} to {high:.1%}':<18} {each['p']:>6.4f} {each['verdict']}"
    yield f"Each person has one vote, 50 % is no preference; intervals hold at {told['level']:.0%} over all looks."


def _line(measure: Mapping[str, Any], variant: Mapping[str, Any]) -> str:
    value = "?" if variant["value"] is None else f"{variant['value']:.4f}"
    start = f"{measure['measure']:<22} {variant['variant']:<16} {variant['people']:>8,} {value:>9}"
    if variant.get("says") is None:
        return start
    if variant.get("lift") is None:
        return f"{start} {'':>8}  {variant['says']}: at least {_missing(variant)} more"
    low, high = variant["lift_interval"]
    between = f"{low:+.1%} to {high:+.1%}"
    return f"{start} {variant['lift']:>+8.1%}  {between:<20} {variant['p']:>6.4f} {variant['says']}"


def _missing(variant: Mapping[str, Any]) -> str:
    needed = {"": variant["people_missing"], " of the control": variant["control_people_missing"]}
    return " and ".join(f"{count:,}{whose}" for whose, count in needed.items() if count)


def plan_lines(told: Mapping[str, Any]) -> list[str]:
    """A plan as text."""
    lifts = list(next((each["people_needed"] for each in told["measures"] if each["people_needed"]), {}))
    heads = "".join(f"{100 * float(lift):>+11g}%" for lift in lifts)
    found = [
        f"{told['experiment']}: people of the control and the smallest variant together",
        f"to find a lift with a chance of {told['power']:.0%}, each followed for {told['days']} days",
        f"and with a chance of {told['alpha']:.1%} one that is not there",
        f"{'measure':<22} {'baseline':>9} {'people now':>11}{heads}",
    ]
    for each in told["measures"]:
        baseline = "?" if each["baseline"] is None else f"{each['baseline']:.4f}"
        needed = "".join(f"{each['people_needed'][lift]:>12,}" for lift in lifts if each["people_needed"])
        found.append(
            f"{each['measure']:<22} {baseline:>9} {each['people_now']:>11,}{needed or '  too little is known'}"
        )
    return found
