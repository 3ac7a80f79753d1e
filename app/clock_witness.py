"""The clock's witness: which time a data folder has seen, so that a clock that leaps deletes and refuses nothing.

The trusted time goes on with the machine's monotonic clock, and never back. It follows the wall clock, but for a leap
ahead of more than a day: that is followed once the clock has gone on steadily for `steady_hours` of running, and
whoever deletes for age agrees, or an operator says that the clock is right. A service that was off for weeks meets the
same rule, and deletes a day later.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from pydantic import ConfigDict, ValidationError

from models.config import Config

FILE: Final = "clock.json"
LEAP_SECONDS: Final = 86_400.0
_KEEP_SECONDS: Final = 60.0
_SLEW: Final = 1e-3
"""By which share two clocks of a machine may differ without one of them having been set."""
_CONFIRMED_SECONDS: Final = 7 * 86_400.0

log = logging.getLogger(__name__)


class _State(Config):
    """What is kept: seconds since 1970, and for how many seconds a leap has lasted."""

    model_config = ConfigDict(extra="ignore")  # an earlier version kept more

    trusted: float
    steady: float = 0.0
    confirmed: float | None = None
    """When an operator said that the clock is right, by that clock."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the witness says at one moment, in seconds since 1970.

    Attributes:
        trusted: the time by which may be deleted, and which decisions bear.
        leap: seconds by which the clock is ahead of the trusted time, if that is a leap.
        ripe: whether the leap has lasted long enough to be followed.
    """

    trusted: float
    leap: float = 0.0
    ripe: bool = False


class ClockWitness:
    """The witness of a data folder.

    Args:
        folder: where it is kept.
        steady_hours: of running, after which a leap may be followed.
    """

    def __init__(self, folder: Path, steady_hours: float = 24.0) -> None:
        self._path = folder / FILE
        self._steady_seconds = steady_hours * 3_600
        self._lock = Lock()
        self._looked = self._kept = time.monotonic()
        self._state = _read(self._path) or _State(trusted=time.time())
        self._told = False
        self._keep()

    def look(self) -> Seen:
        """What time may be trusted now."""
        with self._lock:
            now, looked = time.time(), time.monotonic()
            self._go_on(now, looked - self._looked)
            self._looked = looked
            if looked - self._kept >= _KEEP_SECONDS:
                self._keep()
            state, leap = self._state, now - self._state.trusted
            leapt = leap > LEAP_SECONDS
            return Seen(state.trusted, leap if leapt else 0.0, leapt and self._ripe())

    def follow(self) -> None:
        """Trust the clock as it is, though it leapt."""
        with self._lock:
            self._state = self._state.model_copy(update={"trusted": time.time(), "steady": 0.0})
            self._keep()

    def close(self) -> None:
        """Keep what was seen."""
        self.look()
        with self._lock:
            self._keep()

    def _go_on(self, now: float, elapsed: float) -> None:
        state = self._state
        trusted = state.trusted + elapsed
        if 0 < trusted - now < 1.0 + _SLEW * elapsed:
            trusted = now
        leapt = now - trusted > LEAP_SECONDS
        if leapt and not self._told:
            log.error(
                "the clock is %.1f days ahead of what this folder has seen: nothing is deleted for its age by it",
                (now - trusted) / LEAP_SECONDS,
            )
        self._told = leapt
        steady = state.steady + elapsed if leapt else 0.0
        trusted = trusted if leapt else max(trusted, now)
        self._state = state.model_copy(update={"trusted": trusted, "steady": steady})

    def _ripe(self) -> bool:
        return self._state.steady >= self._steady_seconds

    def _keep(self) -> None:
        """Whatever an operator has confirmed meanwhile stays; that it cannot be kept fails nothing."""
        held = _read(self._path)
        confirmed = held.confirmed if held else None
        update: dict[str, float | None] = {"confirmed": confirmed}
        if (
            confirmed is not None
            and abs(time.time() - confirmed) < _CONFIRMED_SECONDS
            and confirmed > self._state.trusted
        ):
            update["trusted"] = time.time()
        self._state = self._state.model_copy(update=update)
        self._kept = time.monotonic()
        try:
            _write(self._path, self._state)
        except OSError as problem:
            log.warning("what the clock told cannot be kept: %s", problem)


def confirm(folder: Path) -> None:
    """Say that the machine's clock is right; a running service notices within a minute."""
    held = _read(folder / FILE) or _State(trusted=time.time())
    _write(folder / FILE, held.model_copy(update={"confirmed": time.time()}))


def _read(path: Path) -> _State | None:
    try:
        return _State.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _write(path: Path, state: _State) -> None:
    beside = path.with_name(f".{FILE}-{os.getpid()}")
    beside.write_text(state.model_dump_json())
    beside.replace(path)
