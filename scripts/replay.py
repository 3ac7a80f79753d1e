"""``penchant replay``: sends an events file, and a users file if given, to a running service, in order of the file."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated

import httpx
import typer

from app.imports.kinds import Kind
from app.imports.opening import Import, rows_of
from app.imports.reasons import Reasons
from app.storage.service_address import service_address
from indexer.documents import EventDocument, UserDocument
from indexer.intake import rows_account
from indexer.progress import ProgressBar
from indexer.readers import InputFileError
from indexer.rejects import SAMPLES, Rejects
from indexer.validation import read_documents
from penchant_client import Client, ProblemError, calls
from penchant_client.models import EventRow
from scripts.command_settings import client_of, settings_or_exit
from scripts.import_options import From, Mapping, said_of

ROWS = 2_000
"""Events in one request."""
ADDRESS = "http://127.0.0.1:8000"
"""Where a service listens by default."""
AT_ONCE = 8
"""Users whose profiles are sent at a time."""
TAKEN = ("accepted", "awaiting_item", "duplicate")
"""What became of an event that is in the log."""


def replay(
    events: Annotated[Path, typer.Option(help="Events file, of any form that `import` reads, in order of time.")],
    users: Annotated[Path | None, typer.Option(help="Users file, sent first.")] = None,
    url: Annotated[
        str | None, typer.Option(help="Address of the service; without it, of the one that runs on the data folder.")
    ] = None,
    source: From = None,
    mapping: Mapping = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Send an events file, and a users file if given, to a running service, in order of the file.

    Events that the service has already are counted as duplicates, so that a replay may be repeated or continued; those
    on items that the catalogue does not have wait until the item comes, if the service is set to keep them. The
    last line counts what was not taken, by reason; where that is everything, or more than the setting
    `intake.max_rejected_share`, the status is 1.

    To a service with keys `PENCHANT_API_KEY` is shown: with the scope events, or for a users file an operator's.
    """
    settings, reasons = settings_or_exit("replay", config), Reasons()
    address = url or service_address(settings.data_dir) or ADDRESS
    with client_of(settings, address) as client:
        try:
            people, rows = (
                path and rows_of(path, kind, said_of(kind, mapping or settings.mapping, (), (), source=source))
                for path, kind in ((users, Kind.USERS), (events, Kind.EVENTS))
            )
            rejected = send_users(client, people) if people is not None else None
            counts = send_events(client, rows or events, reasons)
        except httpx.ConnectError as error:
            typer.echo(f"replay: no service answers at {address} ({error}): start it, or name it by --url", err=True)
            raise typer.Exit(1) from error
        except (InputFileError, httpx.HTTPError, ProblemError) as error:
            typer.echo(f"replay: {error}", err=True)
            raise typer.Exit(1) from error
    if rejected is not None and rejected.count:
        typer.echo(f"users: {rows_account(rejected)}")
    typer.echo(reasons.account(counts))
    lost, most = counts.total() - sum(counts[status] for status in TAKEN), settings.intake.max_rejected_share
    if lost == counts.total() or lost > most * counts.total() or (rejected and rejected.refused > most * rejected.rows):
        raise typer.Exit(1)


def send_users(client: Client, path: Path | Import) -> Rejects:
    """Set the explicit profile of every user of a file, several at a time, since the service writes them together."""
    with Rejects() as rejects, ProgressBar("users", "user") as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        documents = list(read_documents(path, UserDocument, rejects))
        for done, _ in enumerate(pool.map(partial(_send_user, client), documents), start=1):
            progress(done, len(documents))
    _report(rejects, path)
    return rejects


def _send_user(client: Client, user: UserDocument) -> None:
    client.send(calls.state(user.user_id, user.model_dump(mode="json", exclude={"user_id"}, exclude_unset=True)))


def send_events(client: Client, path: Path | Import, reasons: Reasons | None = None) -> Counter[str]:
    """Send every event of a file; how many were accepted, duplicates, in conflict, ignored and rejected.

    What is wrong with refused ones is printed, be it found here or by the service; `reasons` counts it.
    """
    counts: Counter[str] = Counter()
    refused: list[str] = []
    reasons = reasons or Reasons()
    with Rejects() as rejects, ProgressBar("events", "event") as progress:
        documents = list(read_documents(path, EventDocument, rejects))
        for start in range(0, len(documents), ROWS):
            results = client.send(calls.send_events(documents[start : start + ROWS])).results
            counts.update(result.status for result in results)
            for result in results:
                reasons.note(result)
            refused += [_refusal(result) for result in results if result.status in {"rejected", "conflict"}]
            progress(counts.total(), len(documents))
    _report(rejects, path)
    if refused:
        typer.echo("\n".join([f"{len(refused)} were refused by the service:", *refused[:SAMPLES]]), err=True)
    counts.update({"rejected": rejects.count} if rejects.count else {})
    reasons.note_rejects(rejects)
    return counts


def _refusal(result: EventRow) -> str:
    problems = "; ".join(f"{each.field} {each.message}" for each in result.errors or ())
    return f"event {result.event_id}: {problems}"


def _report(rejects: Rejects, path: Path | Import) -> None:
    if rejects.count:
        name = path if isinstance(path, Path) else path.file.path
        typer.echo(f"{rejects.count} rows of {name} were rejected:", err=True)
        typer.echo("\n".join(str(each) for each in rejects.samples), err=True)
