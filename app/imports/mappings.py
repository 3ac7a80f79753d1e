"""Which columns become which fields: by their names, or as somebody says."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any, Final

from app.imports import cells
from app.imports.column_names import proposals, snake
from app.imports.input_files import InputFile
from app.imports.kinds import Kind, Row
from app.imports.tables import Table
from app.imports.wishes import REST, Wishes
from indexer.documents import Muted, Preferences
from indexer.readers import InputFileError

_NEEDED: Final[Mapping[Kind, tuple[tuple[str, ...], ...]]] = {
    Kind.ITEMS: (("item_id",), ("title", "text")),
    Kind.EVENTS: (("user_id",), ("item_id",), ("type",)),
    Kind.USERS: (("user_id",),),
}
"""Fields without which no row is good, each with what may stand in its place."""
_NESTED: Final[Mapping[str, Sequence[str]]] = {
    "preferences": tuple(Preferences.model_fields),
    "muted": tuple(Muted.model_fields),
}
_OPEN: Final = frozenset({"attributes", "context"})
_LISTS: Final = frozenset({"tags", "goals", "sensitive_topics", "allowed_sensitive_topics"})
_CONVERTS: Final[Mapping[str, cells.Convert]] = {
    "value": cells.number,
    "position": cells.number,
    "personalization": cells.yes_or_no,
    "attributes": cells.structure,
    "context": cells.structure,
    "preferences": cells.structure,
    "muted": cells.structure,
}


class MappingError(InputFileError):
    """It is not clear what the columns of a file are."""


@dataclass(frozen=True, slots=True)
class Target:
    """A field, and where it comes from.

    Attributes:
        field: its name, or `attributes.NAME`.
        columns: where it comes from.
        convert: makes of a cell what the field holds.
        join: makes one value of several; None to take the first that is filled.
        seen: whether any of the first rows has it.
    """

    field: str
    columns: tuple[str, ...]
    convert: cells.Convert
    join: Callable[[list[Any]], Any] | None = None
    seen: bool = True

    def of(self, row: Row) -> Any:
        """Its value; None where it has none."""
        found = [self.convert(value) for name in self.columns if (value := _value(row, name)) is not None]
        if not found:
            return None
        return self.join(found) if self.join and len(found) > 1 else found[0]


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Rows of named values as rows of fields.

    Attributes:
        targets: the fields that come from columns.
        constants: those that are the same in all rows.
        unused: columns that are left out.
        later: columns of later rows that nobody saw before, left out too.
    """

    targets: tuple[Target, ...]
    constants: Row
    unused: tuple[str, ...]
    known: frozenset[str] = frozenset()
    later: set[str] = field(default_factory=set)

    def __call__(self, row: Row) -> Iterable[Row]:
        """The fields of a row."""
        found = dict(self.constants)
        for target in self.targets:
            if (value := target.of(row)) is not None:
                found[target.field] = value
        if self.known:
            self.later.update(row.keys() - self.known)
        return (_nested(found) if any("." in name for name in found) else found,)

    def lines(self) -> list[str]:
        """What becomes what, a line each."""
        told = [(target.field, " + ".join(target.columns)) for target in self.targets if target.seen]
        constants = [(name, f"{value!r} in every row") for name, value in self.constants.items()]
        return [f"{name:<14} <- {source}" for name, source in (*told, *constants)]


def mapping_of(file: InputFile, kind: Kind, wishes: Wishes) -> ColumnMapping:
    """How the columns of a file are taken.

    Raises:
        MappingError: a needed field has no column, or a column is named that there is not.
    """
    said = {name: _columns(file, kind, name, columns) for name, columns in wishes.map.items()}
    for name in wishes.set:
        _check_field(kind, name)
    by_name = _by_name(file, kind, {*said, *wishes.set})
    chosen = {**by_name, **{name: columns for name, columns in said.items() if columns != (REST,)}}
    _check_needed(file, kind, {*chosen, *wishes.set})
    taken = {column.split(".")[0] for columns in chosen.values() for column in columns}
    unused = tuple(column for column in file.columns if "." not in column and column not in taken)
    if REST in said.get("attributes", ()):
        chosen |= {f"attributes.{snake(column)}": (column,) for column in unused}
        unused = ()
    targets = tuple(_target(file, wishes, name, columns) for name, columns in chosen.items())
    if file.table is not None:
        return ColumnMapping(targets, _constants(wishes), unused)
    known = frozenset((*(name for name in file.columns if "." not in name), *kind.document.model_fields))
    return ColumnMapping((*targets, *_later(kind, wishes, {*chosen, *said})), _constants(wishes), unused, known)


