"""Columns of a catalogue: arrays that are memory-mapped from a snapshot, patched and extended while serving.

A column is read by rows, many at a time. The part that comes from a snapshot may be a read-only map of a file;
`patch` and `append` never write to that file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from models.joint_vectors import JointVectors, Stored, read

Scalar = TypeVar("Scalar", bound=np.generic)
_LEAST_ROOM = 16


@dataclass(frozen=True, slots=True)
class StringColumn:
    """Frozen strings of any length: UTF-8 bytes back to back, and where each begins.

    Attributes:
        offsets: int64 [n + 1].
        payload: uint8 [offsets[-1]].
    """

    offsets: NDArray[np.int64]
    payload: NDArray[np.uint8]

    @classmethod
    def build(cls, texts: Sequence[str]) -> StringColumn:
        """Pack `texts` in order."""
        encoded = [text.encode() for text in texts]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return cls(offsets, np.frombuffer(b"".join(encoded), dtype=np.uint8))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> StringColumn:
        """The inverse of `arrays`."""
        return cls(arrays["offsets"], arrays["payload"])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything needed to restore the column, by name."""
        return {"offsets": self.offsets, "payload": self.payload}

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def equal(self, rows: NDArray[np.int32], others: StringColumn) -> NDArray[np.bool_]:
        """Bool [len(rows)]: whether each row is the text of `others` at its position."""
        starts, lengths = self.offsets[rows], np.diff(others.offsets)
        same = self.offsets[rows + 1] - starts == lengths
        compared = np.flatnonzero(same & (lengths > 0))
        if len(compared):
            sizes = lengths[compared]
            firsts = np.cumsum(sizes) - sizes
            within = np.arange(sizes.sum()) - np.repeat(firsts, sizes)
            mine = self.payload[within + np.repeat(starts[compared], sizes)]
            theirs = others.payload[within + np.repeat(others.offsets[compared], sizes)]
            same[compared] = ~np.logical_or.reduceat(mine != theirs, firsts)
        return np.asarray(same, dtype=np.bool_)

    def __getitem__(self, row: int) -> str:
        return self.payload[self.offsets[row] : self.offsets[row + 1]].tobytes().decode()


@dataclass(frozen=True, slots=True)
class CodesColumn:
    """Frozen lists of small integers, one list a row, in compressed-row form.

    Attributes:
        offsets: int64 [n + 1].
        codes: int32 [offsets[-1]].
    """

    offsets: NDArray[np.int64]
    codes: NDArray[np.int32]

    @classmethod
    def build(cls, lists: Sequence[Sequence[int]]) -> CodesColumn:
        """Pack `lists` in order."""
        offsets = np.zeros(len(lists) + 1, dtype=np.int64)
        np.cumsum([len(codes) for codes in lists], out=offsets[1:])
        return cls(offsets, np.array([code for codes in lists for code in codes], dtype=np.int32))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> CodesColumn:
        """The inverse of `arrays`."""
        return cls(arrays["offsets"], arrays["codes"])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything needed to restore the column, by name."""
        return {"offsets": self.offsets, "codes": self.codes}

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.codes[self.offsets[row] : self.offsets[row + 1]]

    def gather(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The lists of many rows at once: int64 [m], position in `rows`, and int32 [m], code; in order of position."""
        starts = self.offsets[rows]
        lengths = self.offsets[rows + 1] - starts
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return np.repeat(np.arange(len(rows)), lengths), self.codes[np.repeat(starts, lengths) + within]


class LiveColumn(Generic[Scalar]):
    """A column of scalars or vectors: a snapshot's array, private patches, and what grows behind it.

    The base may be a copy-on-write memory map, so that a patch costs one page and never reaches the file. With the
    first row behind it all become one array in memory, with room for more, so that reading takes no longer than before.
    """

    def __init__(self, base: NDArray[Scalar]) -> None:
        self._array = np.asarray(base)
        self._known = self._length = len(base)

    def __len__(self) -> int:
        return self._length

    @property
    def base(self) -> NDArray[Scalar]:
        """The snapshot's part, [n_base, ...]."""
        return self._array[: self._known]

    @property
    def tail(self) -> NDArray[Scalar]:
        """What was appended since, [n_tail, ...]."""
        return self._array[self._known : self._length]

    def __getitem__(self, rows: NDArray[np.int32]) -> NDArray[Scalar]:
        """The values at `rows` (any mixture of base and tail), [len(rows), ...]."""
        return self._array[rows]

    def at(self, row: int) -> Any:
        """The value at one row."""
        return self._array[row]

    def all(self) -> NDArray[Scalar]:
        """Every value by row, where they are."""
        return self._array[: self._length]

    def put(self, row: int, value: Any) -> None:
        """Patch one row, or append when `row` is the next one.

        Raises:
            IndexError: `row` is beyond the next row.
        """
        if row > self._length:
            raise IndexError(f"row {row} is beyond the end of a column of {self._length}")
        if row == len(self._array):
            grown = np.zeros((_LEAST_ROOM + 3 * row // 2, *self._array.shape[1:]), dtype=self._array.dtype)
            grown[:row] = self._array
            self._array = grown
        self._array[row] = value
        self._length = max(self._length, row + 1)


class VectorColumn(LiveColumn[np.float32]):
    """A column of vectors, read in single precision, whatever the precision that the snapshot keeps them in.

    Vectors are large: those of the snapshot stay where they are, and what comes since lies beside them.
    """

    def __init__(self, base: Stored) -> None:
        super().__init__(np.empty((0, base.shape[1]), dtype=np.float32))
        self._stored = base

    def __len__(self) -> int:
        return len(self._stored) + len(self.tail)

    @property
    def base(self) -> NDArray[np.float32]:
        """The snapshot's part, [n_base, d], as it is kept."""
        return cast("NDArray[np.float32]", self._stored)

    @property
    def whole(self) -> bool:
        """Whether the snapshot's part is one array of single precision."""
        return not isinstance(self._stored, JointVectors) and bool(self._stored.dtype == np.float32)

    def __getitem__(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """The vectors at `rows` (any mixture of base and tail), [len(rows), d]."""
        known = len(self._stored)
        later = rows >= known
        if not later.any():
            return read(self._stored, rows)
        vectors = np.empty((len(rows), self._stored.shape[1]), dtype=np.float32)
        vectors[~later], vectors[later] = read(self._stored, rows[~later]), self.tail[rows[later] - known]
        return vectors

    def located(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """(array, places in it): where the vectors at `rows` are, which are copied only where they have to be."""
        if not self.whole or (len(self.tail) and len(rows) and rows.max() >= len(self._stored)):
            return self[rows], np.arange(len(rows), dtype=np.int32)
        return np.asarray(self._stored), rows

    def at(self, row: int) -> NDArray[np.float32]:
        """The vector at one row."""
        vector: NDArray[np.float32] = self[np.array([row], dtype=np.int32)][0]
        return vector

    def all(self) -> NDArray[np.float32]:
        """Every vector by row; a copy where there is a tail or they are not kept whole."""
        if self.whole and not len(self.tail):
            return np.asarray(self._stored)
        return self[np.arange(len(self), dtype=np.int32)]

    def put(self, row: int, value: Any) -> None:
        """Patch one row, or append when `row` is the next one.

        Raises:
            IndexError: `row` is beyond the next row.
        """
        if row < len(self._stored):
            self._stored[row] = value
        else:
            super().put(row - len(self._stored), value)
