"""``penchant off-policy``: what a policy that was not served would have earned, by the log of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Annotated, Any, Final

import orjson
import typer

from app.clock import Clock
from app.errors import PenchantError
from app.insights.off_policy.off_policy import OffPolicy
from app.insights.reading import Insights
from app.insights.served_files import ServedFiles
from app.serving.policies.folder import PolicyFolder
from app.settings import Settings
from app.storage.errors import StorageError
from app.storage.opening import open_stores
from scripts.command_settings import settings_or_exit
from scripts.running_service import Form, ask

_ESTIMATORS: Final = (("ips", "IPS"), ("snips", "SNIPS"), ("doubly_robust", "doubly robust"))
_WIDTH: Final = 110


def off_policy(
    policy: Annotated[str, typer.Argument(help="Id of the policy, as GET /admin/policies lists it.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="Days of the log, until now.")] = 28,
    form: Annotated[Form, typer.Option("--format", help="How it is printed.")] = Form.TEXT,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Estimate what a policy that was not served would have earned, from what was.

    The policy may differ from those that were served in how exploration draws topics, and in nothing else: only draws
    are random, and only of them the log knows how likely others would have been. A running service is asked; of a
    stopped one, the folder is read.
    """
    settings = settings_or_exit("off-policy", config)
    try:
        told = ask(settings, f"/insights/policies/{policy}/estimate", {"days": days}) or _read(settings, policy, days)
    except (ValueError, PenchantError, StorageError) as error:
        typer.echo(f"off-policy: {error}", err=True)
        raise typer.Exit(1) from error
    if form is Form.JSON:
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(lines(told)))


def _read(settings: Settings, policy: str, days: int) -> dict[str, Any]:
    stores = open_stores(settings.data_dir, settings.storage)
    try:
        files, window = ServedFiles(settings.served_folder), settings.insights.attribution_hours
        insights = Insights(stores, files, settings.events, window_hours=window)
        now = Clock(settings.as_of).now_datetime
        return OffPolicy(insights.reading, PolicyFolder(settings.data_dir), settings.query, now).estimate(policy, days)
    finally:
        stores.close()


def lines(told: Mapping[str, Any]) -> list[str]:
    """Estimates as text."""
    return [
        f"policy {told['policy']}, {told['from'][:10]} to {told['until'][:10]}: {_settings(told['draws'])}",
        *(f"by answers of {policy}: {_settings(draws)}" for policy, draws in told["draws_served"].items()),
        f"{told['answers']:,} answers to {told['people']:,} people, which count as {told['effective_answers']:,.0f}",
        _weights(told["weights"]),
        *(f"left out: {count:,} answers, {reason.replace('_', ' ')}" for reason, count in told["left_out"].items()),
        *(f"{policy} differs in {', '.join(names)}" for policy, names in told["differing"].items()),
        *(f"WARNING: {each}" for each in told["warnings"]),
        f"{'by answer':<12} {'':<14} {'value':>9}  interval (95 %, for one look)",
        *(line for reward in told["rewards"] for line in _reward(reward)),
        *wrap(told["scope"], _WIDTH),
    ]


def _weights(weights: Mapping[str, Any]) -> str:
    low, high = weights["interval"]
    between = f"{low:.3f} to {high:.3f}; " if low is not None and high is not None else ""
    average = f"weights average {weights['value']:.3f} ({between}1 if the log has all that it would draw)"
    return f"{average}, the largest {weights['largest']:.1f}; {weights['capped']:,} count as {weights['cap']:.0f}"


def _reward(reward: Mapping[str, Any]) -> Iterator[str]:
    yield _line(reward["reward"], "served", reward["served"])
    for name, title in _ESTIMATORS:
        if reward[name] is not None:
            yield _line("", title, reward[name])
    if reward["difference"] is None:
        yield f"{'':<12} {reward['verdict']}"
    else:
        yield f"{_line('', 'difference', reward['difference'])}  {reward['verdict']}"


def _line(reward: str, estimator: str, found: Mapping[str, Any]) -> str:
    value, (low, high) = found["value"], found["interval"]
    if value is None or low is None or high is None:
        return f"{reward:<12} {estimator:<14} {'?':>9}"
    return f"{reward:<12} {estimator:<14} {value:>9.4f}  {low:.4f} to {high:.4f}"


def _settings(draws: Mapping[str, float]) -> str:
    return ", ".join(f"{name.partition('.')[2]} {value:g}" for name, value in draws.items())
