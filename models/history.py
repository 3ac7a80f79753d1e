"""What one person did, as columns: the evidence that user state, filters and labels all rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ids import Rows

_DTYPE = np.dtype(
    [("sequence", np.int64), ("row", np.int32), ("code", np.int8), ("weight", np.float32), ("time", np.float64)]
)


@dataclass(frozen=True, slots=True)
class EventColumns:
    """Events of one person, in order of arrival.

    Attributes:
        sequence: int64 [n], the log's number of each event.
        rows: int32 [n], the item.
        codes: int8 [n], the event type (position in EVENT_TYPES).
        weights: float32 [n], before decay; where events are kept, of a dwell its seconds (`SignalTable.told`).
        times: float64 [n], seconds since 1970 when it happened.
    """

    sequence: NDArray[np.int64]
    rows: Rows
    codes: NDArray[np.int8]
    weights: NDArray[np.float32]
    times: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, mask: NDArray[np.bool_] | NDArray[np.int64] | slice) -> EventColumns:
        """The events for which a mask holds, or at these positions; of a slice, views."""
        columns = (self.sequence, self.rows, self.codes, self.weights, self.times)
        return EventColumns(*(column[mask] for column in columns))  # type: ignore[arg-type]

    def joined(self, others: EventColumns) -> EventColumns:
        """These events and then others, whatever their times."""
        return EventColumns(
            np.concatenate([self.sequence, others.sequence]),
            np.concatenate([self.rows, others.rows]),
            np.concatenate([self.codes, others.codes]),
            np.concatenate([self.weights, others.weights]),
            np.concatenate([self.times, others.times]),
        )


def concatenated(parts: Sequence[EventColumns]) -> EventColumns:
    """The events of several people, one after the other."""
    some = parts or [History().columns()]
    return EventColumns(
        np.concatenate([part.sequence for part in some]),
        np.concatenate([part.rows for part in some]),
        np.concatenate([part.codes for part in some]),
        np.concatenate([part.weights for part in some]),
        np.concatenate([part.times for part in some]),
    )


class History:
    """A growing log of one person's events."""

    __slots__ = ("_columns", "_length", "_records")

    def __init__(self, events: EventColumns | None = None) -> None:
        """`events` to begin with; they are copied when the first one is added."""
        self._columns = events
        self._records = np.empty(0, dtype=_DTYPE)
        self._length = 0 if events is None else len(events)

    def __len__(self) -> int:
        return self._length

    def extend(self, events: EventColumns) -> None:
        """Append events, whatever their times."""
        if not len(events):
            return
        end = self._length + len(events)
        if end > len(self._records):
            self._grow(end)
        _write(events, self._records[self._length : end])
        self._length = end

    def columns(self) -> EventColumns:
        """Views of all events so far."""
        if self._columns is not None:
            return self._columns
        records = self._records[: self._length]
        return EventColumns(records["sequence"], records["row"], records["code"], records["weight"], records["time"])

    def _grow(self, end: int) -> None:
        grown = np.empty(max(8, end, end + end // 2), dtype=_DTYPE)
        if self._columns is not None:
            _write(self._columns, grown[: self._length])
            self._columns = None
        else:
            grown[: self._length] = self._records[: self._length]
        self._records = grown


def _write(events: EventColumns, records: NDArray[np.void]) -> None:
    records["sequence"], records["row"], records["code"] = events.sequence, events.rows, events.codes
    records["weight"], records["time"] = events.weights, events.times
