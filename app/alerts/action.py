"""What an alert may do: back to the last good policy. Off unless the settings say so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from app.alerts.board import Board
from app.alerts.finding import ActionRecord, Standing
from app.alerts.settings import AlertSettings
from app.errors import PenchantError
from app.serving.policies.policies import Policies

log = logging.getLogger("penchant.alerts")

BY: Final = "alert"
LAST_GOOD: Final = "last_good_policy"


class Actions:
    """Does what the settings say, at most once a time that an alert fires, and not within the cool-down."""

    def __init__(self, settings: AlertSettings, policies: Policies, board: Board) -> None:
        self._settings = settings
        self._policies = policies
        self._board = board

    async def act(self, standing: Standing, now: datetime) -> ActionRecord | None:
        """Act on an alert that fires; None where nothing is to be done. What was done, or why not, is kept."""
        if self._settings.actions.get(standing.name) != LAST_GOOD or standing.action is not None:
            return None
        record = await self._go_back(standing, now)
        self._board.acted(standing.name, record)
        log.warning("alert %s: %s", standing.name, record.detail)
        return record

    async def _go_back(self, standing: Standing, now: datetime) -> ActionRecord:
        last, cooldown = self._board.last_action(), timedelta(hours=self._settings.cooldown_hours)
        if last is not None and now - last < cooldown:
            return self._not_done(now, f"nothing was done: an alert acted at {last.isoformat()}, within the cool-down")
        bad, good_for = self._board.times_firing(standing.name), timedelta(hours=self._settings.good_hours)
        good = await asyncio.to_thread(last_good_policy, self._policies, bad, standing.began or now, good_for)
        if good is None:
            return self._not_done(now, "nothing was done: there is no other policy that was good for long enough")
        try:
            change = await self._policies.activate(good, BY, f"{standing.name}: {standing.message}")
        except PenchantError as error:
            return self._not_done(now, f"nothing was done: {error.detail}")
        before, after = change.before.policy_id, change.after.policy_id
        detail = f"went back from policy {before} to {after}"
        return ActionRecord(action=LAST_GOOD, at=now, done=True, detail=detail, policy_before=before, policy=after)

    @staticmethod
    def _not_done(now: datetime, detail: str) -> ActionRecord:
        return ActionRecord(action=LAST_GOOD, at=now, done=False, detail=detail)


def last_good_policy(
    policies: Policies, bad: Sequence[tuple[datetime, datetime | None]], began: datetime, least: timedelta
) -> str | None:
    """Id of the policy, other than the present one, that was last in force for long enough before all went wrong.

    Args:
        policies: all of them.
        bad: (from, until) of every time that the alert fired: what was in force then was not good.
        began: when what it fires for now began.
        least: how long is long enough.
    """
    entered = policies.folder.activations()
    ends = [min(each.at, began) for each in entered[1:]] + [began]
    present, available = policies.in_force(), {policy.policy_id for policy in policies.available()}
    for activation, end in reversed(list(zip(entered, ends, strict=True))):
        if activation.policy_id == present.policy_id or activation.policy_id not in available:
            continue
        quiet = not any(start < end and (until is None or until > activation.at) for start, until in bad)
        if quiet and end - activation.at >= least:
            return activation.policy_id
    return None
