"""The board: how every alert stands, kept in a file, so that a restart neither forgets nor repeats one.

alerts/board.json        every alert as it stands, replaced by rename
alerts/history.ndjson    a line for every alert that began, was acknowledged, acted or was resolved
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, get_args

import orjson
from pydantic import TypeAdapter

from app.alerts.finding import Acknowledgement, ActionRecord, Finding, Standing, State
from app.alerts.settings import AlertName

FOLDER: Final = "alerts"
_BOARD, _HISTORY = "board.json", "history.ndjson"
_STANDINGS: Final = TypeAdapter(dict[AlertName, Standing])
_OWNER_ONLY: Final = 0o600


class Board:
    """Every alert."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        path = self._folder / _BOARD
        known = _STANDINGS.validate_json(path.read_bytes()) if path.exists() else {}
        self.standings: dict[AlertName, Standing] = {
            name: known.get(name) or Standing(name=name) for name in get_args(AlertName)
        }

    def take(self, findings: Iterable[Finding], now: datetime) -> list[Standing]:
        """Take over what was found; the alerts that began to fire or were resolved.

        An alert of which too little is known stays as it was, so that a restart resolves none.
        """
        changed = [standing for each in findings if (standing := self._one(each, now)) is not None]
        self._save()
        for standing in changed:
            self._tell("fired" if standing.state is State.FIRING else "resolved", standing, now)
        return changed

    def _one(self, finding: Finding, now: datetime) -> Standing | None:
        before = self.standings[finding.name]
        about: dict[str, Any] = {"value": finding.value, "limit": finding.limit, "message": finding.message}
        if finding.firing is None:
            unknown = before.model_copy(update=about if before.state is not State.FIRING else {})
            self.standings[finding.name] = unknown
            return None
        state = State.FIRING if finding.firing else State.OK
        if state is before.state:
            self.standings[finding.name] = before.model_copy(update=about)
            return None
        about |= {"state": state, "since": now}
        if state is State.FIRING:
            about |= {"fired_at": now, "resolved_at": None, "acknowledged": None, "action": None}
            about["began"] = finding.began or now
        elif before.state is State.FIRING:
            about |= {"resolved_at": now}
        after = self.standings[finding.name] = before.model_copy(update=about)
        return after if State.FIRING in {state, before.state} else None

    def acknowledge(self, name: AlertName, by: str, why: str, now: datetime) -> Standing:
        """Note that an operator has seen an alert."""
        acknowledged = Acknowledgement(at=now, by=by, why=why)
        return self._change(name, "acknowledged", {"acknowledged": acknowledged}, now)

    def acted(self, name: AlertName, record: ActionRecord) -> Standing:
        """Note what an alert did."""
        return self._change(name, "acted", {"action": record}, record.at)

    def last_action(self) -> datetime | None:
        """When an alert last did something."""
        return max((each.at for each in self._actions()), default=None)

    def firing(self) -> list[Standing]:
        """What is wrong now."""
        return [each for each in self.standings.values() if each.state is State.FIRING]

    def history(self, most: int = 200) -> list[dict[str, object]]:
        """The last entries, newest first."""
        try:
            lines = (self._folder / _HISTORY).read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [entry for line in reversed(lines[-most:]) if (entry := _entry(line)) is not None]

    def times_firing(self, name: AlertName) -> list[tuple[datetime, datetime | None]]:
        """(from, until) of every time that an alert fired, oldest first; None while it does."""
        times: list[tuple[datetime, datetime | None]] = []
        for entry in reversed(self.history(most=10_000)):
            at = datetime.fromisoformat(str(entry["at"]))
            if entry["name"] == name and entry["entry"] == "fired":
                times.append((at, None))
            elif entry["name"] == name and entry["entry"] == "resolved" and times:
                times[-1] = (times[-1][0], at)
        return times

    def _actions(self) -> list[ActionRecord]:
        entries = (entry["action"] for entry in self.history(most=10_000) if entry["entry"] == "acted")
        return [each for each in map(ActionRecord.model_validate, entries) if each.done]

    def _change(self, name: AlertName, entry: str, update: Mapping[str, object], now: datetime) -> Standing:
        after = self.standings[name] = self.standings[name].model_copy(update=dict(update))
        self._save()
        self._tell(entry, after, now)
        return after

    def _save(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f".{_BOARD}-{os.getpid()}"
        written = {name: each.model_dump(mode="json") for name, each in self.standings.items()}
        _write(beside, orjson.dumps(written, option=orjson.OPT_INDENT_2), os.O_TRUNC)
        beside.replace(self._folder / _BOARD)

    def _tell(self, entry: str, standing: Standing, now: datetime) -> None:
        line = {"entry": entry, "at": now.astimezone(UTC).isoformat(), **standing.model_dump(mode="json")}
        _write(self._folder / _HISTORY, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE), os.O_APPEND)


def _write(path: Path, content: bytes, how: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, _OWNER_ONLY)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entry(line: bytes) -> dict[str, object] | None:
    """A line that a crash cut short is none."""
    try:
        entry: dict[str, object] = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return entry
