"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """How it is, worst last."""

    OK = 0
    TO_LOOK_AT = 1
    WRONG = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it.

    Attributes:
        about: what was looked at.
        state: how it is.
        said: in words.
        mend: what to do; empty where nothing is to be done.
    """

    about: str
    state: State
    said: str
    mend: str = ""


def ok(about: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(about, State.OK, said)


def look(about: str, said: str, mend: str) -> Finding:
    """Somebody should look at it."""
    return Finding(about, State.TO_LOOK_AT, said, mend)


def wrong(about: str, said: str, mend: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(about, State.WRONG, said, mend)
