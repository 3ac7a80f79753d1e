"""Who was here in a quarter, what each person declares, and what each did: the arrays that an audit computes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from app.insights.equity.measures import MEASURES
from app.insights.equity.quarter import Quarter

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """One measure: float64 [people] each; who has a denominator of 0 tells nothing."""

    numerators: Values
    denominators: Values


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts by person and item, n of them.

    Attributes:
        people: int64 [n], positions in the population.
        items: the items' ids.
        amounts: float64 [n].
    """

    people: NDArray[np.int64]
    items: Sequence[str]
    amounts: Values


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody of a quarter, machines aside.

    Attributes:
        user_ids: ascending; they leave this value in no form.
        attributes: attribute -> what each person declares, None where nothing.
        sums: measure -> sums.
    """

    user_ids: Sequence[str]
    attributes: Mapping[str, Sequence[str | None]]
    sums: dict[str, Sums] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.user_ids)

    def take(self, name: str, rows: Sequence[tuple[str, float, float]]) -> None:
        """Add a measure from rows of user id, numerator and denominator; rows of others are left out."""
        found, values = _placed(self.user_ids, [row[0] for row in rows]), np.zeros((len(self), 2))
        given = np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 2)
        values[found[found >= 0]] = given[found >= 0]
        self.sums[name] = Sums(values[:, 0].copy(), values[:, 1].copy())

    def digest(self) -> str:
        """SHA-256 of all that is computed on, the ids aside."""
        digest = sha256(repr([(name, list(values)) for name, values in sorted(self.attributes.items())]).encode())
        for name, sums in sorted(self.sums.items()):
            digest.update(name.encode() + sums.numerators.tobytes() + sums.denominators.tobytes())
        return digest.hexdigest()


def read_population(connection: DuckDBPyConnection, quarter: Quarter, segments: Mapping[str, str]) -> Population:
    """What the views tell.

    Args:
        connection: on which the views stand.
        quarter: which is audited.
        segments: attribute -> its column of the view `people`.
    """
    bounds = _bounds(quarter)
    rows = connection.sql(_query("people"), params=bounds).to_arrow_table()
    attributes = {name: rows.column(column).to_pylist() for name, column in segments.items()}
    population = Population(rows.column("user_id").to_pylist(), attributes)
    for measure in MEASURES:
        if measure.in_log:
            population.take(measure.name, connection.execute(measure.sql(), bounds).fetchall())
    return population


def read_amounts(connection: DuckDBPyConnection, name: str, quarter: Quarter, population: Population) -> Amounts:
    """The amounts of a query, `exposure` or `merit`, of the people of a population."""
    table = connection.sql(_query(name), params=_bounds(quarter)).to_arrow_table()
    people = _placed(population.user_ids, table.column("user_id").to_pylist())
    here = np.flatnonzero(people >= 0)
    items = table.column("item_id").take(here).to_pylist()
    return Amounts(people[here], items, table.column("amount").to_numpy()[here].astype(np.float64))


def _query(name: str) -> str:
    return files("app.insights.equity").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def _bounds(quarter: Quarter) -> dict[str, Any]:
    """Times of the views are UTC without a zone."""
    return {"first": quarter.first.replace(tzinfo=None), "end": quarter.end.replace(tzinfo=None)}


def _placed(user_ids: Sequence[str], asked: Sequence[str]) -> NDArray[np.int64]:
    """int64: positions in `user_ids`, -1 of who is not there."""
    places = {user_id: place for place, user_id in enumerate(user_ids)}
    return np.fromiter((places.get(each, -1) for each in asked), dtype=np.int64, count=len(asked))
