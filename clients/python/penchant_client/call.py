"""A call as a value: what is to be sent, whether it may be sent twice, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel
from pydantic_core import to_json

from penchant_client.problems import ProblemError

Result = TypeVar("Result")
Model = TypeVar("Model", bound=BaseModel)

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """One request, and what comes of it.

    Attributes:
        method: of HTTP.
        path: percent-encoded.
        read: makes the result from an answer that is no problem.
        query: parameters; None is left out.
        body: sent as JSON; None for no body.
        headers: besides those of every request.
        repeatable: whether sending it twice does the same as sending it once.
        tells_rows: whether a problem with `results` is an answer like any other: every row was refused.
    """

    method: str
    path: str
    read: Callable[[bytes], Result]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    tells_rows: bool = False

    def request(self, base_url: str, headers: Mapping[str, str]) -> httpx.Request:
        """The request to be sent.

        Args:
            base_url: where the service is.
            headers: of every request.
        """
        content = None if self.body is None else to_json(self.body)
        said = {"Content-Type": _JSON} if content is not None else {}
        query = {name: value for name, value in self.query.items() if value is not None}
        url = f"{base_url.rstrip('/')}{self.path}"
        return httpx.Request(
            self.method, url, params=query or None, content=content, headers={**headers, **said, **self.headers}
        )

    def result(self, answer: httpx.Response) -> Result:
        """What an answer, read to its end, says.

        Raises:
            ProblemError: it says that something is wrong.
        """
        if answer.is_success:
            return self.read(answer.content)
        problem = ProblemError.of(answer)
        if self.tells_rows and "results" in problem.members:
            rows = {name: problem.members[name] for name in ("counts", "results")}
            return self.read(to_json(rows))
        raise problem


def reading(model: type[Model]) -> Callable[[bytes], Model]:
    """Reads an answer of this shape; what a newer server says besides is left out."""
    return lambda content: model.model_validate_json(content, extra="ignore")


def nothing(_: bytes) -> None:
    """Reads an answer without content."""


def path_of(*segments: str) -> str:
    """A path from its segments, which may hold any character.

    >>> path_of("users", "a/b", "profile")
    '/users/a%2Fb/profile'
    """
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)


def plain(rows: Sequence[Mapping[str, Any] | BaseModel]) -> list[Any]:
    """Rows as JSON values; of models only what was set."""
    return [row.model_dump(mode="json", exclude_unset=True) if isinstance(row, BaseModel) else row for row in rows]
