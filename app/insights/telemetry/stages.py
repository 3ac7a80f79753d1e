"""What the stages of a request's slates took, carried to the request's trace where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final, NamedTuple

from app.pipeline.slate import StageTrace


class Stages(NamedTuple):
    """The stages of one slate.

    Attributes:
        began: when the first began, in seconds of `time.perf_counter`.
        trace: each stage, which begins where the one before it ends.
    """

    began: float
    trace: Sequence[StageTrace]


STAGES: Final[ContextVar[list[Stages] | None]] = ContextVar("stages", default=None)
"""Those of the request that is being answered; None where it is not traced."""


def note_stages(began: float, trace: Sequence[StageTrace]) -> None:
    """Keep what a slate took, if the request is traced."""
    if (noted := STAGES.get()) is not None:
        noted.append(Stages(began, trace))
