"""``penchant equity-audit``: how a quarter served each group of people, as one page and one JSON file."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import orjson
import typer

from app.clock import Clock
from app.errors import PenchantError
from app.insights.equity.folder import FOLDER, written
from app.insights.equity.page import audit_page
from app.insights.equity.quarter import Quarter
from app.main import running
from app.policy.charter.charter import CharterError, load_charter
from app.settings import Settings
from app.storage.errors import StorageError
from app.storage.service_address import service_address
from scripts.command_settings import settings_or_exit

TIMEOUT_SECONDS: Final = 3_600.0


def equity_audit(
    quarter: Annotated[str | None, typer.Option(help="Such as 2026Q4; without it, the last that is over.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for a copy of both files.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Audit how a quarter served each group of people, and how it treated who provides the items.

    Groups are told apart by the attributes under the charter's [segments], and judged by the thresholds under its
    [equity]. A running service is asked to make the audit; of a stopped one, the folder is read. Both keep it.
    """
    settings = settings_or_exit("equity-audit", config)
    try:
        wanted = Quarter.parse(quarter) if quarter else _last_over(settings)
        report = _asked(settings, wanted) or asyncio.run(_made(settings, wanted))
        name = load_charter(settings.charter, settings.index.sensitive.taxonomy).name
    except (ValueError, PenchantError, CharterError, StorageError) as error:
        typer.echo(f"equity-audit: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo("\n".join(_summary(report)))
    for folder in filter(None, (settings.data_dir / FOLDER, out)):
        if folder == out:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{report['audit_id']}.json").write_bytes(written(report))
            (folder / f"{report['audit_id']}.html").write_text(audit_page(report, name), encoding="utf-8")
        typer.echo(f"{folder / report['audit_id']}.html and .json")


def _last_over(settings: Settings) -> Quarter:
    now = Quarter.of(datetime.fromtimestamp(Clock(settings.as_of).now(), UTC))
    return Quarter(now.year - (now.number == 1), (now.number + 2) % 4 + 1)


def _asked(settings: Settings, quarter: Quarter) -> dict[str, Any] | None:
    """The audit by the service on the folder; None where none answers.

    Raises:
        ValueError: it refuses.
    """
    address = service_address(settings.data_dir)
    if address is None:
        return None
    headers = {"X-API-Key": settings.api_key.get_secret_value()} if settings.api_key else {}
    typer.echo(f"the service at {address} makes the audit of {quarter}", err=True)
    try:
        with httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS, trust_env=False, headers=headers) as client:
            answer = client.post("/admin/audits", json={"quarter": str(quarter)})
    except httpx.ConnectError:
        return None
    if answer.is_success:
        report: dict[str, Any] = orjson.loads(answer.content)
        return report
    raise ValueError(f"the service at {address} answers: {_refusal(answer)}")


def _refusal(answer: httpx.Response) -> str:
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return "this wants an operator's key: set PENCHANT_API_KEY"
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError):
        return f"status {answer.status_code}"


async def _made(settings: Settings, quarter: Quarter) -> dict[str, Any]:
    async with running(settings, settings.index.open_encoder()) as service:
        return await service.audits.make(quarter)


def _summary(report: dict[str, Any]) -> list[str]:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report["verdicts"].items())
    lines = [f"{report['audit_id']}: {counts}", *map(_experiment_line, report["experiments"])]
    for attribute in report["attributes"]:
        sizes = ", ".join(f"{each['group']}: {each['people']:,}" for each in attribute["groups"])
        hidden = attribute["suppressed_groups"]
        remark = f"; {hidden} smaller groups are not told of" if hidden else ""
        lines.append(f"by {attribute['attribute']}: {sizes or 'no group is large enough'}{remark}")
        lines += [_measure_line(measure) for measure in attribute["measures"]]
    missed = [f"missed: {each['measure']} of {each['group']}, ratio {each['ratio']}" for each in report["missed"]]
    return lines + missed


def _experiment_line(ran: dict[str, Any]) -> str:
    until = ran["until"][:10] if ran["until"] else "the end of the quarter, or on"
    held_out = f", {ran['held_out']:.0%} held out" if ran["held_out"] else ""
    who = f"{ran['people']:.0%} of people{held_out}"
    return f"experiment {ran['experiment']} ran from {ran['from'][:10]} to {until}: {who}"


def _measure_line(measure: dict[str, Any]) -> str:
    known = [cell for cell in measure["groups"] if cell["people"]]
    if not known:
        return f"  {measure['title']:<26} not known"
    said = "  ".join(f"{cell['group']} {cell['value']:.3f} ({cell['people']:,})" for cell in known)
    return f"  {measure['title']:<26} {said}"
