"""How every part of the service is, as its operator is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from app.api.schemas.base import Answer
from app.api.schemas.service import LastBackup


class WriterStatus(Answer):
    """Whether events and changes can be stored."""

    state: Literal["taken", "failing"]
    problem: str | None
    """Why not."""
    waiting: int
    """Writes that wait for the disk."""
    losses: list[str]
    """Acknowledged writes that were missing at a start."""


class DiskStatus(Answer):
    """The disk of the data folder."""

    path: str
    free_bytes: int
    total_bytes: int
    database_bytes: int
    log_bytes: int
    """Of the database's write-ahead log."""


class BackupStatus(Answer):
    """Backups that the service has made by itself, or an operator by the command."""

    folder: str | None
    """Where to; null where the service makes none by itself."""
    every_hours: float
    last: LastBackup | None


class LastBuild(Answer):
    """What became of the last build by the service."""

    at: datetime
    ok: bool
    said: str
    """Why it failed."""


class BuildStatus(Answer):
    """Builds of the index on time."""

    every_days: float | None
    """Null where the service builds none by itself."""
    next_at: datetime | None
    last: LastBuild | None


class EngineStatus(Answer):
    """The vector engine that finds candidates in place of the snapshot's own index; counts are since the start."""

    kind: str
    problem: str | None
    """Why it was not asked last, or did not answer."""
    searches: int
    """That it answered."""
    failures: int
    by_own_index: int
    """Searches that the snapshot's own index answered instead."""
    refused: int
    """Searches that nothing answered: 503."""
    repeated: int
    """Searches that were asked again for more, since too much of what came was held back afterwards."""
    short: int
    """Items that were looked for and not found, though the engine had more."""
    changes_waiting: int
    """Items that changed and are not written there yet; these are searched in this process."""


class SnapshotStatus(Answer):
    """The index in service."""

    id: str | None
    built_at: datetime | None
    age_seconds: float | None
    recall_at_10: float | None
    """Of exact search, when it was built."""
    live_recall: dict[str, Any]
    """Of live searches that were done again exactly."""
    engine: EngineStatus | None
    """Null where the snapshot's own index is all there is."""
    problem: str | None
    """Why a newer one is not in service."""


class EncoderStatus(Answer):
    """What reads texts."""

    state: Literal["loading", "ready", "failing"]
    problem: str | None
    fingerprint: str
    waiting: int
    """Requests whose texts wait for their turn."""


class LastRetention(Answer):
    """What became of the last deletion of what is too old."""

    at: datetime
    ok: bool
    events: int
    people: int


class RetentionStatus(Answer):
    """Deletion of what is too old."""

    last: LastRetention | None
    problem: str | None
    """Why it is held back."""


class RowShare(Answer):
    """Rows that came in, and how many of them were rejected."""

    rows: int
    rejected: int


class RejectsStatus(Answer):
    """Rows of the last 24 hours, and of the 28 days before; `GET /admin/rejected-rows` says why."""

    day: RowShare
    before: RowShare


class JobStatus(Answer):
    """What the service does by itself."""

    state: Literal["running", "failed", "ended"]
    """`failed` is begun again within a minute; `ended` has nothing to do."""
    since: datetime
    failures: int
    """Since the service started."""
    failed_at: datetime | None
    said: str | None


class ServiceStatus(Answer):
    """How every part of the service is."""

    state: Literal["ready", "degraded", "not_ready"]
    reasons: list[str]
    """What is the matter, as in `/readyz`."""
    writer: WriterStatus
    disk: DiskStatus
    backup: BackupStatus
    build: BuildStatus
    snapshot: SnapshotStatus
    encoder: EncoderStatus
    retention: RetentionStatus
    rejects: RejectsStatus
    jobs: dict[str, JobStatus]
