"""What runs on a worker of the cluster."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from indexer.distributed.cluster import Row
from models.encoder import Encoder
from models.factors.gram import Block, Dense, Matrix, band_of, times, within


class UnlikeWorkerError(RuntimeError):
    """A worker has another version of Penchant, or another encoder, than the machine that builds."""


def penchant_version() -> str:
    """The installed one; empty where it is run from its sources."""
    try:
        return version("penchant")
    except PackageNotFoundError:
        return ""


def require(wanted: str) -> None:
    """That this worker has the same version.

    Raises:
        UnlikeWorkerError: it has another one.
    """
    if (found := penchant_version()) != wanted:
        raise UnlikeWorkerError(f"a worker has Penchant {found or 'without a version'}, and the build is of {wanted}")


class EncodingWorker:
    """Encodes batches of texts.

    Args:
        open_encoder: opens the encoder from the worker's own files.
        fingerprint: the encoder's where the build runs.
        wanted: version of Penchant there.

    Raises:
        UnlikeWorkerError: the worker has another encoder, or another version.
    """

    def __init__(self, open_encoder: Callable[[], Encoder], fingerprint: str, wanted: str) -> None:
        require(wanted)
        self._encoder = open_encoder()
        if self._encoder.fingerprint != fingerprint:
            raise UnlikeWorkerError(
                f"a worker's encoder is {self._encoder.fingerprint}, and the build's is {fingerprint}: "
                "they need the same weights"
            )

    def __call__(self, row: Row) -> Row:
        """`texts` to `vectors`."""
        return {"vectors": self._encoder.encode(list(row["texts"])).tobytes()}


@dataclass(frozen=True, slots=True)
class GramTask(ABC):
    """What the parts of a product have in common; see `models.factors.gram`.

    Attributes:
        blocks: references to the blocks.
        wanted: version of Penchant.
    """

    blocks: Sequence[Any]
    wanted: str

    @abstractmethod
    def __call__(self, row: Row) -> Row:
        """One part."""

    def read(self) -> Iterator[Block]:
        """The blocks, one after the other, so that no more than one is held."""
        import ray  # noqa: PLC0415 - only workers run this

        require(self.wanted)
        return map(ray.get, self.blocks)


@dataclass(frozen=True, slots=True)
class Times(GramTask):
    """M'M B, some columns of B at a time.

    Attributes:
        basis: reference to B.
    """

    basis: Any

    def __call__(self, row: Row) -> Row:
        """`start` and `stop` of the columns to `values` [items, columns]."""
        import ray  # noqa: PLC0415

        columns = np.ascontiguousarray(ray.get(self.basis)[:, row["start"] : row["stop"]])
        return {"values": times(self.read(), columns).tobytes()}


@dataclass(frozen=True, slots=True)
class Within(GramTask):
    """B'M'M B, one block of people at a time.

    Attributes:
        basis: reference to B.
    """

    basis: Any

    def __call__(self, row: Row) -> Row:
        """The number of a `block` to its share."""
        import ray  # noqa: PLC0415

        block: Block = ray.get(self.blocks[row["block"]])
        basis: Dense = ray.get(self.basis)
        return {"values": within(block.rows, basis).tobytes()}


@dataclass(frozen=True, slots=True)
class Bands(GramTask):
    """Rows of M'M, a band at a time.

    Attributes:
        finish: reference to what is wanted of them.
    """

    finish: Any

    def __call__(self, row: Row) -> Row:
        """`start` and `stop` of the rows to the arrays of a sparse matrix."""
        import ray  # noqa: PLC0415

        band, finish = slice(row["start"], row["stop"]), ray.get(self.finish)
        found: Matrix = finish(band_of(self.read(), band), band)
        kind = found.indices.dtype
        arrays = {"values": found.data, "indices": found.indices, "offsets": found.indptr.astype(kind)}
        return {"kind": kind.str, **{name: array.tobytes() for name, array in arrays.items()}}
