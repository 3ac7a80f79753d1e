"""What operators do with policies and snapshots: list them, make a policy, and put one in force.

Reads and writes files: its coroutines do so in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from app.errors import InvalidPayloadError, PolicyRefusedError, SnapshotMissingError, SnapshotNotFoundError
from app.serving.policies.folder import Activation, PolicyFolder
from app.serving.policies.policy import OF_THE_CONFIGURATION, Policy, differences, merged, values_of
from app.serving.snapshot_swap import NOTHING_YET, SnapshotSwap
from app.storage.protocols import SnapshotHistory
from indexer.problems import FieldProblem, problems_of
from indexer.snapshot_files import SnapshotError, SnapshotFolder


@dataclass(frozen=True, slots=True)
class Change:
    """What putting a policy in force changed.

    Attributes:
        before: what was in force.
        after: what is.
        at: since when.
    """

    before: Policy
    after: Policy
    at: datetime

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "policy": self.after.policy_id,
            "policy_before": self.before.policy_id,
            "snapshot": self.after.snapshot,
            "snapshot_before": self.before.snapshot,
            "changes": differences(self.before.values, self.after.values),
            "changed": self.before.policy_id != self.after.policy_id,
            "at": self.at.isoformat(),
        }


class Policies:
    """All policies and snapshots of one service."""

    def __init__(self, swap: SnapshotSwap, snapshots: SnapshotFolder, history: SnapshotHistory) -> None:
        self._swap = swap
        self._snapshots = snapshots
        self._history = history

    @property
    def folder(self) -> PolicyFolder:
        """Policies as files."""
        return self._swap.succession.folder

    def in_force(self) -> Policy:
        """The policy by which people are answered.

        Raises:
            SnapshotMissingError: nothing is in service yet.
        """
        return self.folder.get(self._swap.current.environment.policy)

    def available(self) -> list[Policy]:
        """The policies whose snapshot is on disk, oldest first."""
        ids = set(self._snapshots.ids())
        return [policy for policy in self.folder.all() if policy.snapshot in ids]

    async def activate(self, policy_id: str, by: str, why: str) -> Change:
        """Put a policy in force; every request meanwhile is answered, by the one or by the other.

        Raises:
            PolicyNotFoundError: there is no such policy.
            PolicyRefusedError: its snapshot is gone or damaged, or its settings are not those of this version.
        """
        policy = await asyncio.to_thread(self.folder.get, policy_id)
        return await self._activate(policy, by, why)

    async def activate_snapshot(self, snapshot: str, by: str, why: str) -> Change:
        """Put a snapshot in service, with the weights and floors that are in force.

        Raises:
            SnapshotNotFoundError: there is no such snapshot.
            PolicyRefusedError: it is damaged, or of another encoder.
        """
        if snapshot not in await asyncio.to_thread(self._snapshots.ids):
            raise SnapshotNotFoundError(snapshot)
        policy = (await asyncio.to_thread(self._before)).on(snapshot, datetime.now(UTC))
        return await self._activate(await asyncio.to_thread(self.folder.keep, policy), by, why)

    async def _activate(self, policy: Policy, by: str, why: str) -> Change:
        before = await asyncio.to_thread(self._before)
        try:
            await self._swap.activate(policy, by, why)
        except SnapshotError as error:
            raise PolicyRefusedError(f"{error}; policy {before.policy_id} stays in force.") from error
        except ValidationError as error:
            said = "; ".join(str(each) for each in problems_of(error.errors()))
            raise PolicyRefusedError(f"This version of Penchant does not take its settings: {said}.") from error
        return Change(before, policy, datetime.now(UTC))

    def _before(self) -> Policy:
        if self._swap.current_or_none is None:
            raise SnapshotMissingError(NOTHING_YET)
        return self.in_force()

    async def add(self, overrides: Mapping[str, Any], snapshot: str | None, by: str, why: str) -> Policy:
        """Make a policy of the one in force with other values in some places; it is not put in force.

        Args:
            overrides: settings of `query`, nested as in the configuration.
            snapshot: on which it rests; None: the one in service.
            by: who makes it.
            why: for what.

        Raises:
            InvalidPayloadError: a setting is unknown or impossible, or belongs to the configuration.
            SnapshotNotFoundError: there is no such snapshot.
        """
        return await asyncio.to_thread(self._add, overrides, snapshot, (by, why))

    def _add(self, overrides: Mapping[str, Any], snapshot: str | None, about: tuple[str, str]) -> Policy:
        if snapshot is not None and snapshot not in self._snapshots.ids():
            raise SnapshotNotFoundError(snapshot)
        return self.folder.keep(self.draft(overrides, snapshot, about).model_copy(update={"kept": True}))

    def draft(
        self, overrides: Mapping[str, Any], snapshot: str | None = None, about: tuple[str, str] = ("", "")
    ) -> Policy:
        """The policy in force with other values in some places, written down nowhere.

        Args:
            overrides: settings of `query`, nested as in the configuration.
            snapshot: on which it rests; None: the one in service.
            about: by whom it is made, and for what.

        Raises:
            InvalidPayloadError: a setting is unknown or impossible, or belongs to the configuration.
        """
        parent = self._before()
        values, (by, why) = self._checked(merged(parent.values, _own(overrides))), about
        told = {"made_at": datetime.now(UTC), "made_by": by, "why": why, "parent": parent.policy_id}
        return Policy.of(values, snapshot or parent.snapshot, **told)

    def _checked(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values in their normal form."""
        configured = self._swap.succession.configured
        probe = Policy.of(values, "", made_at=datetime.now(UTC), made_by="", why="")
        try:
            return values_of(probe.query(configured))
        except ValidationError as error:
            found = problems_of(error.errors(include_url=False))
            raise InvalidPayloadError(
                [FieldProblem(f"overrides.{each.field}", each.message) for each in found]
            ) from error

    async def release(self, policy_id: str) -> None:
        """Keep no snapshot for a policy any longer; its file stays, since answers name it.

        Raises:
            PolicyNotFoundError: there is no such policy.
            PolicyRefusedError: it is in force.
        """
        if self._swap.current_or_none is not None and policy_id == self._swap.current.environment.policy:
            raise PolicyRefusedError("It is in force: put another in force first.")
        await asyncio.to_thread(self.folder.release, policy_id)

    def listed(self) -> dict[str, Any]:
        """Every policy, newest first, with when and why it was put in force."""
        generation, entered = self._swap.current_or_none, self.folder.activations()
        in_force = generation.environment.policy if generation else None
        policies, ids = {each.policy_id: each for each in self.folder.all()}, set(self._snapshots.ids())
        told = [
            {
                **policy.model_dump(mode="json", exclude={"values"}),
                "in_force": policy.policy_id == in_force,
                "available": policy.snapshot in ids,
                "changes": _since_parent(policy, policies),
                "activations": [_entered(each) for each in entered if each.policy_id == policy.policy_id],
                "settings": policy.values,
            }
            for policy in reversed(policies.values())
        ]
        return {"in_force": in_force, "policies": told}

    def snapshots(self) -> dict[str, Any]:
        """Every snapshot on disk, newest first, with what it is needed for and what became of it."""
        generation, needs, history = self._swap.current_or_none, self.folder.needs(), self._history.all()
        serving = generation.catalogue.snapshot.snapshot_id if generation else None
        of_policies = [(policy.snapshot, policy.policy_id) for policy in self.folder.all()]
        manifests = [*self._snapshots.manifests()]
        told = [
            {
                "snapshot": each.snapshot_id,
                "created_at": each.created_at.isoformat(),
                "in_service": each.snapshot_id == serving,
                "items": each.items,
                "vectors": each.method,
                "recall_at_10": each.recall_at_10,
                "space_id": each.space_id,
                "bytes": sum(file.bytes for file in each.files.values()),
                "policies": [policy for snapshot, policy in of_policies if snapshot == each.snapshot_id],
                "needed": needs.get(each.snapshot_id, []),
                "activated_at": [
                    datetime.fromtimestamp(entry.at, UTC).isoformat()
                    for entry in history
                    if entry.snapshot_id == each.snapshot_id and entry.event == "activated"
                ],
            }
            for each in sorted(manifests, key=lambda each: each.created_at, reverse=True)
        ]
        return {"in_service": serving, "snapshots": told}


def _own(overrides: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, if none of it is the configuration's.

    Raises:
        InvalidPayloadError: some is.
    """
    foreign = sorted(OF_THE_CONFIGURATION & overrides.keys())
    if foreign:
        message = "is no part of a policy: set it in the configuration"
        raise InvalidPayloadError([FieldProblem(f"overrides.{name}", message) for name in foreign])
    return overrides


def _since_parent(policy: Policy, policies: Mapping[str, Policy]) -> dict[str, dict[str, Any]]:
    parent = policies.get(policy.parent or "")
    return differences(parent.values, policy.values) if parent else {}


def _entered(activation: Activation) -> dict[str, Any]:
    return activation.model_dump(mode="json", include={"at", "by", "why"})
