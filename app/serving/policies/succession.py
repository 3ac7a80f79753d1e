"""Succession: which policy holds when a snapshot is taken up, and the record of it.

Weights and floors stay as they are from one snapshot to the next, and over a restart. They come from the configuration,
until a policy with others is put in force; that one holds until it is the configuration that changes.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from pydantic import ValidationError

from app.errors import PolicyNotFoundError
from app.pipeline.settings import QuerySettings
from app.serving.policies.folder import Activation, PolicyFolder
from app.serving.policies.policy import OF_THE_CONFIGURATION, Policy, digest, values_of

log = logging.getLogger(__name__)

CONFIGURATION, SNAPSHOT = "configuration", "snapshot"
"""By whom a policy is put in force where no operator does."""


class Succession:
    """Decides who follows.

    Args:
        folder: all policies.
        configured: what the configuration says.
    """

    def __init__(self, folder: PolicyFolder, configured: QuerySettings) -> None:
        self.folder = folder
        self.configured = configured
        self._values = values_of(configured)
        changed = configured.model_dump(mode="json", exclude=set(OF_THE_CONFIGURATION), exclude_defaults=True)
        self.said = digest(changed)  # so that defaults of a later version are no change of the configuration

    def next(self, snapshot: str) -> Policy:
        """The policy that follows when a snapshot is taken up; written down when it returns."""
        last = next(reversed(self.folder.activations()), None)
        if last is not None and last.chosen and (chosen := self._chosen(last)) is not None:
            return self.folder.keep(chosen.on(snapshot, datetime.now(UTC)))
        before = self._known(last.policy_id) if last else None
        changed = before is None or before.values != self._values
        why = "as configured" if changed else f"snapshot {snapshot} was put in service"
        return self.folder.keep(
            Policy.of(
                self._values,
                snapshot,
                made_at=datetime.now(UTC),
                made_by=CONFIGURATION if changed else SNAPSHOT,
                why=why,
                parent=before.policy_id if before else None,
            )
        )

    def enter(self, policy: Policy, by: str, why: str) -> None:
        """Note that a policy is in force, unless that is known."""
        last = next(reversed(self.folder.activations()), None)
        chosen = policy.values != self._values
        now = Activation(
            at=datetime.now(UTC), policy_id=policy.policy_id, by=by, why=why, chosen=chosen, configured=self.said
        )
        if last is None or (last.policy_id, last.chosen, last.configured) != (now.policy_id, chosen, self.said):
            self.folder.record(now)
            log.info("policy in force", extra={"fields": {"policy": policy.policy_id, "snapshot": policy.snapshot}})

    def _chosen(self, last: Activation) -> Policy | None:
        """What was chosen against the configuration, if it still holds."""
        if last.configured != self.said:
            log.warning("the configuration has changed: its weights and floors replace policy %s", last.policy_id)
            return None
        policy = self._known(last.policy_id)
        try:
            if policy is not None:
                policy.query(self.configured)
        except ValidationError as error:
            log.error("policy %s is not of this version, the configuration holds: %s", last.policy_id, error)  # noqa: TRY400
            return None
        return policy

    def _known(self, policy_id: str) -> Policy | None:
        try:
            return self.folder.get(policy_id)
        except PolicyNotFoundError:
            log.error("policy %s was in force and cannot be read", policy_id)  # noqa: TRY400 - the reason is the file
            return None
