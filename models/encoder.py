"""Encoders: texts in, unit vectors out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class EncoderNotFoundError(ValueError):
    """The encoder that is asked for is not to be had here."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How much of each of n texts an encoder reads.

    Attributes:
        unread: float32 [n], share of the letters and digits that its vocabulary has not; 1 for a text without any.
        cut: bool [n], whether the text is longer than what it reads.
    """

    unread: NDArray[np.float32]
    cut: NDArray[np.bool_]


class Encoder(Protocol):
    """Texts into vectors of one space."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would: part of the space id and of the key of the embedding cache."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 [len(texts), dimension], each of length 1; zeros for a text without words that it can read."""

    def reading(self, texts: Sequence[str]) -> Reading | None:
        """How much of each text it reads; None where that cannot be known."""


class HashingEncoder:
    """Bag of hashed words and word pairs: no model file, the same on every machine; for tests and tiny catalogues.

    Each feature adds +1 or -1 at one of `dimension` places (Weinberger et al. 2009, feature hashing).
    """

    def __init__(self, dimension: int = 64) -> None:
        self._dimension = dimension

    @property
    def fingerprint(self) -> str:
        """Its width is all there is to tell."""
        return f"hashing-{self._dimension}"

    @property
    def dimension(self) -> int:
        """Places that features are hashed to."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """float32 [n, dimension], unit length."""
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for feature in _features(text):
                digest = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest(), "little")
                vector[(digest >> 1) % self._dimension] += 1.0 if digest & 1 else -1.0
        return unit(vectors)

    def reading(self, texts: Sequence[str]) -> Reading:
        """Whatever has a word is read to its end."""
        unread = np.array([not _features(text) for text in texts], dtype=np.float32)
        return Reading(unread, np.zeros(len(texts), dtype=np.bool_))


def unit(vectors: Vectors) -> Vectors:
    """Each row divided by its length; zero rows stay zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _features(text: str) -> list[str]:
    words = re.findall(r"\w+", text.lower())
    return words + [f"{a} {b}" for a, b in pairwise(words)]
