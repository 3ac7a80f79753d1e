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
    """A column of scalars or vectors: a snapshot's array, private patches, and a tail that grows.

    The base may be a copy-on-write memory map, so that a patch costs one page and never reaches the file.
    """

    def __init__(self, base: NDArray[Scalar]) -> None:
        self._base = base
        self._tail = np.empty((0, *base.shape[1:]), dtype=base.dtype)
        self._tail_length = 0

    def __len__(self) -> int:
        return len(self._base) + self._tail_length

    @property
    def base(self) -> NDArray[Scalar]:
        """The snapshot's part, [n_base, ...]."""
        return self._base

    @property
    def tail(self) -> NDArray[Scalar]:
        """What was appended since, [n_tail, ...]."""
        return self._tail[: self._tail_length]

    def __getitem__(self, rows: NDArray[np.int32]) -> NDArray[Scalar]:
        """The values at `rows` (any mixture of base and tail), [len(rows), ...]."""
        if not self._tail_length:
            return self._read(rows)
        in_tail = rows >= len(self._base)
        values = np.empty((len(rows), *self._base.shape[1:]), dtype=self._tail.dtype)
        values[~in_tail] = self._read(rows[~in_tail])
        values[in_tail] = self._tail[rows[in_tail] - len(self._base)]
        return values

    def _read(self, rows: NDArray[np.int32]) -> NDArray[Scalar]:
        return self._base[rows]

    def at(self, row: int) -> Any:
        """The value at one row."""
        return self._base[row] if row < len(self._base) else self._tail[row - len(self._base)]

    def all(self) -> NDArray[Scalar]:
        """Every value by row; a copy only where a tail exists."""
        return np.concatenate([self._base, self.tail]) if self._tail_length else self._base

    def put(self, row: int, value: Any) -> None:
        """Patch one row, or append when `row` is the next one.

        Raises:
            IndexError: `row` is beyond the next row.
        """
        if row < len(self._base):
            self._base[row] = value
            return
        if row > len(self):
            raise IndexError(f"row {row} is beyond the end of a column of {len(self)}")
        self._reserve(row - len(self._base) + 1)
        self._tail[row - len(self._base)] = value

    def _reserve(self, length: int) -> None:
        if length > len(self._tail):
            grown = np.empty((max(16, 2 * length), *self._base.shape[1:]), dtype=self._tail.dtype)
            grown[: self._tail_length] = self.tail
            self._tail = grown
        self._tail_length = max(self._tail_length, length)


class VectorColumn(LiveColumn[np.float32]):
    """A column of vectors, read in single precision, whatever the precision that the snapshot keeps them in."""

    def __init__(self, base: Stored) -> None:
        super().__init__(cast("NDArray[np.float32]", base))
        self._stored = base
        self._tail = np.empty((0, base.shape[1]), dtype=np.float32)

    @property
    def whole(self) -> bool:
        """Whether the snapshot's part is one array of single precision."""
        return not isinstance(self._stored, JointVectors) and bool(self._stored.dtype == np.float32)

    def _read(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        return read(self._stored, rows)

    def located(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """(array, places in it): where the vectors at `rows` are, which are copied only where they have to be."""
        if not self.whole or (self._tail_length and len(rows) and rows.max() >= len(self._base)):
            return self[rows], np.arange(len(rows), dtype=np.int32)
        return np.asarray(self._base), rows

    def at(self, row: int) -> NDArray[np.float32]:
        """The vector at one row."""
        vector: NDArray[np.float32] = self[np.array([row], dtype=np.int32)][0]
        return vector

    def all(self) -> NDArray[np.float32]:
        """Every vector by row; a copy where a tail exists or they are not kept whole."""
        return super().all() if self.whole else self[np.arange(len(self), dtype=np.int32)]
