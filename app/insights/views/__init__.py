"""The views that every metric, alert, experiment and audit reads, one SQL file each.

    answers    one row an answer            served     one row a slot of an answer
    events     what people did              outcomes   what they did with what was served
    people     everybody, with segments     controls   what people decided about their data

They are temporary views of one connection, over the store's tables and over files of the served log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from app.insights.served_answer import ANSWER_SCHEMA
from models.event_values import Side, ValueKind
from models.events import EventType, EventWeights
from models.signal import Signal

VIEWS: Final = ("answers", "served", "events", "outcomes", "people", "controls")
"""In the order in which they rest on one another."""
ANSWERS: Final = VIEWS[:2]
"""Of what was served, which need not read what people did."""
TABLES: Final = ("events", "event_types", "users", "aliases", "control_actions")
"""Of the store, on which they rest."""
TABLES_OF_ANSWERS: Final = ("event_types", "aliases")
"""Those that the views of what was served need."""

_NONE_LOGGED: Final = "none_logged"
_SIGNALS: Final = "signals"
_COLUMNS: Final = pa.schema(
    {
        "code": pa.int8(),
        "side": pa.int8(),
        "type": pa.string(),
        "polarity": pa.int8(),
        "signs": pa.uint8(),
        "weight": pa.float64(),
        "nothing": pa.float64(),
        "whole": pa.float64(),
        "neutral": pa.float64(),
    }
)


@dataclass(frozen=True, slots=True)
class Segments:
    """What the charter permits figures to be told apart by.

    Attributes:
        names: attributes of people; each is a column `segment_<name>`.
        contexts: entries of an event's context; `*` stands for all.
    """

    names: Sequence[str] = ()
    contexts: Sequence[str] = ()

    def columns(self) -> dict[str, str]:
        """Name -> column."""
        return {name: f"segment_{name}" for name in self.names}

    def sql(self) -> str:
        """The columns of `people`, from the profile."""
        return "".join(
            f"json_extract_string(users.profile, {_quoted(_path('attributes', name))}) AS {_identifier(column)}, "
            for name, column in self.columns().items()
        )


NO_SEGMENTS: Final = Segments()


@dataclass(frozen=True, slots=True)
class Since:
    """The beginning of an experiment, by what was stored before it: a clock may stand still.

    Attributes:
        experiment: whose answers count; None for all.
        events: number of the last event before it.
        controls: number of the last control action before it.
    """

    experiment: str | None = None
    events: int = -1
    controls: int = -1


EVER: Final = Since()


@dataclass(frozen=True, slots=True)
class Scope:
    """What the views tell of.

    Attributes:
        segments: of people.
        window_hours: after an answer, in which what people do with it is attributed to it.
        since: from when on anything counts.
        views: which are made, with those that they rest on.
    """

    segments: Segments = NO_SEGMENTS
    window_hours: float = 24.0
    since: Since = EVER
    views: Sequence[str] = VIEWS


EVERYTHING: Final = Scope()


def open_views(
    connection: DuckDBPyConnection, logged: Sequence[Path], weights: EventWeights, scope: Scope = EVERYTHING
) -> None:
    """Make the views, for this connection alone.

    Args:
        connection: to the store.
        logged: files of the served log.
        weights: what each event type counts.
        scope: what the views tell of.
    """
    since = scope.since
    connection.register(_NONE_LOGGED, ANSWER_SCHEMA.empty_table())
    ((store,),) = connection.execute("SELECT current_database()").fetchall()
    codes = connection.execute(f"SELECT name, code FROM {_identifier(store)}.main.event_types").fetchall()  # noqa: S608
    connection.register(_SIGNALS, _signals(weights.numbered(dict(codes))))
    most = weights.machine_events_per_day
    words = {
        "store": f"{_identifier(store)}.main",
        "logged": _of_experiment(_files(logged), since.experiment),
        "events_before": str(since.events),
        "controls_before": str(since.controls),
        "segments": scope.segments.sql(),
        "window": repr(3_600 * scope.window_hours),
        "machine_events": str(most if most is not None else 2**62),
    }
    for name in scope.views:
        connection.execute(files(__name__).joinpath(f"{name}.sql").read_text(encoding="utf-8").format(**words))


def _files(logged: Sequence[Path]) -> str:
    """Files by name, so that no character of a folder's name is taken for a pattern.

    Beside an empty table of today's columns, since files of an older version may lack some.
    """
    if not logged:
        return _NONE_LOGGED
    names = ", ".join(_quoted(str(file.resolve())) for file in logged)
    read = f"read_parquet([{names}], hive_partitioning = false, union_by_name = true)"
    return f"(FROM {_NONE_LOGGED} UNION ALL BY NAME FROM {read})"


def _of_experiment(logged: str, experiment: str | None) -> str:
    return logged if experiment is None else f"(FROM {logged} WHERE experiment = {_quoted(experiment)})"


def _signals(weights: EventWeights) -> pa.Table:
    """One row for each side of each type that is declared: what an event of it is, and how its value weighs."""
    rows = [
        {"code": code, "type": name, **_side(name, signal, side, weights.dwell_full_seconds)}
        for name, code in weights.codes.items()
        if (signal := weights.of(name)) is not None
        for side in (Side if signal.value.kind is ValueKind.RATING else (Side.AS_TYPE,))
    ]
    return pa.Table.from_pylist(rows, _COLUMNS)


def _side(name: str, signal: Signal, side: Side, full_seconds: float) -> dict[str, object]:
    seconds = signal.value.kind is ValueKind.SECONDS
    ends = (0.0, full_seconds) if seconds else signal.value.ends(side) or (None, None)
    return {
        "side": int(side),
        "polarity": int(signal.polarity_of(side)),
        "signs": _signs(name, signal, side),
        "weight": signal.weight,
        "nothing": ends[0],
        "whole": ends[1],
        "neutral": signal.value.middle if signal.value.kind is ValueKind.RATING else None,
    }


def _signs(name: str, signal: Signal, side: Side) -> int:
    """What an event says of a slot, in bits: seen, opened, engaged with, spoken against."""
    polarity = signal.polarity_of(side)
    said = (name == EventType.IMPRESSION, signal.opens, polarity > 0, polarity < 0)
    return sum(1 << place for place, each in enumerate(said) if each)


def context_sql(name: str) -> str:
    """An entry of an event's context as text."""
    return f"json_extract_string(context, {_quoted(_path(name))})"


def _path(*names: str) -> str:
    """JSON pointer, in which a name may have any character."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
