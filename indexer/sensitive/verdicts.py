"""Verdicts: what an operator said of an item and a topic, kept beside the snapshots and stronger than anything else.

One JSON object a line, appended: {"item_id": "i7", "topic": "politics", "verdict": "clear", "at": "..."}. The last line
on an item and a topic holds; one without a topic is about all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from indexer.problems import problems

VERDICTS_FILE: Final = Path("sensitive") / "verdicts.ndjson"
"""Where they stand in the data folder."""

Said = Literal["accept", "clear", "undo"]


class VerdictsError(ValueError):
    """The file of verdicts cannot be read."""


class Verdict(BaseModel):
    """What was said once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item_id: str
    topic: str | None = None
    """Absent: all topics, which can only be cleared or undone."""
    verdict: Said
    """`accept`: it is on the topic; `clear`: it is not; `undo`: as if nothing had been said."""
    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class ItemVerdicts:
    """What holds of one item.

    Attributes:
        accepted: the topics that it is on.
        cleared: those that it is not on.
        all_cleared: whether it is on none but the accepted ones.
    """

    accepted: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()
    all_cleared: bool = False

    def clears(self, topic: str) -> bool:
        """Whether it is not on a topic, whatever else says so."""
        return topic in self.cleared or (self.all_cleared and topic not in self.accepted)

    def reviews(self, topic: str) -> bool:
        """Whether anything was said of a topic."""
        return topic in self.accepted or self.clears(topic)

    def of(self, topics: Iterable[str]) -> list[str]:
        """The topics by which the item is treated, ascending; `topics` are those without a verdict."""
        return sorted({topic for topic in topics if not self.clears(topic)} | self.accepted)

    def after(self, verdict: Verdict) -> ItemVerdicts:
        """What holds when one more was said."""
        topic, said = verdict.topic, verdict.verdict
        if topic is None:
            return ItemVerdicts(all_cleared=said == "clear")
        accepted, cleared = self.accepted - {topic}, self.cleared - {topic}
        if said == "accept":
            return ItemVerdicts(accepted | {topic}, cleared, self.all_cleared)
        return ItemVerdicts(accepted, cleared | {topic} if said == "clear" else cleared, self.all_cleared)


_NOTHING: Final = ItemVerdicts()


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What holds of every item of which anything was said."""

    by_item: Mapping[str, ItemVerdicts] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, said: Iterable[Verdict]) -> Verdicts:
        """What holds after all that was said, in order."""
        by_item: dict[str, ItemVerdicts] = {}
        for each in said:
            by_item[each.item_id] = by_item.get(each.item_id, _NOTHING).after(each)
        return cls({item_id: held for item_id, held in by_item.items() if held != _NOTHING})

    def __getitem__(self, item_id: str) -> ItemVerdicts:
        return self.by_item.get(item_id, _NOTHING)

    def digest(self) -> str:
        """Text that changes with what holds."""
        held = ((i, sorted(v.accepted), sorted(v.cleared), v.all_cleared) for i, v in sorted(self.by_item.items()))
        return repr(list(held))


def load_verdicts(path: Path) -> Verdicts:
    """The verdicts of a file; none where it does not exist.

    Raises:
        VerdictsError: a line of it is none.
    """
    if not path.is_file():
        return Verdicts()
    lines = enumerate(path.read_bytes().splitlines(), start=1)
    return Verdicts.of(_verdict(path, number, line) for number, line in lines if line.strip())


def append_verdicts(path: Path, said: Sequence[Verdict]) -> None:
    """Write down what was said, durably; nobody needs to stop meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{each.model_dump_json(exclude_none=True)}\n" for each in said)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _verdict(path: Path, number: int, line: bytes) -> Verdict:
    try:
        return Verdict.model_validate_json(line)
    except ValidationError as error:
        said = "; ".join(str(each) for each in problems(error))
        raise VerdictsError(f"{path}, line {number}: {said}") from error
