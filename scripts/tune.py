"""``penchant tune``: chooses the numbers of item vectors and user embeddings by the operator's own event log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.policy.charter.charter import CharterError
from app.serving.build_source import ServiceUnreachableError
from app.settings import Settings
from indexer.progress import ProgressBar
from indexer.snapshot_files import SnapshotError
from scripts.benchmarks.recall.penchant.configuration import configured
from scripts.benchmarks.tuning.division import TooFewEventsError
from scripts.benchmarks.tuning.inquiry import Inquiry, inquire
from scripts.benchmarks.tuning.report import Confirmation, changes, table
from scripts.benchmarks.tuning.search import Search, search
from scripts.benchmarks.tuning.tuned_file import to_toml, write
from scripts.command_settings import settings_or_exit

_TOLD: Final = (SnapshotError, ServiceUnreachableError, CharterError, TooFewEventsError)


def tune(
    config: Annotated[Path | None, typer.Option(help="TOML file of settings; what it sets is not chosen.")] = None,
    people: Annotated[int, typer.Option(min=100, help="Most people to choose and to confirm by.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw of people, and of who confirms.")] = 0,
) -> None:
    """Choose settings by what the people of the event log took up next, for rebuild-index and serve to read.

    Half of the people choose, the other half confirm. The published snapshot's items are used, and the events of the
    running service, or of the database of a stopped one.
    """
    settings = settings_or_exit("tune", config, tuned=False)
    try:
        inquiry = inquire(settings, people, seed)
        with ProgressBar("tuning", "trial") as progress:
            found = search(inquiry.axes, inquiry.choosing, progress)
            confirmation = inquiry.confirm(found.chosen)
    except _TOLD as error:
        typer.echo(f"tune: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(table(inquiry.start, float(inquiry.choosing(inquiry.start).mean()), len(inquiry.choosers), found))
    typer.echo("\n".join(["", *inquiry.remarks, str(confirmation)]))
    typer.echo(_conclude(settings.tuned_file, inquiry, found, confirmation))


def _conclude(file: Path, inquiry: Inquiry, found: Search, confirmation: Confirmation) -> str:
    """Write the file, unless the choice does not hold for those who confirm; take it away where there is none."""
    if confirmation.gain < 0:
        return f"the choice does not hold for others: {file} is left as it is"
    chosen = {name: found.chosen[name] for name in changes(inquiry.start, found.chosen)}
    if not chosen:
        file.unlink(missing_ok=True)
        return f"there is nothing to write, and {file} is not needed"
    settings = configured(inquiry.settings, chosen)
    remarks = (
        f"Written by penchant tune on {datetime.now(UTC):%Y-%m-%d}. {confirmation}.",
        "The environment and the settings' file overrule it; without it, the defaults hold.",
    )
    write(file, to_toml({name: _of_its_type(settings, name) for name in chosen}, remarks))
    return f"{file} is written: rebuild the index and restart the service, and both read it"


def _of_its_type(settings: Settings, name: str) -> float:
    """The value under a dotted name, an int where the setting is one."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    number: float = value
    return number
