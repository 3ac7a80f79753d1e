"""A caller that asks again until it is answered, as everybody should who has something to tell."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from scripts.soak.answers import NO_ANSWER, Answer, Answers
from scripts.soak.server import SoakError

_PATIENCE_SECONDS: Final = 240.0
_PAUSE_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer that counts.

    Attributes:
        status: of it.
        body: its JSON; None where there is none.
        repeated: whether it was asked before, without an answer that says what was done.
    """

    status: int
    body: Any
    repeated: bool


class Caller:
    """One connection, and its part in the record of answers.

    Args:
        address: of the server.
        answers: where every one is noted.
    """

    def __init__(self, address: str, answers: Answers) -> None:
        self._client = httpx.Client(base_url=address, timeout=90.0, trust_env=False)
        self.answers = answers

    def ask(self, operation: str, method: str, path: str, **more: Any) -> Reply:
        """Ask, again where nothing comes back, where something fails, or where it is asked too often.

        Raises:
            SoakError: it is not answered in minutes.
        """
        repeated, deadline = False, time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = self._once(operation, method, path, more)
            if answer is not None and answer.status_code < 500 and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return Reply(answer.status_code, answer.json() if answer.content else None, repeated)
            repeated = True
            time.sleep(_PAUSE_SECONDS)
        raise SoakError(f"{method} {path} was not answered within {_PATIENCE_SECONDS:g} seconds")

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _once(self, operation: str, method: str, path: str, more: dict[str, Any]) -> httpx.Response | None:
        at, answer = time.monotonic(), None
        with suppress(httpx.TransportError):
            answer = self._client.request(method, path, **more)
        status = answer.status_code if answer is not None else NO_ANSWER
        self.answers.add(Answer(at, time.monotonic() - at, operation, status))
        return answer


def person(user_id: str, rest: str = "") -> str:
    """A path below a person."""
    return f"/users/{quote(user_id, safe='')}{rest}"
