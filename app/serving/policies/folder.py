"""Policies on disk: one file a policy, never changed, and a log of what was put in force.

    policies/4f1c2a9b7d3e.json      a policy
    policies/activations.ndjson     a line each time that a policy was put in force; the last one holds

They are files, so that a build, which is a process of its own, knows which snapshots are needed.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

import orjson
from pydantic import AwareDatetime, ValidationError

from app.errors import PolicyNotFoundError
from app.serving.policies.policy import Policy
from models.config import Config

FOLDER: Final = "policies"
_LOG: Final = "activations.ndjson"
_OWNER_ONLY: Final = 0o600

log = logging.getLogger(__name__)


class Activation(Config):
    """That a policy was put in force."""

    at: AwareDatetime
    policy_id: str
    by: str
    """As `Policy.made_by`."""
    why: str
    chosen: bool
    """Whether its weights and floors were chosen against the configuration, and hold until that changes."""
    configured: str
    """Digest of what the configuration said then."""


class PolicyFolder:
    """All policies of one service."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._log = self._folder / _LOG

    def keep(self, policy: Policy) -> Policy:
        """Write a policy down; the one that is there, if an equal one is."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(policy.policy_id)
        if path.exists() and (known := self.get(policy.policy_id)).kept >= policy.kept:
            return known
        return self._write(policy)

    def get(self, policy_id: str) -> Policy:
        """One policy.

        Raises:
            PolicyNotFoundError: there is none of this id.
        """
        try:
            return Policy.model_validate_json(self._path(policy_id).read_bytes())
        except (OSError, ValueError) as error:
            raise PolicyNotFoundError(policy_id) from error

    def all(self) -> list[Policy]:
        """Every policy that can be read, oldest first."""
        found = [self._readable(path.stem) for path in self._folder.glob("[!.]*.json")]
        return sorted(filter(None, found), key=lambda policy: (policy.made_at, policy.policy_id))

    def _readable(self, policy_id: str) -> Policy | None:
        try:
            return self.get(policy_id)
        except PolicyNotFoundError as error:
            log.error("the file of policy %s cannot be read: %s", policy_id, error.__cause__)  # noqa: TRY400
            return None

    def release(self, policy_id: str) -> None:
        """Keep no snapshot for a policy any longer.

        Raises:
            PolicyNotFoundError: there is none of this id.
        """
        self._write(self.get(policy_id).model_copy(update={"kept": False}))

    def activations(self) -> list[Activation]:
        """What was put in force, oldest first; a line that a crash cut short does not count."""
        try:
            lines = self._log.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [each for each in map(_activation, lines) if each is not None]

    def record(self, activation: Activation) -> None:
        """Note that a policy is in force; durable when it returns."""
        self._folder.mkdir(parents=True, exist_ok=True)
        cut = self._log.exists() and not self._log.read_bytes().endswith(b"\n")
        line = orjson.dumps(activation.model_dump(mode="json"), option=orjson.OPT_APPEND_NEWLINE)
        descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        try:
            os.write(descriptor, b"\n" + line if cut else line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def needs(self) -> dict[str, list[str]]:
        """Snapshot -> why it is to stay: the policy in force, the one before it, and those that operators made."""
        recent = list(dict.fromkeys(each.policy_id for each in reversed(self.activations())))[:2]
        reasons: dict[str, list[str]] = {}
        for policy in self.all():
            if policy.policy_id in recent:
                place = ("is in force", "was in force before")[recent.index(policy.policy_id)]
                reasons.setdefault(policy.snapshot, []).append(f"policy {policy.policy_id} {place}")
            elif policy.kept:
                reasons.setdefault(policy.snapshot, []).append(f"policy {policy.policy_id} was made by an operator")
        return reasons

    def _write(self, policy: Policy) -> Policy:
        path = self._path(policy.policy_id)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_bytes(orjson.dumps(policy.model_dump(mode="json"), option=orjson.OPT_INDENT_2))
        _sync(beside)
        beside.replace(path)
        _sync(self._folder)
        return policy

    def _path(self, policy_id: str) -> Path:
        if not policy_id.isalnum():
            raise PolicyNotFoundError(policy_id)
        return self._folder / f"{policy_id}.json"


def _activation(line: bytes) -> Activation | None:
    try:
        return Activation.model_validate_json(line)
    except ValidationError:
        return None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
