"""What a server has acknowledged of one person, and so what it must say of them: the model beside the real thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Ledger:
    """One person, as whoever acts for them knows them. Only one thread writes to it.

    Attributes:
        user_id: who.
        counting: ids of events that must be in the export, each once.
        forgotten: ids of events that a reset took: they must not count any more.
        either: ids of events of which a request that was not answered may or may not have made the other.
        ignored: ids of events that the person or a decision of theirs shut out for good.
        stated: the explicit profile, as far as it was written.
        erased: whether they were erased and have not come back.
        returned: whether they were erased and came back: what happened before is refused.
        last_reset: what the last reset took, as long as it can be taken back.
        aliases: ids that were merged into theirs.
    """

    user_id: str
    counting: dict[str, dict[str, Any]] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    either: set[str] = field(default_factory=set)
    ignored: set[str] = field(default_factory=set)
    stated: dict[str, Any] = field(default_factory=dict)
    erased: bool = False
    returned: bool = False
    last_reset: dict[str, dict[str, Any]] | None = None
    aliases: list[str] = field(default_factory=list)

    def reset(self, *, sure: bool) -> None:
        """Everything learned is forgotten; undoing it is foreseeable only where it was asked once."""
        self.last_reset = dict(self.counting) if sure else None
        self.forgotten |= self.counting.keys()
        self.counting.clear()
        self.forgotten |= self.either
        self.either.clear()

    def undo(self, *, sure: bool) -> None:
        """The last reset is taken back; asked twice, it may have taken back the one before, too."""
        taken = self.last_reset or {}
        self.last_reset = None
        self.forgotten -= taken.keys()
        self.counting |= taken
        if not sure:
            self.either |= self.forgotten
            self.forgotten = set()

    def erase(self) -> None:
        """Nothing is held of them any more."""
        nothing = Ledger(self.user_id, erased=True)
        for name in self.__slots__:
            setattr(self, name, getattr(nothing, name))

    def faults(self, export: dict[str, Any]) -> list[str]:
        """In what an export differs from what was acknowledged; names of invariants come first."""
        told = [row["event_id"] for part in ("events", "awaiting") for row in export[part]]
        forgotten = {row["event_id"] for row in export["forgotten"]}
        held = set(told)
        found = {
            "lost": self.counting.keys() - held - self.either,
            "doubled": {each for each in held if told.count(each) > 1},
            "came back": held & (self.forgotten | self.ignored),
            "unknown": held - self.counting.keys() - self.either - self.forgotten - self.ignored,
            "forgotten, not by a reset": forgotten & self.counting.keys(),
        }
        said = [f"{name}: {self.user_id} {sorted(ids)[:5]}" for name, ids in found.items() if ids]
        if self.erased:
            said += self._left(export)
        elif self.stated and not _holds(export["profile"]["explicit"], self.stated):
            said.append(f"stated otherwise: {self.user_id} {export['profile']['explicit']}, not {self.stated}")
        return said

    def _left(self, export: dict[str, Any]) -> list[str]:
        """Of somebody who was erased nothing may be held, but that it was."""
        parts = ("users", "events", "awaiting", "forgotten", "seen", "forgettings", "aliases", "slates", "served")
        return [f"erased, and still there: {self.user_id} in {name}" for name in parts if export[name]]


def _holds(told: Any, stated: Any) -> bool:
    """Whether what was told has what was stated, whatever else it has."""
    if isinstance(stated, dict):
        return isinstance(told, dict) and all(_holds(told.get(name), value) for name, value in stated.items())
    return bool(told == stated)
