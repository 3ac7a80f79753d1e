"""The administrator's switch: personalisation off for everybody, in a scenario or for a segment of people, at once.

    personalization.ndjson in the data folder: a line each time that something was switched off or on again; where
    several processes share a database, the lines are kept there

It decides how answers are made, and nothing else: events are stored and learned from as ever, so that what is switched
on again follows what people did meanwhile. What a person switched off for themselves stays off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import orjson

FILE: Final = "personalization.ndjson"
SwitchScope = Literal["all", "scenario", "segment"]


@dataclass(frozen=True, slots=True)
class Target:
    """For whom, or where, personalisation is switched off: everybody and everywhere if nothing is named.

    Attributes:
        scenario: a placement by its name.
        segment: an attribute of people.
        value: of that attribute, as text.
    """

    scenario: str | None = None
    segment: str | None = None
    value: str | None = None

    @property
    def scope(self) -> SwitchScope:
        """Which of the three."""
        return "scenario" if self.scenario is not None else "segment" if self.segment is not None else "all"

    def told(self) -> dict[str, Any]:
        """For answers; without what is not named."""
        return {"scope": self.scope, **{name: said for name, said in asdict(self).items() if said is not None}}


@dataclass(frozen=True, slots=True)
class Switching:
    """Something was switched.

    Attributes:
        target: for whom, or where.
        enabled: whether personalisation is on there from then on.
        at: when, as RFC 3339 writes it.
        key_id: by which key.
        why: for the record.
    """

    target: Target
    enabled: bool
    at: str
    key_id: str
    why: str

    def told(self) -> dict[str, Any]:
        """One object, for answers and for the file."""
        return self.target.told() | {"enabled": self.enabled, "at": self.at, "key_id": self.key_id, "why": self.why}


class Lines(Protocol):
    """Where it is written what was switched."""

    def read(self) -> list[dict[str, Any]]:
        """Every line, oldest first."""
        ...

    def add(self, line: Mapping[str, Any]) -> None:
        """Write one more, durably; blocks."""
        ...


class PersonalizationSwitch:
    """What is switched off, and everything that ever was.

    Args:
        lines: where it is written.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.record: tuple[Switching, ...] = ()
        self._off: dict[Target, Switching] = {}
        self.reload()

    @property
    def in_force(self) -> tuple[Switching, ...]:
        """What is off, in the order in which it was switched off."""
        return tuple(self._off.values())

    def switch(self, switching: Switching) -> None:
        """Write it down, durably before it takes effect; blocks."""
        self._lines.add(switching.told())
        self.reload()

    def reload(self) -> bool:
        """Take over what was switched, by others too; whether it was anything. Blocks."""
        record, off = tuple(map(_switching, self._lines.read())), dict[Target, Switching]()
        for each in record:
            off.pop(each.target, None)
            if not each.enabled:
                off[each.target] = each
        changed = record != self.record
        self.record, self._off = record, off  # replaced and not changed, for who reads them meanwhile
        return changed

    def off(self, scenario: str, attributes: Mapping[str, Any] | None) -> SwitchScope | None:
        """By what an answer is not to be personalised; None where it may be.

        Args:
            scenario: where it is shown; "" for nowhere that is named.
            attributes: of the person; None of who has none.
        """
        for target in self._off:
            named = target.segment is not None and attributes is not None and target.segment in attributes
            met = {
                "all": True,
                "scenario": target.scenario == scenario,
                "segment": named and as_text((attributes or {})[target.segment or ""]) == target.value,
            }
            if met[target.scope]:
                return target.scope
        return None

    def __bool__(self) -> bool:
        """Whether anything is off."""
        return bool(self._off)


class SwitchFile:
    """The lines of a file in the data folder.

    Args:
        folder: the data folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def read(self) -> list[dict[str, Any]]:
        """Every line; one that was broken off took no effect."""
        lines = self._path.read_bytes().splitlines() if self._path.exists() else []
        return [orjson.loads(line) for line in lines if line.endswith(b"}")]

    def add(self, line: Mapping[str, Any]) -> None:
        """Write one more, and bring it to the disk."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, self._seam() + orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _seam(self) -> bytes:
        """What ends a last line that was broken off."""
        written = self._path.read_bytes()
        return b"" if not written or written.endswith(b"\n") else b"\n"


def as_text(value: object) -> str:
    """An attribute's value as a target names it: numbers and truth values as JSON writes them."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _switching(line: Mapping[str, Any]) -> Switching:
    target = Target(*(line.get(name) for name in ("scenario", "segment", "value")))
    return Switching(target, line["enabled"], line["at"], line["key_id"], line["why"])
