"""Records: answers with the draw that each rests on and what came of it, read from the served log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from models.topic_draws import TopicDraws

Values = NDArray[np.float64]

REWARDS: Final = ("engaged", "explored", "clicked", "opposed")
MOST: Final = 20_000
"""Records that an estimate is made of, the newest ones."""
_AT_A_TIME: Final = 1_000
_NEWEST: Final = """
SELECT * EXCLUDE (aside) FROM draws WHERE aside IS NULL AND list_contains($policies, policy)
ORDER BY served_at DESC, user_id LIMIT $most
"""


@dataclass(frozen=True, slots=True)
class Records:
    """n answers, each the first that rests on a draw of its person's on a snapshot.

    Attributes:
        table: the draws, as the log has them.
        people: int64 [n], whose each is, numbered from 0.
        policies: which policy gave each.
        rewards: name -> float64 [n].
    """

    table: pa.Table
    people: NDArray[np.int64]
    policies: NDArray[np.str_]
    rewards: Mapping[str, Values]

    def __len__(self) -> int:
        return len(self.people)

    def batches(self) -> Iterator[tuple[slice, TopicDraws]]:
        """The draws, some at a time, with their place among the records."""
        for start in range(0, len(self), _AT_A_TIME):
            part = self.table.slice(start, _AT_A_TIME)
            yield slice(start, start + len(part)), _draws(part)


def read_draws(connection: DuckDBPyConnection, bounds: Mapping[str, Any]) -> None:
    """Make the table `draws`, for this connection alone."""
    sql = files("app.insights.off_policy").joinpath("draws.sql").read_text(encoding="utf-8")
    connection.execute(sql, bounds)


def policies_of(connection: DuckDBPyConnection) -> dict[str, int]:
    """Policy -> how many answers by it could be records, those with most first."""
    rows = connection.execute(
        "SELECT policy, count(*) FROM draws WHERE aside IS NULL GROUP BY policy ORDER BY count(*) DESC, policy"
    ).fetchall()
    return {policy: count for policy, count in rows if policy is not None}


def left_out(connection: DuckDBPyConnection) -> dict[str, int]:
    """Reason -> how many answers are no records."""
    rows = connection.execute("SELECT aside, count(*) FROM draws WHERE aside IS NOT NULL GROUP BY aside ORDER BY aside")
    return dict(rows.fetchall())


def read_records(connection: DuckDBPyConnection, policies: Collection[str], most: int = MOST) -> Records:
    """The newest records by some policies."""
    table = connection.sql(_NEWEST, params={"policies": sorted(policies), "most": most}).to_arrow_table()
    users = table.column("user_id").to_numpy(zero_copy_only=False).astype(np.str_)
    return Records(
        table,
        np.unique(users, return_inverse=True)[1].astype(np.int64),
        table.column("policy").to_numpy(zero_copy_only=False).astype(np.str_),
        {name: table.column(name).to_numpy().astype(np.float64) for name in REWARDS},
    )


def _draws(table: pa.Table) -> TopicDraws:
    """Padded to the most topics that there are in the table."""
    rows, codes, levels = _flat(table, "draw_levels", ordered=True)
    shape = (len(table), int(codes.max(initial=-1)) + 1)
    found = np.zeros(shape, dtype=np.uint8)
    found[rows, codes] = levels
    drawn = np.zeros(shape, dtype=np.bool_)
    of_row, drawn_codes, _ = _flat(table, "drawn")
    drawn[of_row, drawn_codes] = True
    touched = _flat(table, "draw_touched")[:2]
    received = [np.zeros(shape) for _ in range(3)]
    for column, name in zip(received, ("draw_successes", "draw_failures", "draw_ignored"), strict=True):
        column[touched] = _flat(table, name)[2]
    return TopicDraws(found, drawn, *received)


def _flat(table: pa.Table, name: str, *, ordered: bool = False) -> tuple[Any, Any, Any]:
    """(row of each value, the values as codes or, where lists are in order of the codes, their places, the values)."""
    column = table.column(name).combine_chunks()
    column = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    lengths = np.diff(column.offsets.to_numpy())
    values = column.flatten().to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(table)), lengths)
    places = np.arange(len(values)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return rows, places if ordered else values.astype(np.int64), values
