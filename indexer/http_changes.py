"""Where an items file and what came over HTTP contradict each other, and who is right.

A change over HTTP stands in service. The file contradicts it where it says another thing of the same item: another
content, or that there is none. Which of the two is newer cannot be seen from either, so it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from indexer.documents import ItemDocument
from indexer.intake import BuildRefusedError

NAMED: Final = 5
"""Items that a line names."""
Items = Mapping[str, ItemDocument]


class Newer(Enum):
    """Which of the two is newer."""

    FILE = "file"
    HTTP = "http"


class Contradiction(Enum):
    """What a file and a change over HTTP say differently: as it is found, and as it ends if the file holds."""

    CHANGED = ("changed over HTTP and otherwise in the file", "as in the file, not as over HTTP")
    ADDED = ("came over HTTP and not in the file", "came over HTTP, not in the file, and gone")
    DELETED = ("deleted over HTTP and in the file", "deleted over HTTP, in the file, and back")

    def __init__(self, found: str, displaced: str) -> None:
        self.found = found
        self.displaced = displaced


@dataclass(frozen=True, slots=True)
class Conflict:
    """One item of which file and HTTP say different things.

    Attributes:
        item_id: which.
        kind: what differs.
        changed_at: when it was changed over HTTP, seconds since 1970.
    """

    item_id: str
    kind: Contradiction
    changed_at: float


def conflicts(file: Items, served: Items, changed_at: Mapping[str, float]) -> list[Conflict]:
    """Where a file contradicts what stands in service by HTTP, by item id.

    Args:
        file: items of the file.
        served: items in service, changes over HTTP among them.
        changed_at: when each item was last changed over HTTP.
    """
    found = []
    for item_id, at in sorted(changed_at.items()):
        here, there = file.get(item_id), served.get(item_id)
        if here != there:
            found.append(Conflict(item_id, _kind(here, there), at))
    return found


def _kind(here: ItemDocument | None, there: ItemDocument | None) -> Contradiction:
    if here is None:
        return Contradiction.ADDED
    return Contradiction.DELETED if there is None else Contradiction.CHANGED


def settled(
    file: Items, served: Items, found: Sequence[Conflict], newer: Newer | float | None
) -> dict[str, ItemDocument]:
    """The file's items, with what came over HTTP where that is newer.

    Args:
        file: items of the file.
        served: items in service.
        found: their conflicts.
        newer: who is right in all of them; or when the file was written, in seconds since 1970, so that HTTP is right
            in what changed later.

    Raises:
        BuildRefusedError: there are conflicts and nobody said which is newer.
    """
    items = dict(file)
    if found and newer is None:
        raise BuildRefusedError(
            f"the file and what came over HTTP contradict each other: {by_kind(found)}. Say which is newer: "
            "--newer file, --newer http, or --written-at with the time up to which the file is right"
        )
    for each in overruling(found, newer):
        if each.kind is Contradiction.DELETED:
            del items[each.item_id]
        else:
            items[each.item_id] = served[each.item_id]
    return items


def overruling(found: Iterable[Conflict], newer: Newer | float | None) -> list[Conflict]:
    """The conflicts in which HTTP is right."""
    if isinstance(newer, float):
        return [each for each in found if each.changed_at > newer]
    return list(found) if newer is Newer.HTTP else []


def by_kind(found: Sequence[Conflict]) -> str:
    """How many there are of each kind, and the first of them."""
    of_kind = {kind: [each.item_id for each in found if each.kind is kind] for kind in Contradiction}
    return "; ".join(f"{len(ids):,} {kind.found} ({named(ids)})" for kind, ids in of_kind.items() if ids)


def named(item_ids: Sequence[str]) -> str:
    """The first few of several ids."""
    more = f" and {len(item_ids) - NAMED:,} more" if len(item_ids) > NAMED else ""
    return ", ".join(item_ids[:NAMED]) + more
