"""The policy that an operator put in force, obeyed by all processes on one database."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from app.serving.policies.policy import Policy
from app.serving.snapshot_swap import SnapshotSwap
from app.storage.protocols import SharedState
from models.config import Config

_NAME: Final = "policy"

log = logging.getLogger(__name__)


class _Chosen(Config):
    policy: Policy
    by: str
    why: str
    configured: str
    """Digest of what the configuration said then: a choice holds until that changes."""


class SharedPolicy:
    """Tells the others what was put in force here, and takes over what they did.

    Args:
        shared: where it is kept.
        snapshot_swap: by which it is obeyed here.
    """

    def __init__(self, shared: SharedState, snapshot_swap: SnapshotSwap) -> None:
        self._shared, self._snapshot_swap = shared, snapshot_swap
        self._version = 0

    async def tell(self, policy: Policy, by: str, why: str) -> None:
        """Have the others obey it from their next answers on."""
        chosen = _Chosen(policy=policy, by=by, why=why, configured=self._snapshot_swap.succession.said)
        self._version = await self._shared.put(_NAME, chosen.model_dump_json().encode()) or 0

    async def heed(self) -> None:
        """Obey what was put in force through another process.

        One on another snapshot holds as soon as that is taken up, as the published one is by everybody.
        """
        document = await asyncio.to_thread(self._shared.get, _NAME)
        generation = self._snapshot_swap.current_or_none
        if document is None or document.version == self._version or generation is None:
            return
        self._version, chosen = document.version, _Chosen.model_validate_json(document.content)
        succession, policy = self._snapshot_swap.succession, chosen.policy
        if chosen.configured != succession.said or policy.policy_id == generation.environment.policy:
            return
        await asyncio.to_thread(succession.folder.keep, policy)
        if policy.snapshot == generation.catalogue.snapshot.snapshot_id:
            await self._snapshot_swap.obey(policy)
        await asyncio.to_thread(succession.enter, policy, chosen.by, chosen.why)
        log.info("policy of another process", extra={"fields": {"policy": policy.policy_id}})
