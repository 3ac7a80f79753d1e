"""The codes under which the log keeps event types that are not built in, given once and for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from app.storage.errors import EventTypesError
from models.events import CODE_OF, FIRST_DECLARED
from models.signal_table import MOST_TYPES

_ALL: Final = "SELECT name, code FROM event_types ORDER BY code"
_INSERT: Final = "INSERT INTO event_types VALUES ($code, $name)"
_COUNTS: Final = """
SELECT name, count(*) FROM events JOIN event_types ON code = type
WHERE name IN (SELECT unnest($names::VARCHAR[])) AND forgotten_by IS NULL GROUP BY name ORDER BY name
"""


def declared_codes(connection: DuckDBPyConnection) -> dict[str, int]:
    """Code by name of every type that was ever declared."""
    return dict(connection.execute(_ALL).fetchall())


def declare(connection: DuckDBPyConnection, requests: Sequence[tuple[str, ...]]) -> list[dict[str, int]]:
    """Give a code to each type that has none.

    Raises:
        EventTypesError: there is none left.
    """
    codes = declared_codes(connection)
    new = next_codes(codes, [name for names in requests for name in names])
    for name, code in new.items():
        connection.execute(_INSERT, {"code": code, "name": name})
    return [codes | new for _ in requests]


def next_codes(codes: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    """A code for each of these types that has none.

    Raises:
        EventTypesError: there is none left.
    """
    new = [name for name in dict.fromkeys(names) if name not in codes]
    first = max([FIRST_DECLARED - 1, *codes.values()]) + 1
    if len(new) > MOST_TYPES - first:
        raise EventTypesError(new[MOST_TYPES - first], MOST_TYPES - FIRST_DECLARED)
    return dict(zip(new, range(first, first + len(new)), strict=True))


def counts(connection: DuckDBPyConnection, names: Sequence[str]) -> dict[str, int]:
    """How many events that count the log has of each of these types; those without any are left out."""
    return dict(connection.execute(_COUNTS, {"names": list(names)}).fetchall()) if names else {}


class TypeCodes:
    """Names and codes of all types, built in and declared."""

    def __init__(self, declared: dict[str, int]) -> None:
        self._codes = dict(CODE_OF)
        self._names = {code: name for name, code in CODE_OF.items()}
        self.add(declared)

    def add(self, declared: dict[str, int]) -> None:
        """Know these too."""
        self._codes |= declared
        self._names |= {code: name for name, code in declared.items()}

    def known(self, name: str) -> bool:
        """Whether a type is built in, or known to be declared."""
        return name in self._codes

    def codes(self, names: Iterable[str]) -> list[int]:
        """The code of each of these types.

        Raises:
            KeyError: one is neither built in nor declared.
        """
        return [self._codes[name] for name in names]

    def by_code(self, named: Mapping[str, float]) -> dict[int, tuple[str, float]]:
        """What is given by the name of a type, with that name, by its code; without types that the log cannot have."""
        return {self._codes[name]: (name, value) for name, value in named.items() if name in self._codes}

    def name(self, code: int) -> str:
        """The type of a code."""
        return self._names[code]
