"""``penchant tune``: chooses the numbers of item vectors and user embeddings by the operator's own event log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from numpy.typing import NDArray

from app.policy.charter.charter import CharterError, load_charter
from app.serving.build_source import ServiceUnreachableError, read_written
from app.settings import Settings
from indexer.behaviour import EventTable, Offer
from indexer.progress import ProgressBar
from indexer.sensitive.permitted_events import permitted_events
from indexer.sensitive.rules import SensitiveRules
from indexer.snapshot import Snapshot
from indexer.snapshot_files import SnapshotError, SnapshotFolder
from scripts.benchmarks.recall.penchant.configuration import configured
from scripts.benchmarks.tuning.axes import Axes, axes_of
from scripts.benchmarks.tuning.division import Signals, TooFewEventsError, divide
from scripts.benchmarks.tuning.judge import Judge
from scripts.benchmarks.tuning.report import Confirmation, changes, table
from scripts.benchmarks.tuning.search import Chosen, Search, gain_of, search
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
        inquiry = _inquire(settings, people, seed)
        with ProgressBar("tuning", "trial") as progress:
            found = search(inquiry.axes, inquiry.choosing, progress)
            confirmation = inquiry.confirm(found.chosen)
    except _TOLD as error:
        typer.echo(f"tune: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(table(inquiry.start, float(inquiry.choosing(inquiry.start).mean()), len(inquiry.choosers), found))
    typer.echo(f"\n{confirmation}")
    typer.echo(_conclude(settings.tuned_file, inquiry, found, confirmation))


@dataclass(frozen=True, slots=True)
class _Inquiry:
    """What is chosen, by whom."""

    settings: Settings
    axes: Axes
    judge: Judge
    choosers: NDArray[np.int64]
    """Positions among the people asked, ascending; all others confirm."""
    _known: dict[tuple[float, ...], NDArray[np.float64]]

    @property
    def start(self) -> Chosen:
        return {name: values[0] for name, values in self.axes.items()}

    def worth(self, chosen: Chosen) -> NDArray[np.float64]:
        key = tuple(chosen.values())
        if key not in self._known:
            self._known[key] = self.judge(configured(self.settings, chosen))
        return self._known[key]

    def choosing(self, chosen: Chosen) -> NDArray[np.float64]:
        return self.worth(chosen)[self.choosers]

    def confirm(self, chosen: Chosen) -> Confirmation:
        default, other = (np.delete(self.worth(each), self.choosers) for each in (self.start, chosen))
        return Confirmation(len(other), float(default.mean()), float(other.mean()), *gain_of(other, default))


def _inquire(settings: Settings, people: int, seed: int) -> _Inquiry:
    folder = SnapshotFolder(settings.snapshot_folder)
    current = folder.current_id()
    if current is None:
        raise SnapshotError(f"there is no snapshot in {folder.folder}: run penchant rebuild-index first")
    snapshot = folder.open(current, settings.index.ann)
    events = _permitted(read_written(settings).events, snapshot, load_charter(settings.charter).rules())
    log, random = Signals.of(events, snapshot.items.ids), np.random.default_rng(seed)
    division = divide(log, people, random)
    offer = Offer(snapshot.vectors.content, snapshot.items.published_at.astype(np.float64))
    choosers = np.sort(random.permutation(len(division.asked))[: len(division.asked) // 2])
    axes = axes_of(settings, len(offer.content), log)
    return _Inquiry(settings, axes, Judge(division, offer, snapshot.space.encoder), choosers, {})


def _permitted(events: EventTable, snapshot: Snapshot, rules: SensitiveRules) -> EventTable:
    """What the index may be learned from, as in the build."""
    names, items = snapshot.vocabulary.sensitive_topics, snapshot.items
    touched = [[names[code] for code in items.sensitive[row]] for row in range(len(items.ids.ids))]
    return permitted_events(events, items.ids, touched, rules)


def _conclude(file: Path, inquiry: _Inquiry, found: Search, confirmation: Confirmation) -> str:
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
