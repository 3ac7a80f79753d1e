"""Tags as vectors of the content space, so that a person's preferred tags and a topic's name have a place in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.terms import Terms
from models.config import Config
from models.encoder import Encoder, Vectors, unit


class TagSettings(Config):
    """How a tag gets its vector."""

    name_weight: float = Field(default=3.0, ge=0, allow_inf_nan=False)
    """Items that the encoder's vector of the tag's own name counts for; it decides where few items bear the tag."""


@dataclass(frozen=True, slots=True)
class TagVectors:
    """The vocabulary of tags.

    Attributes:
        names: distinct, ascending; a tag's code is its position.
        vectors: float32 [tags, d], unit length.
        counts: int32 [tags], items that bear each.
    """

    names: tuple[str, ...]
    vectors: Vectors
    counts: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.names)


def build_tags(
    tag_lists: Sequence[Sequence[str]], content: Vectors, encoder: Encoder, settings: TagSettings
) -> TagVectors:
    """The tags of a catalogue, each with the mean of its items' vectors, shrunk towards the vector of its name.

    Precisely, the vector of a tag is

        unit( sum of the content vectors of its items + name_weight * encoder(name) )

    Args:
        tag_lists: tags of each item, as in ItemDocument.
        content: float32 [items, d], unit content vectors, in the same order.
        encoder: of the space of `content`.
        settings: how much the name counts.
    """
    terms = Terms.of(tag_lists)
    if not terms.names:
        return TagVectors((), np.empty((0, content.shape[1]), np.float32), np.empty(0, np.int32))
    sums = terms.items.T @ content
    names = encoder.encode(terms.names)
    return TagVectors(terms.names, unit(sums + np.float32(settings.name_weight) * names), terms.counts())
