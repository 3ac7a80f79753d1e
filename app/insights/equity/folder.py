"""Audits on disk: two files each, `audits/<audit id>.json` and `.html`, which tell of groups and of no person."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from app.errors import AuditNotFoundError

FOLDER: Final = "audits"
_ID: Final = re.compile(r"\d{4}Q[1-4]-[0-9a-f]{12}")
_IN_THE_LIST: Final = ("audit_id", "quarter", "from", "until", "inputs_sha256", "verdicts", "missed")


class AuditFolder:
    """All audits of one service."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def keep(self, report: Mapping[str, Any], page: str) -> Path:
        """Write an audit down; where its JSON is. One of the same inputs has the same bytes, and stays as it is."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{report['audit_id']}.json"
        _write(path.with_suffix(".html"), page.encode())
        if not path.exists():
            _write(path, written(report))
        return path

    def get(self, audit_id: str) -> bytes:
        """One audit as JSON.

        Raises:
            AuditNotFoundError: there is none of this id.
        """
        return self._read(audit_id, ".json")

    def page(self, audit_id: str) -> bytes:
        """One audit as a page.

        Raises:
            AuditNotFoundError: there is none of this id.
        """
        return self._read(audit_id, ".html")

    def listed(self) -> list[dict[str, Any]]:
        """Every audit in short, newest quarter first, of one quarter the newest first."""
        found = [_in_short(path) for path in self._folder.glob("*.json") if _ID.fullmatch(path.stem)]
        return sorted(found, key=lambda each: (each["quarter"], each["made_at"]), reverse=True)

    def last_made(self) -> float | None:
        """When the newest was written, seconds since 1970; None without any."""
        return max((path.stat().st_mtime for path in self._folder.glob("*.json")), default=None)

    def _read(self, audit_id: str, ending: str) -> bytes:
        path = self._folder / f"{audit_id}{ending}"
        if not _ID.fullmatch(audit_id) or not path.exists():
            raise AuditNotFoundError(audit_id)
        return path.read_bytes()


def written(report: Mapping[str, Any]) -> bytes:
    """The report's JSON: the same bytes for the same report."""
    return orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _in_short(path: Path) -> dict[str, Any]:
    report = orjson.loads(path.read_bytes())
    made = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
    return {name: report[name] for name in _IN_THE_LIST} | {"made_at": made}


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(f".{os.getpid()}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
