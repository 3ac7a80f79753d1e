"""How far a long step has come: told to whoever wants to know, or drawn as a bar."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

from tqdm import tqdm

Progress = Callable[[int, int], None]
"""Called with (done, total) as a step proceeds; `done` never falls."""
REDRAW_SECONDS: Final = 0.2
REDRAW_SECONDS_IN_A_LOG: Final = 10.0


def silent(done: int, total: int) -> None:
    """Tells nobody."""


class ProgressBar:
    """A bar on standard error with the rate and the remaining time; a context manager and a Progress.

    It stays when it is done, unless it is drawn below another one.

    Args:
        step: what is being done, such as "embedding".
        unit: what is counted, such as "text".
    """

    def __init__(self, step: str, unit: str) -> None:
        self._step, self._unit = step, f" {unit}"
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Draw the bar, which appears with the first call."""
        if self._bar is None:
            interval = REDRAW_SECONDS if sys.stderr.isatty() else REDRAW_SECONDS_IN_A_LOG
            looks: dict[str, Any] = {"mininterval": interval, "dynamic_ncols": True, "leave": None}
            self._bar = tqdm(desc=self._step, unit=self._unit, total=total, **looks)
        self._bar.update(done - self._bar.n)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
