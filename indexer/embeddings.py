"""The content vectors of texts: read from a cache on disk, computed only where a text is new.

Vectors are kept by the hash of the text and the fingerprint of the encoder, and saved as they are computed, so that a
build that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.content import content_hash
from indexer.progress import Progress, silent
from indexer.segment_files import KEY_TYPE, Keys, Segment
from indexer.segments import Segments
from models.config import Config
from models.encoder import Encoder, Reading, Vectors


class EmbeddingSettings(Config):
    """How new texts are embedded."""

    batch_texts: int = Field(default=256, ge=1)
    """Texts given to the encoder at a time; progress is told after each batch."""

    save_texts: int = Field(default=2_048, ge=1)
    """Texts after which vectors are saved: the most that an interruption costs."""


@runtime_checkable
class BatchEncoder(Encoder, Protocol):
    """An encoder that is told of all batches at once, such as one that hands them to other machines."""

    def encode_batches(self, batches: Sequence[Sequence[str]]) -> Iterator[Vectors]:
        """What `encode` gives for each batch, in their order."""


class EmbeddingCache:
    """Vectors of earlier builds: one folder an encoder, never cleared by itself, safe to delete."""

    def __init__(self, folder: Path, settings: EmbeddingSettings | None = None) -> None:
        self.folder = folder
        self.settings = settings or EmbeddingSettings()
        self._opened = dict[Path, Segment]()

    def segments(self, encoder: Encoder) -> Segments:
        """What is kept of one encoder's vectors."""
        folder = self.folder / f"{quote(encoder.fingerprint, safe='')}-{encoder.dimension}"
        return Segments(folder, encoder.dimension, self._opened)


def embed(
    texts: Sequence[str], hashes: Sequence[str], encoder: Encoder, cache: EmbeddingCache, *, progress: Progress = silent
) -> Vectors:
    """Content vectors, float32 [len(texts), d], as the encoder gives them; equal texts are encoded once.

    Args:
        texts: texts to embed; only those that are new to the cache are read.
        hashes: `indexer.content.content_hash` of each.
        encoder: for the new ones.
        cache: where vectors are looked up and kept.
        progress: told of the new texts only.

    Raises:
        ValueError: there are not as many hashes as texts, a hash is none, or the encoder gave what is no finite vector.
    """
    if len(texts) != len(hashes):
        raise ValueError(f"{len(texts)} texts, but {len(hashes)} hashes")
    keys, positions, inverse = np.unique(_keys(hashes), return_index=True, return_inverse=True)
    segments, how = cache.segments(encoder), cache.settings
    while len(new := np.flatnonzero(segments.find(keys) < 0)):  # again where somebody forgot a text meanwhile
        done, chunks = 0, [_parts(chunk, how.batch_texts) for chunk in _parts(new, how.save_texts)]
        batches = [[texts[position] for position in positions[batch]] for chunk in chunks for batch in chunk]
        encoded = _encoded(encoder, batches)
        for chunk in chunks:
            vectors = []
            for batch in chunk:
                vectors.append(next(encoded))
                done += len(batch)
                progress(done, len(new))
            segments.append(keys[np.concatenate(chunk)], np.concatenate(vectors))
    return segments.take(segments.find(keys)[inverse])


def unknown(texts: Sequence[str], hashes: Sequence[str], encoder: Encoder, cache: EmbeddingCache) -> list[str]:
    """The texts that `embed` would have to read, each once."""
    keys, positions = np.unique(_keys(hashes), return_index=True)
    return [texts[position] for position in positions[cache.segments(encoder).find(keys) < 0]]


def forget(hashes: Sequence[str], encoder: Encoder, cache: EmbeddingCache) -> None:
    """Drop the vectors of texts, given by `indexer.content.content_hash` of each; unknown ones do not matter."""
    cache.segments(encoder).forget(np.unique(_keys(hashes)))


@dataclass(frozen=True, slots=True)
class CachedEncoder:
    """An encoder that looks in the cache first; for texts that are no items, such as tags."""

    encoder: Encoder
    cache: EmbeddingCache
    progress: Progress = silent

    @property
    def fingerprint(self) -> str:
        """The encoder's own."""
        return self.encoder.fingerprint

    @property
    def dimension(self) -> int:
        """The encoder's own."""
        return self.encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Float32 [len(texts), dimension], as the encoder gives them."""
        hashes = [content_hash(text) for text in texts]
        return embed(texts, hashes, self.encoder, self.cache, progress=self.progress)

    def reading(self, texts: Sequence[str]) -> Reading | None:
        """The encoder's own."""
        return self.encoder.reading(texts)


def _encoded(encoder: Encoder, batches: Sequence[Sequence[str]]) -> Iterator[Vectors]:
    return encoder.encode_batches(batches) if isinstance(encoder, BatchEncoder) else map(encoder.encode, batches)


def _keys(hashes: Sequence[str]) -> Keys:
    if not {len(digits) for digits in hashes} <= {2 * KEY_TYPE.itemsize}:
        raise ValueError(f"hashes of texts have {2 * KEY_TYPE.itemsize} hexadecimal digits")
    return np.frombuffer(bytes.fromhex("".join(hashes)), dtype=KEY_TYPE)


def _parts(rows: NDArray[np.intp], size: int) -> list[NDArray[np.intp]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]
