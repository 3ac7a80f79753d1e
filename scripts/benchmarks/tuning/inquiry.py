"""An inquiry: what is chosen among which values, by whom, and who confirms the choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.policy.charter.charter import load_charter
from app.serving.build_source import read_written
from app.settings import Settings
from indexer.behaviour import EventTable, Offer
from indexer.sensitive.item_topics import ItemTopics
from indexer.sensitive.permitted_events import permitted_events
from indexer.sensitive.rules import SensitiveRules
from indexer.sensitive.verdicts import Verdicts, load_verdicts
from indexer.snapshot import Snapshot
from indexer.snapshot_files import SnapshotError, SnapshotFolder
from scripts.benchmarks.recall.penchant.configuration import configured
from scripts.benchmarks.tuning.axes import Axes, axes_of, sittings_of
from scripts.benchmarks.tuning.division import Signals, divide
from scripts.benchmarks.tuning.judge import Judge
from scripts.benchmarks.tuning.report import Confirmation
from scripts.benchmarks.tuning.search import Chosen, gain_of


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is chosen, by whom."""

    settings: Settings
    axes: Axes
    judge: Judge
    choosers: NDArray[np.int64]
    """Positions among the people asked, ascending; all others confirm."""
    remarks: tuple[str, ...]
    """What is not chosen because the log's times do not tell it."""
    _known: dict[tuple[float, ...], NDArray[np.float64]]

    @property
    def start(self) -> Chosen:
        """What holds before anything is chosen."""
        return {name: values[0] for name, values in self.axes.items()}

    def worth(self, chosen: Chosen) -> NDArray[np.float64]:
        """float64 [people]: what some settings are worth to each."""
        key = tuple(chosen.values())
        if key not in self._known:
            self._known[key] = self.judge(configured(self.settings, chosen))
        return self._known[key]

    def choosing(self, chosen: Chosen) -> NDArray[np.float64]:
        """The same of those who choose."""
        return self.worth(chosen)[self.choosers]

    def confirm(self, chosen: Chosen) -> Confirmation:
        """What the others say of a choice."""
        default, other = (np.delete(self.worth(each), self.choosers) for each in (self.start, chosen))
        return Confirmation(len(other), float(default.mean()), float(other.mean()), *gain_of(other, default))


def inquire(settings: Settings, people: int, seed: int) -> Inquiry:
    """The published snapshot's items and the log's events, divided among those who choose and those who confirm.

    Raises:
        SnapshotError: nothing is published.
        ServiceUnreachableError: the database is in use and nobody answers for it.
        TooFewEventsError: hardly anybody has enough events.
    """
    folder = SnapshotFolder(settings.snapshot_folder)
    current = folder.current_id()
    if current is None:
        raise SnapshotError(f"there is no snapshot in {folder.folder}: run penchant rebuild-index first")
    snapshot = folder.open(current, settings.index.ann)
    rules = load_charter(settings.charter, settings.index.sensitive.taxonomy).rules()
    events = _permitted(read_written(settings).events, snapshot, rules, load_verdicts(settings.verdicts_file))
    log, random = Signals.of(events, snapshot.items.ids), np.random.default_rng(seed)
    division = divide(log, people, random)
    offer = Offer(snapshot.vectors.content.astype(np.float32), snapshot.items.published_at.astype(np.float64))
    choosers = np.sort(random.permutation(len(division.asked))[: len(division.asked) // 2])
    axes = axes_of(settings, len(offer.content), log)
    remarks = tuple(sittings_of(log, len(offer.content)).remarks())
    return Inquiry(settings, axes, Judge(division, offer, snapshot.space.encoder), choosers, remarks, {})


def _permitted(events: EventTable, snapshot: Snapshot, rules: SensitiveRules, verdicts: Verdicts) -> EventTable:
    """What the index may be learned from, as in the build."""
    names, items = snapshot.vocabulary.sensitive_topics, snapshot.items
    topics = (
        ItemTopics(*(tuple(names[code] for code in column[row]) for column in (items.sensitive, items.suspected)))
        for row in range(len(items.ids.ids))
    )
    acting = [verdicts[items.ids.ids[row]].of(each.acting(rules)) for row, each in enumerate(topics)]
    return permitted_events(events, items.ids, acting, rules).weighed(items, snapshot.vocabulary.formats)
