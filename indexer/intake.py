"""What a file must give to be put in service, and the account of what became of its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from pydantic import Field

from indexer.documents import ItemDocument
from indexer.readers import InputFileError, read_rows
from indexer.rejects import Rejects
from models.config import Config

REASONS: Final = 3
"""Reasons of rejection that a line tells, the commonest first."""
_BEGINNINGS: Final = tuple(
    date(*parts) for parts in ((1, 1, 1), (1601, 1, 1), (1899, 12, 30), (1899, 12, 31), (1970, 1, 1))
)
"""The days from which computers, databases and spreadsheets count: what a missing date often becomes."""


class IntakeSettings(Config):
    """How much of a file, or of a catalogue, may get lost before a command refuses or fails."""

    max_rejected_share: float = Field(default=0.2, ge=0, le=1)
    """Largest share of a file's rows that may be rejected: beyond it a build publishes nothing, and a replay fails."""

    max_shrink_share: float = Field(default=0.2, ge=0, le=1)
    """Largest share by which a build from a file may make the catalogue in service smaller."""


class BuildRefusedError(Exception):
    """A build would lose what nobody said may be lost; what was in service stays in service."""


def check_rows(path: Path, rejects: Rejects, settings: IntakeSettings, *, allowed: bool) -> None:
    """Whether enough of a file's rows can be taken.

    Raises:
        BuildRefusedError: none can, or more are rejected than the settings allow and `allowed` is off.
    """
    if not rejects.taken:
        kind = _kind_of(path)
        hint = f": it reads like a file of {kind}" if kind else ""
        raise BuildRefusedError(f"{path} holds no item that can be taken{hint}\n{rows_account(rejects)}".rstrip())
    if rejects.refused > settings.max_rejected_share * rejects.rows and not allowed:
        raise BuildRefusedError(
            f"more than {settings.max_rejected_share:.0%} of the rows in {path} are rejected "
            "(intake.max_rejected_share): "
            f"mend them, or publish without them with --allow-shrink\n{rows_account(rejects)}"
        )


def check_size(items: int, served: int, settings: IntakeSettings, *, allowed: bool) -> None:
    """Whether a build keeps enough of the catalogue in service.

    Raises:
        BuildRefusedError: it has fewer items than the settings allow and `allowed` is off.
    """
    if items < (1 - settings.max_shrink_share) * served and not allowed:
        raise BuildRefusedError(
            f"the catalogue would shrink from {served:,} items to {items:,}, by more than "
            f"{settings.max_shrink_share:.0%} (intake.max_shrink_share): if that is right, say --allow-shrink"
        )


def rows_account(rejects: Rejects) -> str:
    """What became of a file's rows, by reason, in a line: "60 rows: 58 taken, 2 rejected (2 published_at is ...)"."""
    parts = [f"{rejects.rows:,} rows: {rejects.taken:,} taken"]
    if rejects.repeated:
        parts.append(f"{rejects.repeated:,} replaced by later rows of the same id")
    if rejects.refused:
        parts.append(f"{rejects.refused:,} rejected ({'; '.join(_reasons(rejects))})")
    if rejects.aside:
        told = "; ".join(f"{count:,} {reason}" for reason, count in rejects.aside.most_common(REASONS))
        parts.append(f"{rejects.aside.total():,} left out ({told})")
    return ", ".join(parts)


def _reasons(rejects: Rejects) -> Iterator[str]:
    commonest = sorted(rejects.reasons.values(), key=lambda reason: -reason.count)
    for reason in commonest[:REASONS]:
        yield f"{reason.count:,} such as {reason.example}"
    others = rejects.refused - sum(reason.count for reason in commonest[:REASONS])
    if others:
        yield f"{others:,} for other reasons"


def dates_account(items: Iterable[ItemDocument], now: datetime) -> list[str]:
    """What is odd about the dates of items: none, a day that a missing one often becomes, or one ahead of `now`."""
    dates = [item.published_at for item in items]
    days = Counter(moment.date() for moment in dates if moment is not None)
    ahead = [moment for moment in dates if moment is not None and moment > now]
    furthest = f", the furthest on {max(ahead):%Y-%m-%d}" if ahead else ""
    odd = (
        (dates.count(None), "without a date, never recent"),
        *((days[day], f"dated {day}, as if by mistake") for day in _BEGINNINGS),
        (len(ahead), f"dated ahead, hidden until then{furthest}"),
    )
    return [f"{count:,} item{'s' if count > 1 else ''} {told}" for count, told in odd if count]


def _kind_of(path: Path) -> str | None:
    """What a file is of, by the fields of its first row; None where that tells nothing but items."""
    try:
        first = next(iter(read_rows(path, ItemDocument)), None)
    except InputFileError:
        return None
    names = first.value.keys() if first is not None and isinstance(first.value, dict) else ()
    return next((name for name, keys in _MARKS if keys <= set(names)), None)


_MARKS: Final[Sequence[tuple[str, set[str]]]] = (
    ("events", {"event_id", "user_id"}),
    ("events", {"user_id", "item_id", "type"}),
    ("users", {"user_id"}),
)
