"""The watch: looks at everything again and again, off the path of requests, and tells what changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from app.alerts.action import Actions
from app.alerts.board import FOLDER, Board
from app.alerts.daily import DailyFigures, statement
from app.alerts.drift import drift_findings
from app.alerts.facts import Facts, Share
from app.alerts.finding import Finding, Standing, State
from app.alerts.row_tally import RowTally
from app.alerts.rules import rule_findings
from app.alerts.settings import AlertName
from app.backup.timetable import backup_problem
from app.clock import Clock
from app.insights.equity.folder import AuditFolder
from app.insights.reading import Insights
from app.serving.policies.policies import Policies
from app.serving.rebuild_outcome import read_outcome
from app.serving.snapshot_swap import SnapshotSwap
from app.settings import Settings
from app.storage.protocols import Stores
from app.webhooks.messages import Tell, untold
from app.webhooks.webhook import Webhook
from indexer.snapshot_files import SnapshotFolder

log = logging.getLogger("penchant.alerts")

_DAY: Final = timedelta(days=1)
_ATTRIBUTION: Final = timedelta(days=7)
"""Answers that are so old may still be reacted to."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What the watch looks at.

    Attributes:
        swap: the snapshot in service.
        policies: to go back to.
        clock: the service's.
        insights: the views on what was served; None where nothing is logged.
        stores: where everything is written to, if that is watched.
        tell: other webhooks, what begins to fire and what is resolved.
    """

    swap: SnapshotSwap
    policies: Policies
    clock: Clock
    insights: Insights | None = None
    stores: Stores | None = None
    tell: Tell = untold

    def storage(self) -> tuple[str, ...]:
        """Why nothing can be written, and what of acknowledged writes was lost."""
        if self.stores is None:
            return ()
        problem = self.stores.problem()
        return (*([problem] if problem else []), *self.stores.losses())


class Watch:
    """Everything about alerts of one service."""

    def __init__(self, settings: Settings, watched: Watched) -> None:
        folder = settings.data_dir / FOLDER
        self._settings = settings
        self._watched = watched
        self.rows = RowTally(folder)
        self.board = Board(settings.data_dir)
        self._figures = DailyFigures(folder)
        self._webhook = Webhook(settings.alerts.webhook, folder)
        self._actions = Actions(settings.alerts, watched.policies, self.board)
        self._read_up_to: date | None = None
        self._sending: asyncio.Task[None] | None = None

    async def forever(self) -> None:
        """Look until cancelled; what fails is told in the log and looked at again."""
        try:
            while True:
                await asyncio.sleep(self._settings.alerts.every_seconds)
                try:
                    await self.look()
                except Exception:
                    log.exception("alerts could not be looked at")
        finally:
            if self._sending is not None:
                self._sending.cancel()

    async def look(self) -> list[Standing]:
        """Look once; the alerts that began to fire or were resolved."""
        now = self._watched.clock.now_datetime()
        findings = await asyncio.to_thread(self._findings, now)
        changed = await asyncio.to_thread(self.board.take, findings, now)
        for standing in self.board.firing():
            await self._actions.act(standing, now)
        for standing in changed:
            self._tell(self.board.standings[standing.name])
        self._send()
        return changed

    def acknowledge(self, name: AlertName, by: str, why: str) -> Standing:
        """Note that an operator has seen an alert."""
        return self.board.acknowledge(name, by, why, self._watched.clock.now_datetime())

    def payload(self) -> dict[str, Any]:
        """Every alert as it stands, those that fire first, and what happened last."""
        standings = sorted(self.board.standings.values(), key=lambda each: each.state is not State.FIRING)
        actions = self._settings.alerts.actions
        return {
            "firing": [each.name for each in self.board.firing()],
            "alerts": [{**each.model_dump(mode="json"), "acts": actions.get(each.name)} for each in standings],
            "recall": self._watched.swap.gauge.payload(),
            "waiting_messages": len(self._webhook.waiting()),
            "given_up_messages": len(self._webhook.given_up()),
            "history": self.board.history(),
        }

    def _findings(self, now: datetime) -> list[Finding]:
        self.rows.save(Clock.machine())
        missed = self._read(now)
        found = [*rule_findings(self._facts(missed), self._settings.alerts)]
        return [*found, *drift_findings(self._figures, now.date(), self._settings.alerts.drift)]

    def _read(self, now: datetime) -> Share | None:
        """Read the days that are over, once a day, and the floors of the last 24 hours."""
        if self._watched.insights is None:
            return None
        today, naive = now.date(), now.astimezone(UTC).replace(tzinfo=None)
        if self._read_up_to != today:
            with self._watched.insights.reading(self._figures.first_open(today) - _ATTRIBUTION, today) as connection:
                self._figures.read(connection, today)
            self._read_up_to = today
        with self._watched.insights.answers(today - _DAY, today) as connection:
            span = {"first": naive - _DAY, "after": naive + _DAY}
            answers, missed = connection.execute(statement("missed_floors"), span).fetchall()[0]
        return Share(missed, answers)

    def _facts(self, missed: Share | None) -> Facts:
        settings, now = self._settings, Clock.machine()
        snapshots = SnapshotFolder(settings.snapshot_folder)
        newest, rejected = snapshots.newest(), self.rows.shares(now)
        activations = self._watched.policies.folder.activations()
        return Facts(
            now=now,
            missed_floors=missed,
            recall=self._watched.swap.gauge.recall(),
            built_at=newest.created_at.timestamp() if newest else None,
            rebuild=read_outcome(settings.snapshot_folder),
            swap_problem=self._watched.swap.problem,
            rejected=rejected[0],
            rejected_before=rejected[1],
            audited_at=AuditFolder(settings.data_dir).last_made(),
            began_at=activations[0].at.timestamp() if activations else None,
            storage=(*self._watched.storage(), *self._backup()),
        )

    def _backup(self) -> Iterator[str]:
        if missing := backup_problem(self._settings.data_dir, self._settings.backup):
            yield missing

    def _tell(self, standing: Standing) -> None:
        level = logging.WARNING if standing.state is State.FIRING else logging.INFO
        said = "fires" if standing.state is State.FIRING else "is resolved"
        log.log(level, "alert %s %s: %s", standing.name, said, standing.message)
        entry = "fired" if standing.state is State.FIRING else "resolved"
        about = standing.model_dump(mode="json")
        self._webhook.put({"entry": entry, **about})
        self._watched.tell("alert.fired" if standing.state is State.FIRING else "alert.resolved", {"alert": about})

    def _send(self) -> None:
        """Send what waits, beside what goes on, one sender at a time."""
        if self._webhook.waiting() and (self._sending is None or self._sending.done()):
            self._sending = asyncio.create_task(self._webhook.send_all())
