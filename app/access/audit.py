"""The audit log: what operators did, a line for each action, appended to `audit.ndjson` in the data folder.

    {"at": "2026-11-22T10:00:00Z", "key_id": "3f9c1a2b4d5e", "action": "erase_user", "outcome": 200,
     "user": "5f0c...", "request_id": "8d1e..."}

A person is told apart by a digest under a secret of this folder (`audit.key`), so that an erased id can be looked up by
whoever knows it and holds the secret, and be read out of the log by nobody. No text of theirs is in it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from app.folder_secret import folder_secret

FILE: Final = "audit.ndjson"
_OWNER_ONLY: Final = 0o600


class AuditLog:
    """Appends to the audit log of a data folder; several processes may."""

    def __init__(self, data_dir: Path) -> None:
        self._secret = folder_secret(data_dir)
        self._path = data_dir / FILE

    def record(self, action: str, *, key_id: str, outcome: int | str, user_id: str | None = None, **more: str) -> None:
        """Write down one action.

        Args:
            action: operation id of the endpoint, or what a command did.
            key_id: by which key; "" without keys.
            outcome: status of the answer, or what came of it.
            user_id: whom it concerned; only a digest is kept.
            more: further members, nothing personal.
        """
        line: dict[str, Any] = {"at": datetime.now(UTC), "key_id": key_id, "action": action, "outcome": outcome, **more}
        if user_id is not None:
            line["user"] = self.digest(user_id)
        written = orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        try:
            os.write(descriptor, written)
        finally:
            os.close(descriptor)

    def digest(self, user_id: str) -> str:
        """What stands for a person in this folder's log."""
        return blake2b(user_id.encode(), key=self._secret, digest_size=16).hexdigest()
