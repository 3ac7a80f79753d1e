"""What the endpoints of the administrator's switch call, and what answers ask of it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from app.clock import Clock
from app.errors import InvalidPayloadError
from app.policy.personalization_switch import PersonalizationSwitch, Switching, SwitchScope, Target
from app.serving.recommender import Recommender
from app.serving.snapshot_swap import SnapshotSwap
from indexer.problems import FieldProblem


class AdministratorsSwitch:
    """Switches personalisation off and on, and lets no answer that was begun otherwise be continued.

    Args:
        switch: what is off.
        recommender: asks it for every answer.
        snapshot_swap: knows the people.
        clock: says when something was switched.
        names: attributes of people that the charter declares, and scenarios that settings declare; without scenarios
            any name is one.
    """

    def __init__(
        self,
        switch: PersonalizationSwitch,
        recommender: Recommender,
        snapshot_swap: SnapshotSwap,
        clock: Clock,
        names: tuple[Collection[str], Collection[str]],
    ) -> None:
        self._switch, self._recommender = switch, recommender
        self._snapshot_swap, self._clock = snapshot_swap, clock
        self._attributes, self._scenarios = names
        self._turn = asyncio.Lock()
        recommender.switched_off = self.off

    @property
    def count(self) -> int:
        """How many switches are off."""
        return len(self._switch.in_force)

    @property
    def ruling(self) -> int:
        """How often anything was switched."""
        return len(self._switch.record)

    def payload(self) -> dict[str, Any]:
        """What is off, and everything that was ever switched, oldest first."""
        told = [each.told() for each in self._switch.in_force]
        return {"switched_off": told, "record": [each.told() for each in self._switch.record]}

    def in_force(self) -> list[dict[str, Any]]:
        """What is off, as anyone may know it."""
        return [each.target.told() | {"since": each.at, "why": each.why} for each in self._switch.in_force]

    async def set(self, target: Target, key_id: str, why: str, *, enabled: bool) -> dict[str, Any]:
        """Switch personalisation on or off, durably and from the next answer on; what then holds.

        Raises:
            InvalidPayloadError: the charter declares no such attribute, or settings no such scenario.
        """
        if not enabled:
            self._check(target)
        async with self._turn:
            at = self._clock.now_datetime().isoformat()
            if enabled != (target not in {each.target for each in self._switch.in_force}):
                await asyncio.to_thread(self._switch.switch, Switching(target, enabled, at, key_id, why))
                self._recommender.outdate_all()
        return self.payload()

    async def reload(self) -> None:
        """Follow what was switched through other processes on the same database."""
        if await asyncio.to_thread(self._switch.reload):
            self._recommender.outdate_all()

    def off(self, user_id: str, scenario: str) -> SwitchScope | None:
        """By what an answer to a person is not to be personalised; None where it may be."""
        if not self._switch:
            return None
        person = self._snapshot_swap.current.people.get(user_id) if user_id else None
        return self._switch.off(scenario, person.explicit.attributes if person and person.explicit else None)

    def _check(self, target: Target) -> None:
        if target.segment is not None and target.segment not in self._attributes:
            declared = ", ".join(self._attributes) or "none"
            message = f"must be an attribute of people that the charter declares: {declared}"
            raise InvalidPayloadError([FieldProblem("segment", message)])
        if target.scenario is not None and self._scenarios and target.scenario not in self._scenarios:
            raise InvalidPayloadError(
                [FieldProblem("scenario", f"must be one of {', '.join(sorted(self._scenarios))}")]
            )
