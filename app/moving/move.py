"""A move: table by table, in parts that are each copied once; then everything is read back and compared.

A part and the note of how far it goes are one transaction of the target's, so that a move that was killed goes on where
it stood. The source is only read, and stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from app.moving.digests import Compared, compared
from app.moving.errors import MoveError
from app.moving.source import Source
from app.moving.tables import MovedTable, moved_tables
from app.moving.target import UNFINISHED, Target
from app.storage.postgres.migrations import migrate
from indexer.progress import Progress

PART: Final = 200_000
"""Rows of a table that are copied in one transaction."""
LEDGER: Final = "schema_migrations"
"""Table that every database of ours has."""
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a move would do, by trying it on rows that are not kept.

    Attributes:
        rows: by table, how many there are.
        tried: how many were copied.
        seconds: that this took.
    """

    rows: dict[str, int]
    tried: int
    seconds: float

    @property
    def expected_seconds(self) -> float:
        """Of copying all of them; to compare them takes about as long again."""
        return sum(self.rows.values()) * self.seconds / self.tried if self.tried else 0.0


@dataclass(frozen=True, slots=True)
class Move:
    """From a folder's database into one of PostgreSQL.

    Attributes:
        source: open for reading.
        target: which holds nothing, or what this same move copied before it was broken off.
        part: rows of one transaction.
    """

    source: Source
    target: Target
    part: int = PART

    def rehearse(self) -> Rehearsal:
        """Make the tables, copy the first part of each, and take all of it back.

        Raises:
            MoveError: the move would not go.
        """
        with self.target.connection.transaction(force_rollback=True):
            tables, started = self._tables(), monotonic()
            reached = self.target.reached(self.source.fingerprint)
            tried = sum(self._copy_part(table, reached.get(table.name, 0))[0] for table in tables)
            seconds = monotonic() - started
        return Rehearsal({each.name: self.source.count(each.name) for each in tables}, tried, seconds)

    def copy(self, progress: Progress, *, anew: bool = False) -> int:
        """Copy what was not copied yet; how many rows that were.

        Args:
            progress: is told how many rows of all.
            anew: whether to delete first what a move that was broken off copied.

        Raises:
            MoveError: it does not go.
        """
        tables = self._tables(anew=anew)
        reached = self.target.reached(self.source.fingerprint)
        sizes = {each.name: self.source.size(each.name) for each in tables}
        copied = before = 0
        for table in tables:
            place = reached.get(table.name, 0)
            while place < sizes[table.name]:
                count, place = self._copy_part(table, place)
                copied += count
                progress(before + place, sum(sizes.values()))
            before += sizes[table.name]
        return copied

    def compare(self, progress: Progress) -> list[Compared]:
        """Read everything back, and finish the move if it is the same.

        Raises:
            MoveError: something differs.
        """
        tables, found = self._tables(), list[Compared]()
        for done, table in enumerate(tables, 1):
            found.append(compared(self.source, self.target, table))
            progress(done, len(tables))
        if differing := [each for each in found if each.differing]:
            raise MoveError("; ".join(map(_told, differing)) + ": --anew empties the database and begins again")
        self.target.finish(self.source.last_number())
        return found

    def _tables(self, *, anew: bool = False) -> list[MovedTable]:
        """Those that are moved, ready to be filled."""
        self._check_owner()
        migrate(self.target.connection)
        tables = moved_tables(self.source.columns, self.target.columns())
        if anew and self.target.is_begun():
            self.target.empty([each.name for each in tables])
        if not self.target.is_begun():
            self._check_empty(tables)
            self.target.begin(self.source.fingerprint)
        return tables

    def _copy_part(self, table: MovedTable, first: int) -> tuple[int, int]:
        """How many rows were copied, and the number of the row before which all are."""
        after = min(first + self.part, self.source.size(table.name))
        if nul := self.source.with_nul(table, first, after):
            raise MoveError(
                f"row {nul[1] + 1:,} of table {table.name} has a NUL character in {nul[0]}, which PostgreSQL cannot "
                "hold: delete what it belongs to while the folder is served, then move"
            )
        rows = self.source.part(table, first, after)
        return self.target.take(self.source.fingerprint, table.name, rows, after), after

    def _check_owner(self) -> None:
        """Tables of another program are left alone."""
        there = self.target.columns().keys() - {UNFINISHED}
        if there and LEDGER not in there:
            raise MoveError(
                f"the database holds tables of something else ({', '.join(sorted(there)[:_SHOWN])}): make one of its "
                "own, createdb penchant, and name that"
            )

    def _check_empty(self, tables: Sequence[MovedTable]) -> None:
        if full := [each.name for each in tables if self.target.count(each.name)]:
            raise MoveError(
                f"the database holds what is no unfinished move of this folder ({', '.join(full)} have rows): "
                "name one that is empty"
            )


def _told(found: Compared) -> str:
    shown = [f"{person or 'all'} ({mine:,} rows there, {theirs:,} here)" for person, mine, theirs in found.differing]
    more = f" and {len(shown) - _SHOWN:,} more" if len(shown) > _SHOWN else ""
    return f"table {found.table} is not the same, of {', '.join(shown[:_SHOWN])}{more}"
