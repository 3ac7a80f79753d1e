"""Jobs: what a service does by itself for as long as it runs. What failed is begun again, and told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Literal

from app.clock import Clock
from app.person.export import moment

RETRY_SECONDS: Final = 60.0

Work = Callable[[], Coroutine[Any, Any, None]]
State = Literal["running", "failed", "ended"]
log = logging.getLogger("penchant.jobs")


@dataclass(slots=True)
class Job:
    """How a job is.

    Attributes:
        state: `failed` until it is begun again, `ended` where there is nothing to do for it, or no longer.
        since: seconds since 1970, of the state.
        failures: how often it failed since the service started.
        failed_at: when it did last.
        said: the kind of that failure, and of the disk's what is wrong; its message may quote a person's data.
    """

    state: State
    since: float
    failures: int = 0
    failed_at: float | None = None
    said: str | None = None

    def payload(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "state": self.state,
            "since": moment(self.since),
            "failures": self.failures,
            "failed_at": None if self.failed_at is None else moment(self.failed_at),
            "said": self.said,
        }


class Jobs:
    """All jobs of one process, by name.

    Args:
        retry_seconds: after which a job that failed is begun again.
    """

    def __init__(self, retry_seconds: float = RETRY_SECONDS) -> None:
        self._retry_seconds = retry_seconds
        self._jobs: dict[str, Job] = {}

    async def keep(self, name: str, work: Work) -> None:
        """Do something until it ends by itself, or until cancelled."""
        job = self._jobs[name] = Job("running", Clock.machine())
        try:
            while True:
                try:
                    await work()
                except Exception as error:
                    _fail(job, error)
                    log.exception("a job failed", extra={"fields": {"job": name, "failures": job.failures}})
                    await asyncio.sleep(self._retry_seconds)
                    job.state, job.since = "running", Clock.machine()
                else:
                    return
        finally:
            job.state, job.since = "ended", Clock.machine()

    def problems(self) -> list[str]:
        """Which jobs do not go on at present, and why."""
        return [f"{name} failed: {job.said}" for name, job in self._jobs.items() if job.state == "failed"]

    def payload(self) -> dict[str, dict[str, Any]]:
        """Every job as JSON."""
        return {name: job.payload() for name, job in self._jobs.items()}

    def failures(self) -> int:
        """How often jobs failed, all together."""
        return sum(job.failures for job in self._jobs.values())


def _fail(job: Job, error: Exception) -> None:
    job.state, job.since = "failed", Clock.machine()
    job.failures, job.failed_at = job.failures + 1, job.since
    reason = error.strerror if isinstance(error, OSError) else None
    job.said = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
