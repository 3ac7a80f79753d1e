"""The log: one JSON object a line, without anything personal.

    {"at": "2026-11-22T10:00:00.123456Z", "level": "info", "logger": "penchant.requests", "message": "answered",
     "request_id": "8d1e...", "operation": "recommend", "status": 200, "caller": "service", "key_id": "3f9c..."}

Of an exception its type and where it came from are written, and not its message: that quotes what it fell over, such as
the id of a person.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

import orjson

_request_id: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


@contextmanager
def with_request_id(request_id: str) -> Iterator[None]:
    """Everything that is logged in this context belongs to one request."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


class JsonLines(logging.Formatter):
    """A record as a line of JSON; `extra={"fields": {...}}` adds members."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (request_id := _request_id.get()) is not None:
            line["request_id"] = request_id
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = _exception(record.exc_info)
        return orjson.dumps(line, option=orjson.OPT_UTC_Z, default=str).decode()


def log_as_json(level: int = logging.INFO) -> None:
    """Write the log of the whole process, warnings among it, to standard error."""
    lines = logging.StreamHandler()
    lines.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[lines])
    logging.captureWarnings(True)


def _exception(info: _ExcInfo) -> dict[str, Any]:
    """The exception, and those that it came from, innermost frame last."""
    kind, error, trace = info
    frames = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}", "frames": frames}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["because"] = _exception((type(cause), cause, cause.__traceback__))
    return told
