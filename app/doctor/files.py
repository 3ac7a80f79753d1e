"""What a file is, and what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.doctor.finding import Finding, look, ok, wrong
from app.imports.found import Found, found_in
from app.imports.input_files import look_at
from app.imports.kinds import Kind
from app.imports.wishes import MappingFile, Wishes
from app.settings import Settings
from indexer.intake import rows_account
from indexer.readers import InputFileError

_ORDER: Final = (Kind.EVENTS, Kind.ITEMS, Kind.USERS)
"""A file with people and items is one of events."""


def of_file(path: Path, settings: Settings) -> Iterator[Finding]:
    """What is to be said of a file of items, events or people."""
    about = path.name
    try:
        file = look_at(path, Wishes())
        mapping = MappingFile.read(settings.mapping) if settings.mapping else MappingFile()
    except InputFileError as error:
        yield wrong(about, str(error), "as it says")
        return
    found = _likeliest(path, mapping)
    if found is None:
        names = ", ".join(file.columns) or "nothing"
        yield wrong(
            about,
            f"it is {file.form}, and has no columns that tell items, events or people: {names}",
            "penchant import KIND FILE --map FIELD=COLUMN says what is what",
        )
        return
    yield from _of_rows(about, found)


def _likeliest(path: Path, mapping: MappingFile) -> Found | None:
    """The file as the kind that it is: that of a known program, or else the first that its columns allow."""
    read = []
    for kind in _ORDER:
        try:
            read.append(found_in(kind, path, mapping.of(kind)))
        except InputFileError:
            continue  # it is of another kind
    read.sort(key=lambda each: each.file.source is None)
    return read[0] if read else None


def _of_rows(about: str, found: Found) -> Iterator[Finding]:
    kind = found.file.kind
    told = rows_account(found.rejects)
    said = f"{found.file.words().partition(': ')[2]}, {kind}; {told}"
    command = f"penchant import {kind} {found.path}"
    if found.unknown:
        names = ", ".join(f"{name} ({count:,})" for name, count in found.unknown.most_common())
        yield look(about, f"types of event that nobody explained: {names}", f"{command} --type NAME=TYPE")
    if found.zoneless:
        yield look(about, "times have no offset from UTC", f"{command} --time-zone Europe/Berlin")
    if not found.rejects.taken:
        yield wrong(about, said, f"{command} --dry-run shows each reason")
    elif found.rejects.refused:
        yield look(about, said, f"{command} --dry-run shows each reason")
    else:
        yield ok(about, said)
