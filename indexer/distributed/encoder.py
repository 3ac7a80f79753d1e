"""An encoder whose batches of texts are encoded on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from indexer.build import IndexSettings
from indexer.distributed.cluster import Cluster, Step
from indexer.distributed.worker import EncodingWorker, penchant_version
from models.encoder import Encoder, Reading, Vectors

FEWEST: Final = 8
"""Batches below which it takes longer to hand them over than to encode them here."""


def encoder_on(cluster: Cluster, settings: IndexSettings) -> RayEncoder:
    """The encoder of the settings, on a cluster's CPUs or GPUs; on this machine on a CPU, which it surely has.

    Raises:
        EncoderNotFoundError: this machine has not its weights.
    """
    here = settings.model_copy(update={"device": "cpu"})
    there = settings.model_copy(update={"encoder": _wherever(settings.encoder)})
    return RayEncoder(here.open_encoder(), there.open_encoder, cluster, gpus=int(settings.device.startswith("cuda")))


def _wherever(encoder: str) -> str:
    """A folder's whole path, since workers have a working folder of their own."""
    return str(Path(encoder).resolve()) if Path(encoder).is_dir() else encoder


class RayEncoder:
    """The encoder of this machine for a few texts, and that of a cluster's workers for many.

    Args:
        encoder: this machine's.
        open_encoder: opens the same on a worker.
        cluster: where batches are encoded.
        gpus: of a worker.
    """

    def __init__(self, encoder: Encoder, open_encoder: Callable[[], Encoder], cluster: Cluster, gpus: int = 0) -> None:
        self._encoder, self._open, self._cluster, self._gpus = encoder, open_encoder, cluster, gpus

    @property
    def fingerprint(self) -> str:
        """The encoder's own, which is that of the workers'."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The encoder's own."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """On this machine."""
        return self._encoder.encode(texts)

    def encode_batches(self, batches: Sequence[Sequence[str]]) -> Iterator[Vectors]:
        """The vectors of each batch, in their order.

        Raises:
            ClusterError: a worker could not.
        """
        if len(batches) < FEWEST:
            yield from map(self.encode, batches)
            return
        arguments = (self._open, self.fingerprint, penchant_version())
        step = Step("encoding", EncodingWorker, arguments, self._gpus)
        for row in self._cluster.each(step, [{"texts": batch} for batch in batches]):
            yield np.frombuffer(row["vectors"], np.float32).reshape(-1, self.dimension)

    def reading(self, texts: Sequence[str]) -> Reading | None:
        """On this machine."""
        return self._encoder.reading(texts)
