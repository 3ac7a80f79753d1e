"""What an item says for itself: title and text, without the tags that the encoder reads with them.

A headline in Thai under tags in English would pass for read, and be as alike to others as its tags are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.content import compose
from indexer.documents import ItemDocument
from models.encoder import Encoder


def own_words(item: ItemDocument) -> str:
    """Title and text as the encoder would read them alone."""
    return compose(item.title, (), item.text)


def unread_in_itself(items: Sequence[ItemDocument], encoder: Encoder, unread_from: float) -> NDArray[np.bool_]:
    """Bool [items]: of which items the encoder lacks `unread_from` of the letters of their own words.

    Only items with tags are asked about, since it is tags that could hide it, and only where a letter is beyond ASCII.
    """
    unread = np.zeros(len(items), dtype=np.bool_)
    rows = [row for row, item in enumerate(items) if item.tags and not f"{item.title}{item.text}".isascii()]
    reading = encoder.reading([own_words(items[row]) for row in rows]) if rows else None
    if reading is not None:
        unread[rows] = reading.unread >= unread_from
    return unread
