"""What a process has used so far, as Linux tells it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

_MIB = 1024.0


class UsageUnknownError(RuntimeError):
    """The machine does not tell: it is no Linux, or the process is gone."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one process.

    Attributes:
        cpu_seconds: on a processor, all threads, those that ended included.
        resident_mib: memory that is held now.
        peak_mib: most that was ever held.
    """

    cpu_seconds: float
    resident_mib: float
    peak_mib: float

    @classmethod
    def of(cls, process: int) -> Self:
        """As of now.

        Raises:
            UsageUnknownError: there is nothing to be read.
        """
        place = Path(f"/proc/{process}")
        try:
            told = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
            threads = [(each / "schedstat").read_text() for each in (place / "task").iterdir()]
            held = [float(told[name].split()[0]) / _MIB for name in ("VmRSS", "VmHWM")]
        except (OSError, KeyError) as error:  # of a process that has just ended, memory is told no more
            raise UsageUnknownError(f"what process {process} uses cannot be read in {place}: {error}") from error
        nanoseconds = sum(int(line.split()[0]) for line in threads)
        return cls(nanoseconds / 1e9, *held)
