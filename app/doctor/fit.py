"""Whether settings, charter and mapping fit each other and the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import duckdb

from app.doctor.finding import Finding, look, ok, wrong
from app.imports.event_types import LEFT_OUT
from app.imports.wishes import MappingFile
from app.policy.charter.charter import ANY, Charter, CharterError, load_charter
from app.settings import Settings
from app.storage.database import FILE_NAME
from app.storage.log_span import LogSpan, log_span
from indexer.readers import InputFileError
from indexer.sensitive.taxonomy import TaxonomyError

_FADED: Final = 4.0
"""Half-lives after which an event counts a sixteenth."""
_SHORT: Final = 30.0
"""Half-lives in the log from which on most of it hardly counts."""


def of_fit(settings: Settings, *, running: bool) -> Iterator[Finding]:
    """What does not fit; the log is looked at where no service has it open."""
    try:
        charter = load_charter(settings.charter, settings.index.sensitive.taxonomy)
        mapping = MappingFile.read(settings.mapping) if settings.mapping else MappingFile()
    except (CharterError, TaxonomyError, InputFileError) as error:
        yield wrong("charter" if not isinstance(error, InputFileError) else "mapping", str(error), "as it says")
        return
    told = [*_refused(settings, charter), *_unmapped(mapping, charter)]
    yield from told or [ok("charter", f"{charter.name!r} declares what settings and mapping name")]
    if settings.as_of is not None:
        yield look(
            "clock", f"it stands still at {settings.as_of:%Y-%m-%d %H:%M}", "take as_of out before new events come"
        )
    if settings.storage.url is None and not running and (settings.data_dir / FILE_NAME).is_file():
        yield from _of_the_file(settings)


def _refused(settings: Settings, charter: Charter) -> Iterator[Finding]:
    """What settings declare and the charter does not."""
    for name in settings.events.types:
        if charter.use_of(name) is None:
            yield wrong(
                "charter", f"events of the type {name} are declared and refused", f"name {name} under [events] there"
            )
    for name in settings.attributes:
        if not {name, ANY} & charter.item_attributes.keys():
            yield wrong(
                "charter",
                f"items can be filtered by {name}, but items that have it are refused",
                f"name {name} under [item_attributes] there",
            )


def _unmapped(mapping: MappingFile, charter: Charter) -> Iterator[Finding]:
    """What the mapping brings and the charter refuses."""
    for declared, wishes, group in (
        (charter.item_attributes, mapping.items, "item_attributes"),
        (charter.attributes, mapping.users, "attributes"),
    ):
        named = [field.partition(".")[2] for field in wishes.map if field.startswith("attributes.")]
        for name in named:
            if not {name, ANY} & declared.keys():
                yield wrong(
                    "mapping", f"attributes.{name} is taken and refused", f"name {name} under [{group}] of the charter"
                )
    for name, kind in mapping.events.types.items():
        if kind != LEFT_OUT and charter.use_of(kind) is None:
            yield wrong(
                "mapping", f"{name} becomes {kind}, which is refused", f"name {kind} under [events] of the charter"
            )


def _of_the_file(settings: Settings) -> Iterator[Finding]:
    try:
        span = log_span(settings.data_dir / FILE_NAME)
    except duckdb.Error as error:
        yield look("log", f"it cannot be looked at: {error}", "see whether another process has it open")
        return
    yield from of_log(span, settings)


def of_log(span: LogSpan | None, settings: Settings) -> Iterator[Finding]:
    """Whether the events are so old that they hardly count."""
    if span is None:
        return
    half_life, now = settings.events.half_life_positive_days, settings.as_of or datetime.now(UTC)
    age, days = (now - span.last).total_seconds() / 86_400, (span.last - span.first).total_seconds() / 86_400
    told = f"{span.events:,} events, {span.first:%Y-%m-%d} to {span.last:%Y-%m-%d}"
    said = f"{told}; one counts half after {half_life:g} days"
    if age > _FADED * half_life:
        trial = f"as_of = {span.last.isoformat()!r} for a trial"
        yield look("log", f"{said}, and the last is {age:,.0f} days old", trial)
    elif days > _SHORT * half_life:
        yield look("log", f"{said}: most of it hardly counts", "events.half_life_positive_days; penchant tune chooses")
    else:
        yield ok("log", said)
