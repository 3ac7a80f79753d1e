"""What a batch answers: a line for each person."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json

from penchant_client.models import Slate


class Unanswered(BaseModel):
    """Somebody who could not be answered.

    Attributes:
        user_id: who.
        error: what is wrong, as a problem document (RFC 9457).
    """

    user_id: str
    error: dict[str, Any]


def read_lines(content: bytes) -> list[Slate | Unanswered]:
    """A slate for each person, or why there is none, in the order in which they were asked for."""
    return [_line(line) for line in content.splitlines() if line]


def _line(line: bytes) -> Slate | Unanswered:
    if "error" in from_json(line):
        return Unanswered.model_validate_json(line)
    return Slate.model_validate_json(line, extra="ignore")
