"""What is done to a server while it is under load, and how it is made well again."""

from __future__ import annotations

import errno
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import httpx

from scripts.soak.answers import NO_ANSWER, Answers
from scripts.soak.preload import NO_COMPILER, Preload
from scripts.soak.server import Server, SoakError

_HELD_SECONDS: Final = 3.0
"""For which a fault of the disk or of the clock lasts."""
_STOPPED_SECONDS: Final = 2.0
_YEARS_AHEAD: Final = 4 * 365 * 86_400
_MINUTES_BACK: Final = -600
_UNAVAILABLE: Final = 503
AHEAD: Final = "clock four years ahead"
"""While it lasts, what people forget or return from is forgotten four years ahead: what they do by right clocks is
taken for what happened before, and shut out, since forgetting goes first where times are in doubt."""


Inflict: TypeAlias = Callable[[Server, Preload | None, Answers], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is done.

    Attributes:
        name: in the report.
        inflict: does it, and waits until the server is well again.
        mortal: whether the process ends by it.
        needs: what must be there for it.
    """

    name: str
    inflict: Inflict
    mortal: bool = False
    needs_preload: bool = False


def possible(preload: Preload | None) -> tuple[list[Fault], dict[str, str]]:
    """What can be done on this machine, and why the rest cannot."""
    left_out = {each.name: NO_COMPILER for each in FAULTS if each.needs_preload and preload is None}
    return [each for each in FAULTS if each.name not in left_out], left_out


def rounds(faults: list[Fault], *, mortal: bool) -> Iterator[Fault]:
    """All of them in turn, without end; those that end the process only if they may."""
    fitting = [each for each in faults if mortal or not each.mortal]
    while True:
        yield from fitting


def _kill(server: Server, _: Preload | None, answers: Answers) -> None:
    window = answers.open("kill", NO_ANSWER, _UNAVAILABLE)
    server.kill()
    server.start()
    window.end = time.monotonic()


def _stop_and_go(server: Server, _: Preload | None, answers: Answers) -> None:
    """Requests wait, and none may fail."""
    window = answers.open("stop and continue")
    server.send(signal.SIGSTOP)
    time.sleep(_STOPPED_SECONDS)
    server.send(signal.SIGCONT)
    server.wait()
    window.end = time.monotonic()


def _failing(name: str, call: str, number: int) -> Inflict:
    def inflict(server: Server, preload: Preload | None, answers: Answers) -> None:
        window = answers.open(name, _UNAVAILABLE)
        _hold(server, preload, lambda loaded: loaded.failing(call, number))
        window.end = time.monotonic()

    return inflict


def _leap(name: str, seconds: int) -> Inflict:
    """Nothing may fail by it, so that nothing is excused."""

    def inflict(server: Server, preload: Preload | None, answers: Answers) -> None:
        window = answers.open(name)
        _hold(server, preload, lambda loaded: loaded.leapt(seconds))
        window.end = time.monotonic()

    return inflict


def _hold(server: Server, preload: Preload | None, tell: Callable[[Preload], None]) -> None:
    if preload is None:
        raise SoakError(NO_COMPILER)
    tell(preload)
    time.sleep(_HELD_SECONDS)
    preload.clear()
    server.wait()


def _rebuild(server: Server, _: Preload | None, answers: Answers) -> None:
    """A build beside the server, which takes it up by itself."""
    window = answers.open("rebuild")
    done = server.run("rebuild-index", "--force")
    window.end = time.monotonic()
    if done.returncode:
        raise SoakError(f"rebuild-index ended with {done.returncode}: {done.stderr[-500:]}")


def _activate(server: Server, _: Preload | None, answers: Answers) -> None:
    """The oldest snapshot that is there, put in service by hand, and the newest again."""
    window = answers.open("activation")
    with httpx.Client(base_url=server.address, timeout=90.0, trust_env=False) as client:
        kept = [each["snapshot"] for each in client.get("/admin/snapshots").json()["snapshots"]]
        for snapshot in (kept[-1], kept[0]):
            answer = client.post(f"/admin/snapshots/{snapshot}/activate", json={"why": "soak"})
            if not answer.is_success:
                raise SoakError(f"{snapshot} cannot be activated: {answer.text[:500]}")
    window.end = time.monotonic()


FAULTS: Final = (
    Fault("fsync fails", _failing("fsync fails", "fsync", errno.EIO), needs_preload=True),
    Fault("kill", _kill, mortal=True),
    Fault("rebuild", _rebuild),
    Fault("stop and continue", _stop_and_go),
    Fault("disk full", _failing("disk full", "write", errno.ENOSPC), needs_preload=True),
    Fault(AHEAD, _leap(AHEAD, _YEARS_AHEAD), needs_preload=True),
    Fault("kill again", _kill, mortal=True),
    Fault("write fails", _failing("write fails", "write", errno.EIO), needs_preload=True),
    Fault("activation", _activate),
    Fault("clock ten minutes back", _leap("clock ten minutes back", _MINUTES_BACK), needs_preload=True),
)
"""In the order in which they are inflicted."""
