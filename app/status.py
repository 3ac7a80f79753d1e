"""Status: how every part of a running service is, for its operator."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.backup.timetable import read_outcome as read_backup
from app.clock import Clock
from app.jobs import Jobs
from app.policy.rebuild_dates import due_rebuild
from app.policy.retention import Retention
from app.serving.embedder import Embedder
from app.serving.rebuild_outcome import read_outcome as read_build
from app.serving.snapshot_swap import SnapshotSwap
from app.settings import Settings
from app.storage.database import FILE_NAME
from app.storage.protocols import Stores
from indexer.snapshot_files import SnapshotFolder

_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Status:
    """Asks every part.

    Attributes:
        settings: of the service.
        stores: its stores.
        swap: the snapshot in service.
        embedder: its encoder.
        retention: deletes what is too old.
        jobs: what goes on by itself.
        waiting: how many writes wait.
        rejects: how many rows were rejected lately.
    """

    settings: Settings
    stores: Stores
    swap: SnapshotSwap
    embedder: Embedder
    retention: Retention
    jobs: Jobs
    waiting: Callable[[], int]
    rejects: Callable[[], Mapping[str, Any]]

    def problems(self) -> list[str]:
        """What does not go on, beyond what keeps requests from being answered."""
        built, encoder = read_build(self.settings.snapshot_folder), self.embedder.problem()
        found = [*self.jobs.problems()]
        if (low := self._low_disk()) is not None:
            found.append(low)
        if encoder is not None:
            found.append(f"texts cannot be read: {encoder}")
        if self.swap.engine is not None and self.swap.engine.problem is not None:
            instead = "the snapshot's own index answers" if self.settings.index.engine.own_index else "503 for some"
            found.append(f"the vector engine does not answer, {instead}: {self.swap.engine.problem}")
        if built is not None and not built.ok and not self._built_since(built.at.timestamp()):
            found.append(f"the last build failed: {built.said}")
        return found

    def payload(self) -> dict[str, Any]:
        """As JSON; reads files, and so is for a thread."""
        return {
            "writer": self._writer(),
            "disk": self._disk(),
            "backup": self._backup(),
            "build": self._build(),
            "snapshot": self._snapshot(),
            "encoder": self.embedder.payload(),
            "retention": self.retention.payload(),
            "rejects": self.rejects(),
            "jobs": self.jobs.payload(),
        }

    def gauges(self) -> dict[str, float | None]:
        """What Prometheus reads of it."""
        backup, built = read_backup(self.settings.data_dir), read_build(self.settings.snapshot_folder)
        good, last, usage = backup.good_at if backup else None, self.retention.last, self._usage()
        return {
            "penchant_writes_failing": float(self.stores.problem() is not None),
            "penchant_disk_free_bytes": usage.free if usage else 0.0,
            "penchant_backup_age_seconds": Clock.machine() - good.timestamp() if good else None,
            "penchant_build_failing": float(not built.ok) if built else None,
            "penchant_retention_age_seconds": Clock.machine() - last.at if last else None,
            "penchant_encoder_failing": float(self.embedder.problem() is not None),
            "penchant_vector_engine_failing": float(self.swap.engine.problem is not None) if self.swap.engine else None,
            "penchant_job_failures": self.jobs.failures(),
        }

    def _writer(self) -> dict[str, Any]:
        problem = self.stores.problem()
        return {
            "state": "failing" if problem else "taken",
            "problem": problem,
            "waiting": self.waiting(),
            "losses": self.stores.losses(),
        }

    def _disk(self) -> dict[str, Any]:
        folder = self.settings.data_dir
        usage, database = self._usage(), folder / FILE_NAME
        return {
            "path": str(folder.resolve()),
            "free_bytes": usage.free if usage else 0,
            "total_bytes": usage.total if usage else 0,
            "database_bytes": _size(database),
            "log_bytes": _size(database.with_name(f"{FILE_NAME}.wal")),
        }

    def _usage(self) -> shutil._ntuple_diskusage | None:
        """Of the data folder's disk; None where the folder is gone."""
        try:
            return shutil.disk_usage(self.settings.data_dir)
        except OSError:
            return None

    def _low_disk(self) -> str | None:
        usage, least = self._usage(), self.settings.storage.least_free_mb
        free = usage.free if usage else 0
        if free >= least * _MEGABYTE:
            return None
        said = f"{free / _MEGABYTE:,.0f} MB are free on the disk of {self.settings.data_dir}"
        return f"{said}, less than storage.least_free_mb ({least:,}): make room"

    def _backup(self) -> dict[str, Any]:
        last, settings = read_backup(self.settings.data_dir), self.settings.backup
        return {
            "folder": None if settings.folder is None else str(settings.folder),
            "every_hours": settings.every_hours,
            "last": None if last is None else last.model_dump(mode="json"),
        }

    def _build(self) -> dict[str, Any]:
        last, days = read_build(self.settings.snapshot_folder), self.settings.snapshots.rebuild_days
        due = due_rebuild(SnapshotFolder(self.settings.snapshot_folder), days)
        return {
            "every_days": days,
            "next_at": None if due is None else due.isoformat(),
            "last": None if last is None else last.model_dump(mode="json"),
        }

    def _snapshot(self) -> dict[str, Any]:
        generation = self.swap.current_or_none
        manifest = generation.catalogue.snapshot.manifest if generation else None
        return {
            "id": manifest.snapshot_id if manifest else None,
            "built_at": manifest.created_at.isoformat() if manifest else None,
            "age_seconds": Clock.machine() - manifest.created_at.timestamp() if manifest else None,
            "recall_at_10": manifest.recall_at_10 if manifest else None,
            "live_recall": self.swap.gauge.payload(),
            "engine": self._engine(),
            "problem": self.swap.problem,
        }

    def _engine(self) -> dict[str, Any] | None:
        """None where the snapshot's own index is all there is."""
        generation = self.swap.current_or_none
        search = generation.catalogue.engine if generation else None
        if self.swap.engine is None:
            return None
        waiting = len(search.changes.unsettled()) if search else 0
        return self.swap.engine.payload() | {"changes_waiting": waiting}

    def _built_since(self, seconds: float) -> bool:
        """Whether a newer snapshot serves than the one that could not be built then."""
        generation = self.swap.current_or_none
        return generation is not None and generation.catalogue.snapshot.manifest.created_at.timestamp() > seconds


def _size(path: Path) -> int:
    """In bytes; 0 where there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
