"""What a service says is wrong, as an exception."""

from __future__ import annotations

from typing import Any, Final

import httpx

_STANDARD: Final = frozenset({"type", "title", "status", "detail"})


class ProblemError(Exception):
    """A problem document (RFC 9457), or an answer of something in between that is none.

    Attributes:
        status: of HTTP.
        type: kind of problem, such as /problems/unknown-item; about:blank where the answer is no problem document.
        title: the kind in words.
        detail: what is the matter.
        members: whatever else the document says.
        request_id: under which the service logged it.
    """

    def __init__(self, status: int, document: dict[str, Any], request_id: str | None = None) -> None:
        self.status = status
        self.type = str(document.get("type", "about:blank"))
        self.title = str(document.get("title", "No problem document"))
        self.detail = str(document.get("detail", ""))
        self.members = {name: value for name, value in document.items() if name not in _STANDARD}
        self.request_id = request_id
        super().__init__(f"{status} {self.title}: {self.detail}")

    @classmethod
    def of(cls, answer: httpx.Response) -> ProblemError:
        """The problem that an answer tells."""
        document: Any = None
        if answer.headers.get("content-type", "").partition(";")[0].endswith("json"):
            try:
                document = answer.json()
            except ValueError:
                document = None
        told = document if isinstance(document, dict) else {}
        return cls(answer.status_code, told, answer.headers.get("X-Request-Id"))