def _later(kind: Kind, wishes: Wishes, chosen: set[str]) -> Iterable[Target]:
    """Fields that the first rows do not have, by their own names: of objects nobody knows what later ones have."""
    names = [name for name in kind.document.model_fields if name not in {*chosen, *wishes.set}]
    return (Target(name, (name,), _as_it_is, seen=False) for name in names)


def overrides_of(file: InputFile, kind: Kind, wishes: Wishes, *, inner: bool) -> ColumnMapping:
    """What somebody says of the columns of a file of which all else is known.

    Args:
        file: the file.
        kind: what its rows are about.
        wishes: what is said.
        inner: whether there are names that are no columns.

    Raises:
        MappingError: a field or a column is named that there is not.
    """
    known = file.columns
    named = {
        name: columns if inner and not {*columns} <= {*known} else _columns(file, kind, name, columns)
        for name, columns in wishes.map.items()
    }
    for name in (*wishes.map, *wishes.set):
        _check_field(kind, name)
    return ColumnMapping(tuple(_target(file, wishes, *each) for each in named.items()), _constants(wishes), ())


def fields_of(kind: Kind) -> list[str]:
    """The fields that columns can become."""
    return [
        *kind.document.model_fields,
        *(f"{outer}.{inner}" for outer in kind.document.model_fields for inner in _NESTED.get(outer, ())),
    ]


def _columns(file: InputFile, kind: Kind, name: str, columns: Sequence[str]) -> tuple[str, ...]:
    _check_field(kind, name)
    return tuple(column if column == REST else _column(file, column) for column in columns)


def _check_field(kind: Kind, name: str) -> None:
    known = fields_of(kind)
    outer, _, inner = name.partition(".")
    if name in known or (outer in _OPEN & {*known} and inner):
        return
    near = get_close_matches(name, known, 1)
    hint = f", perhaps {near[0]}" if near else f": there are {', '.join(known)}"
    raise MappingError(f"{kind.value} have no field {name!r}{hint}")


def _column(file: InputFile, name: str) -> str:
    """A column by its name, by the same name in other letters, or by its place (#3)."""
    if name in file.columns:
        return name
    alike = [column for column in file.columns if snake(column) == snake(name)]
    if len(alike) == 1:
        return alike[0]
    if name.startswith("#") and name[1:].isdigit() and 0 < int(name[1:]) <= len(file.columns):
        return file.columns[int(name[1:]) - 1]
    if file.table and (places := file.table.repeated.get(name)):
        told = f"{file.path} has the column {name!r} {len(places)} times"
        raise MappingError(f"{told}: name the one that is meant by its place, such as {places[0]}")
    near = get_close_matches(name, file.columns, 1)
    raise MappingError(f"{file.path} has no column {name!r}{f', perhaps {near[0]!r}' if near else ''}: {_has(file)}")


def _by_name(file: InputFile, kind: Kind, said: set[str]) -> dict[str, tuple[str, ...]]:
    """Columns that bear a field's own name, be it in other letters."""
    wanted = [name for name in fields_of(kind) if name not in said]
    exact = {name: name for name in wanted if name in file.columns}
    alike = {snake(column): column for column in reversed(file.columns)}
    return {name: (exact.get(name) or alike[name],) for name in wanted if name in exact or name in alike}


def _check_needed(file: InputFile, kind: Kind, chosen: set[str]) -> None:
    missing = [names for names in _NEEDED[kind] if not chosen & {*names}]
    if not missing:
        return
    told = " and ".join(f"no column for {' or '.join(names)}" for names in missing)
    raise MappingError(f"{file.path} has {told}. {_has(file)}{_mend(file, kind, chosen)}")


def _has(file: InputFile) -> str:
    twice = file.table.repeated if file.table else {}
    repeated = "".join(f"; {name} is there {len(places)} times, {', '.join(places)}" for name, places in twice.items())
    names = [name for name in file.columns if "." not in name]
    return f"It has: {', '.join(names)}{repeated}."


