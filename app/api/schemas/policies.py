"""What `/admin/policies` and `/admin/snapshots` answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.api.schemas.base import Answer


class SettingChange(Answer):
    """One setting that differs."""

    before: Any
    after: Any


class PolicyChange(Answer):
    """What putting a policy in force changed."""

    policy: str
    """What is in force now."""

    policy_before: str
    snapshot: str
    snapshot_before: str

    changes: dict[str, SettingChange]
    """Settings of the query that differ, by their dotted names."""

    changed: bool
    """Whether anything did."""

    at: datetime


class PolicyActivation(Answer):
    """That a policy was put in force."""

    at: datetime

    by: str
    """Id of an operator's key; else `configuration`, `snapshot`, `keyless` or `alert`."""

    why: str


class PolicyTold(Answer):
    """Weights, floors and snapshot as one."""

    policy_id: str
    """A digest of the settings and the snapshot: equal policies are one."""

    snapshot: str
    made_at: datetime

    made_by: str
    """Id of an operator's key; else `configuration`, `snapshot`, `keyless` or `alert`."""

    why: str

    parent: str | None
    """The policy that it was made from."""

    kept: bool
    """Whether its snapshot is kept for it."""

    in_force: bool

    available: bool
    """Whether its snapshot is still on disk, so that it can be put in force."""

    changes: dict[str, SettingChange]
    """What differs from the policy that it was made from."""

    activations: list[PolicyActivation]
    """When and why it was put in force, oldest first."""

    settings: dict[str, Any]
    """Its settings of the query, in full."""


class PolicyList(Answer):
    """Every policy, newest first."""

    in_force: str | None
    policies: list[PolicyTold]


class SnapshotTold(Answer):
    """A snapshot on disk."""

    snapshot: str
    created_at: datetime
    in_service: bool
    items: int

    vectors: str
    """What item vectors carry: `content`, or `exact` or `spectral` behaviour too."""

    recall_at_10: float
    space_id: str
    bytes: int

    policies: list[str]
    """Those that rest on it."""

    needed: list[str]
    """Why it stays on disk beyond `snapshots.keep`, if it does."""

    activated_at: list[datetime]
    """When it was taken up."""


class SnapshotList(Answer):
    """Every snapshot on disk, newest first."""

    in_service: str | None
    snapshots: list[SnapshotTold]
