"""What the first values of a file's columns tell, where their names do not: for proposals, never for decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from app.imports.event_types import KNOWN
from app.imports.input_files import InputFile
from indexer.moments import moment

_PROSE: Final = 25
"""Characters from which on, in the mean, a column of texts that are all different is a text."""
_LABELS: Final = 30
"""Characters up to which, in the mean, a column of texts that repeat is one of tags."""
_REPEATED: Final = 0.5
"""Share of different ones among values that repeat."""
_NO_TAGS: Final = frozenset({"true", "false", "yes", "no", "ja", "nein", "oui", "non", "0", "1"})

Columns = dict[str, list[str]]


def of_events(file: InputFile, columns: Sequence[str], types: Collection[str], ids: Collection[str]) -> Columns:
    """The column that names types of event, or what somebody explained; that of ids of known items."""
    values = _values(file, columns)
    typed = [name for name, given in values.items() if any(each in KNOWN or each in types for each in given)]
    items = [name for name, given in values.items() if 2 * sum(each in ids for each in given) > len(given)]
    return {field: found[:1] for field, found in (("type", typed), ("item_id", items)) if found}


def of_items(file: InputFile, columns: Sequence[str]) -> Columns:
    """The longest prose, the one column of dates, and columns of a few short texts that repeat: text, date and tags."""
    values = _values(file, columns)
    length = {name: sum(map(len, given)) / len(given) for name, given in values.items()}
    distinct = {name: len({*given}) / len(given) for name, given in values.items()}
    prose = [name for name in values if length[name] >= _PROSE and distinct[name] > _REPEATED]
    dated = [name for name, given in values.items() if all(map(_is_date, given))]
    tags = [
        name
        for name, given in values.items()
        if length[name] <= _LABELS and distinct[name] <= _REPEATED and all(map(_is_tag, given)) and name not in dated
    ]
    found = {"text": [max(prose, key=length.__getitem__)] if prose else [], "tags": tags}
    return {name: each for name, each in (found | {"published_at": dated if len(dated) == 1 else []}).items() if each}


def _values(file: InputFile, columns: Sequence[str]) -> Mapping[str, list[str]]:
    """Of each column of texts or times, those of the first rows as text."""
    given = {name: [row[name] for row in file.first if row.get(name) is not None] for name in columns}
    plain = {name: each for name, each in given.items() if each and all(isinstance(one, str | date) for one in each)}
    return {name: [str(value) for value in each if value != ""] or [""] for name, each in plain.items()}


def _is_date(text: str) -> bool:
    """Not a bare number, which may be anything."""
    if text.replace(".", "").isdecimal():
        return False
    try:
        moment(text)
    except ValueError:
        return False
    return True


def _is_tag(text: str) -> bool:
    return text.lower() not in _NO_TAGS and any(map(str.isalpha, text))