def _mend(file: InputFile, kind: Kind, chosen: set[str]) -> str:
    """The options that are likely to be meant; a proposal, to be looked at."""
    options = proposed_options(file, kind, chosen)
    return f"\nPerhaps: {' '.join(map(shlex.quote, options))}" if options else ""


def proposed_options(file: InputFile, kind: Kind, chosen: Iterable[str] = ()) -> list[str]:
    """The options of a command that might say what the columns of a file are."""
    given = {*chosen}
    found, constants = proposed(kind, file.columns, given)
    options = [option for name, columns in found.items() for each in columns for option in ("--map", f"{name}={each}")]
    options += [option for name, value in constants.items() for option in ("--set", f"{name}={value}")]
    rest = {*file.columns} - {column for columns in found.values() for column in columns}
    if kind is Kind.ITEMS and "attributes" not in given and rest:
        options += ["--map", f"attributes={REST}"]
    return options if found else []


def proposed(
    kind: Kind, columns: Sequence[str], given: Iterable[str] = ()
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """(columns by field, values that all rows have by field) that might be meant, beside the fields that are given."""
    known = {*given}
    found = proposals(kind, columns, [name for name in fields_of(kind) if name not in known])
    if kind is not Kind.EVENTS or "type" in {*found, *known}:
        return found, {}
    rated = "value" in found and snake(found["value"][0]) in {"rating", "score", "stars", "book_rating"}
    return found, {"type": ("rating" if "rating" in _types() else "like") if rated else "click"}


def named_fields(file: InputFile, kind: Kind) -> dict[str, tuple[str, ...]]:
    """The fields whose own names columns bear, and the columns."""
    return _by_name(file, kind, set())


def _types() -> frozenset[str]:
    from app.imports.event_types import KNOWN  # noqa: PLC0415 - it reads names of columns too

    return KNOWN


def _target(file: InputFile, wishes: Wishes, name: str, columns: tuple[str, ...]) -> Target:
    join = _lines if name == "text" else _joined if _is_list(name) else None
    return Target(name, columns, _convert(file, wishes, name, columns), join)


def _is_list(name: str) -> bool:
    return name in _LISTS or name.startswith(("preferences.", "muted."))


def _lines(values: list[Any]) -> Any:
    return "\n".join(map(str, values))


def _convert(file: InputFile, wishes: Wishes, name: str, columns: tuple[str, ...]) -> cells.Convert:
    table = file.table
    if name in {"value", "position"}:
        return partial(cells.number, decimal=wishes.decimal or (table.decimal if table else None))
    if name in _CONVERTS:
        return _CONVERTS[name]
    if _is_list(name):
        return cells.entries
    if name.startswith(("attributes.", "context.")):
        return cells.plain if table is None else _open(file, table, columns)
    return _as_it_is


def _open(file: InputFile, table: Table, columns: Sequence[str]) -> cells.Convert:
    """Of what no field names: cells of a table are text.

    A comma stands before decimals where the table says so, or where in a whole column it can be nothing else (`34,90`).
    """
    if all(map(table.typed, columns)):
        return cells.scalar
    given = [value for name in columns for row in file.first if (value := row.get(name))]
    commas = table.decimal is None and bool(given) and all(map(cells.has_decimal_comma, given))
    return cells.decimals if table.decimal == "," or commas else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _joined(values: list[Any]) -> Any:
    return [entry for value in values for entry in (value if isinstance(value, list) else [value])]


def _constants(wishes: Wishes) -> Row:
    found: Row = {}
    for name, value in wishes.set.items():
        convert = cells.entries if _is_list(name) else _CONVERTS.get(name, cells.scalar if "." in name else _as_it_is)
        found[name] = convert(value)
    return found


def _value(row: Row, name: str) -> Any:
    """A value by its column, or inside objects by a path of names."""
    if (value := row.get(name)) is not None or "." not in name:
        return value
    found: Any = row
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _nested(row: Row) -> Row:
    found: Row = {}
    for name, value in row.items():
        outer, _, inner = name.partition(".")
        if inner:
            found.setdefault(outer, {})[inner] = value
        else:
            found[name] = {**found[name], **value} if name in found and isinstance(value, dict) else value
    return found
