"""Answers: JSON, encoded to bytes once."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import Response

from app.replicas.staleness import STALE

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer whose body is `content` as JSON; arrays of numbers and dataclasses are written as they are."""
    content = marked(content)
    return Response(orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY), status, headers, media_type=JSON)


def marked(content: Any) -> Any:
    """The same, which says so where it rests on what could not be proved since the database is away."""
    return {**content, "stale": True} if STALE.get() and isinstance(content, dict) else content
