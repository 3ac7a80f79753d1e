"""The vector space of a snapshot: how content and behaviour share one item vector.

An item vector is [content block | behaviour block]. What an item without behaviour gets in the behaviour block is a
linear map of its content vector (ridge regression of content onto factors), so that any text has a place in the space
at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Space:
    """One vector space; vectors of different spaces are never mixed.

    Attributes:
        encoder: fingerprint of the encoder.
        content_dimension: width of a content vector.
        content_scale: factor on the content block of both vectors of an item.
        engage_map: float32 [content_dimension, d_behaviour], content onto the engage vector's behaviour block.
        index_map: the same onto the index vector's.
    """

    encoder: str
    content_dimension: int
    content_scale: float
    engage_map: Vectors
    index_map: Vectors

    @classmethod
    def of_content(cls, encoder: str, dimension: int) -> Space:
        """The purely content-based space: engage and index vectors are the content vectors."""
        empty = np.empty((dimension, 0), dtype=np.float32)
        return cls(encoder, dimension, 1.0, empty, empty)

    @property
    def dimension(self) -> int:
        """Width of an item vector."""
        return self.content_dimension + int(self.engage_map.shape[1])

    @property
    def has_behaviour(self) -> bool:
        """Whether there is a behaviour block."""
        return bool(self.engage_map.shape[1])

    def space_id(self) -> str:
        """Fingerprint of encoder, factors and dimension."""
        digest = blake2b(f"{self.encoder}/{self.dimension}/{self.content_scale!r}".encode(), digest_size=8)
        digest.update(np.ascontiguousarray(self.engage_map).tobytes())
        digest.update(np.ascontiguousarray(self.index_map).tobytes())
        return digest.hexdigest()

    def engage_of(self, content: Vectors) -> Vectors:
        """float32 [n, dimension]: engage vectors of things known by their content [n, content_dimension] alone."""
        return self.join(content, content @ self.engage_map)

    def index_of(self, content: Vectors) -> Vectors:
        """float32 [n, dimension]: index vectors of things known by their content alone."""
        return self.join(content, content @ self.index_map)

    def content_part(self, content: Vectors) -> Vectors:
        """float32 [n, dimension]: content alone, which is like nothing by behaviour."""
        return self.join(content, np.zeros((len(content), self.engage_map.shape[1]), dtype=np.float32))

    def behaviour_part(self, vectors: Vectors) -> Vectors:
        """float32 [n, dimension]: of item vectors the behaviour alone, which is like nothing by content."""
        nothing = np.zeros((len(vectors), self.content_dimension), dtype=np.float32)
        return self.join(nothing, vectors[:, self.content_dimension :])

    def join(self, content: Vectors, behaviour: Vectors) -> Vectors:
        """float32 [n, dimension]: the two blocks side by side, the content block scaled."""
        return np.ascontiguousarray(np.hstack([np.float32(self.content_scale) * content, behaviour]), dtype=np.float32)
