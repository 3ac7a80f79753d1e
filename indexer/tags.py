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
from models.readable import has_vector, name_vectors, vector_of_tags


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

    where a name that the encoder cannot read has a direction of its own, see `models.readable`.

    Args:
        tag_lists: tags of each item, as in ItemDocument.
        content: float32 [items, d], unit content vectors, zeros for what is unread, in the same order.
        encoder: of the space of `content`.
        settings: how much the name counts.
    """
    terms = Terms.of(tag_lists)
    if not terms.names:
        return TagVectors((), np.empty((0, content.shape[1]), np.float32), np.empty(0, np.int32))
    sums = terms.items.T @ content
    names = name_vectors(terms.names, encoder)
    return TagVectors(terms.names, unit(sums + np.float32(settings.name_weight) * names), terms.counts())


def known_by_tags(content: Vectors, tag_lists: Sequence[Sequence[str]], tags: TagVectors) -> Vectors:
    """The content vectors, where an item that is unread has that of its tags; zeros where it has none.

    Args:
        content: float32 [items, d], zeros for what is unread.
        tag_lists: tags of each item.
        tags: of the same items.
    """
    unread = np.flatnonzero(~has_vector(content))
    if not len(unread):
        return content
    codes = {name: code for code, name in enumerate(tags.names)}
    known = content.copy()
    for row in unread.tolist():
        known[row] = vector_of_tags(tags.vectors[[codes[tag] for tag in tag_lists[row]]])
    return known
