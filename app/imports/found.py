"""A file as it is found: what its columns become, what is in it, and what is not clear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from app.imports.column_names import snake
from app.imports.input_files import InputFile, look_at
from app.imports.kinds import Kind
from app.imports.mappings import ColumnMapping, named_fields, proposed
from app.imports.opening import Import, open_import
from app.imports.told_by_values import of_events, of_items
from app.imports.transfer import good_rows
from app.imports.wishes import REST, Wishes, wishes_of
from indexer.attributes.account import proposed_types
from indexer.attributes.declaration import AttributeType
from indexer.documents import EventDocument, ItemDocument, UserDocument
from indexer.readers import InputFileError
from indexer.rejects import Rejects
from models.events import EventType

SEEN: Final = 100_000
"""Rows of a file that are looked at."""


@dataclass(slots=True)
class Found:
    """What is in a file.

    Attributes:
        file: the file, mapped.
        wishes: what the mapping file has to say of it.
        rejects: the rows, among those that were looked at, that are not good.
        ids: of items.
        languages: of items, how often each.
        attributes: of items, with their likely types.
        about: attributes of people.
        newest: of events, the time of the last.
        ratings: of events that are ratings, the least and the greatest value.
        unknown: types of event that nobody explained, how often each.
    """

    file: Import
    wishes: Wishes
    rejects: Rejects
    ids: frozenset[str] = frozenset()
    languages: Counter[str] = field(default_factory=Counter)
    attributes: Mapping[str, AttributeType] = field(default_factory=dict)
    about: frozenset[str] = frozenset()
    newest: datetime | None = None
    ratings: tuple[float, float] | None = None
    unknown: Counter[str] = field(default_factory=Counter)

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.file.file.path

    @property
    def zoneless(self) -> bool:
        """Whether rows are refused since their times have no offset."""
        return any("no offset" in reason for reason in self.rejects.reasons)

    @property
    def types(self) -> list[str]:
        """The types of event in it, as Penchant names them."""
        return sorted({kind for (_, kind), _ in self.file.types.counts.items() if kind})


def found_in(
    kind: Kind, path: Path, said: Wishes, never: Sequence[str] = (), ids: Collection[str] = frozenset()
) -> Found:
    """A file, with proposals taken where nothing is said and nothing recognised.

    Args:
        kind: what its rows are about.
        path: the file.
        said: what somebody says of it.
        never: columns that must not be taken.
        ids: of items that are known, by which a column of events is told.

    Raises:
        InputFileError: it cannot be read, or it is not clear what its columns are.
    """
    wishes = _of_a_source(kind, path, said, never) or _proposed(kind, look_at(path, said), said, never, ids)
    found = Found(open_import(path, kind, wishes), wishes, Rejects())
    documents = [document for _, document in islice(good_rows(found.file, kind, found.rejects), SEEN)]
    if kind is Kind.ITEMS:
        items = [each for each in documents if isinstance(each, ItemDocument)]
        found.ids = frozenset(each.item_id for each in items)
        found.languages = Counter(each.language for each in items if each.language)
        found.attributes = proposed_types([each.attributes for each in items])
    elif kind is Kind.USERS:
        named = {name for each in documents if isinstance(each, UserDocument) for name in each.attributes}
        found.about = frozenset(named - {*never} - {snake(name) for name in never})
    else:
        events = [each for each in documents if isinstance(each, EventDocument)]
        found.newest = max((each.occurred_at for each in events if each.occurred_at), default=None)
        rated = [each.value for each in events if each.type == EventType.RATING and each.value is not None]
        found.ratings = (min(rated), max(rated)) if rated else None
        found.unknown = Counter({name: count for (name, of), count in found.file.types.counts.items() if of is None})
    return found


def _of_a_source(kind: Kind, path: Path, said: Wishes, never: Sequence[str]) -> Wishes | None:
    """What is said, if a known program wrote the file.

    Raises:
        InputFileError: it has a column that must not be taken, and that is not for the charter to refuse.
    """
    try:
        opened = open_import(path, kind, said)
    except InputFileError:
        return None
    if opened.source is None:
        return None
    banned = {snake(name) for name in never}
    if kind is not Kind.USERS and (columns := [name for name in opened.file.columns if snake(name) in banned]):
        raise InputFileError(
            f"{path} is read as {kind} of {opened.source.title}, from which {', '.join(columns)} cannot be left out: "
            "take that out of the file"
        )
    return said


def _proposed(kind: Kind, file: InputFile, said: Wishes, never: Sequence[str], ids: Collection[str]) -> Wishes:
    """What is said, and beside it what names of columns propose; attributes one by one, without those of `never`."""
    banned = {snake(name) for name in never}
    taken = {column for columns in said.map.values() for column in columns}
    columns = [name for name in file.columns if "." not in name and name not in taken and snake(name) not in banned]
    if own := [column for of in named_fields(file, kind).values() for column in of if snake(column) in banned]:
        raise InputFileError(
            f"{file.path}: {', '.join(own)} bears the name of a field, by which it is taken: take it out of the file"
        )
    named = {name: of for name, of in named_fields(file, kind).items() if name not in said.map and {*of} <= {*columns}}
    free = [name for name in columns if name not in {each for of in named.values() for each in of}]
    told = of_events(file, free, said.types, ids) if kind is Kind.EVENTS else {}
    told = {name: of for name, of in told.items() if name not in {*named, *said.map, *said.set}}
    free = [name for name in free if [name] not in told.values()]
    maps, constants = proposed(kind, free, {*named, *told, *said.map, *said.set})
    maps = told | {name: plain for name, each in maps.items() if (plain := _plain(file, each))}
    wishes = wishes_of(said, {"map": {**_tuples(maps), **said.map}, "set": {**constants, **said.set}})
    if kind is not Kind.ITEMS:
        return wishes
    opened = open_import(file.path, kind, wishes)
    plan = opened.plan
    unused = [name for name in plan.unused if snake(name) not in banned] if isinstance(plan, ColumnMapping) else []
    chosen = {*named, *wishes.map, *wishes.set}
    told = {name: of for name, of in of_items(file, unused).items() if name not in chosen}
    moved = {column for name, of in told.items() if name != "tags" for column in of}
    rest = {f"attributes.{snake(name)}": (name,) for name in unused if name not in moved}
    kept = {name: columns for name, columns in wishes.map.items() if columns != (REST,)}
    return wishes.model_copy(update={"map": {**kept, **_tuples(told), **rest}})


def _plain(file: InputFile, columns: Sequence[str]) -> list[str]:
    """The same columns; of one that holds objects, the name in them, if they have one."""
    objects = {name for name in columns if any(isinstance(row.get(name), dict) for row in file.first)}
    named = [f"{name}.name" if name in objects else name for name in columns]
    return [name for name in named if name in file.columns]


def _tuples(columns: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(each) for name, each in columns.items()}
