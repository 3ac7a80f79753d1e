"""What an encoder cannot read: its account by language, and vectors for what it has no words for.

An encoder's vocabulary ends somewhere: the packaged one has no Thai, so that every Thai headline is the same row of
unknown pieces, and all of them are 1.000 alike. Such a text has no vector. An item of that kind is known by its tags,
and a tag that cannot be read either is known by being the same tag.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder, Vectors, unit

TAGS_LENGTH = 0.5
"""Length of the content vector of an item that is known by its tags alone: half a text's, since tags tell less."""


def has_vector(vectors: Vectors) -> NDArray[np.bool_]:
    """Bool [n]: which of [n, d] vectors an encoder gave to something that it could read."""
    return np.asarray(vectors.any(axis=1))


def name_vectors(names: Sequence[str], encoder: Encoder) -> Vectors:
    """float32 [n, d], unit length: the encoder's vectors of names, or directions of their own where it reads none."""
    vectors = encoder.encode(names)
    return with_own_directions(names, vectors)


def with_own_directions(names: Sequence[str], vectors: Vectors) -> Vectors:
    """The vectors of names, where a zero one becomes a random direction drawn from the name: alike to itself alone."""
    unread = np.flatnonzero(~has_vector(vectors))
    if not len(unread):
        return vectors
    filled = vectors.copy()
    for row in unread.tolist():
        seed = int.from_bytes(blake2b(names[row].encode(), digest_size=8).digest(), "little")
        filled[row] = np.random.default_rng(seed).standard_normal(vectors.shape[1])
    filled[unread] = unit(filled[unread])
    return filled


def vector_of_tags(tags: Vectors) -> Vectors:
    """float32 [d], of TAGS_LENGTH: the content vector of an item known by tags [t, d] alone; zeros without any."""
    return np.asarray(np.float32(TAGS_LENGTH) * unit(tags.sum(axis=0)), dtype=np.float32)
