"""Copies: items that say the same, or nearly, under several ids; people see one of them.

Equal texts are told by their key (item_texts.py). Nearly equal are items of the same title whose texts share most of
their words and lie close together for the encoder: an article that was corrected, or whose last line differs. Another
title is another item: a T-shirt in red is none in blue, however alike their descriptions are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.documents import ItemDocument
from indexer.item_texts import SILENT, text_key, words
from models.config import Config
from models.encoder import Vectors
from models.ids import Rows

_EXAMPLES = 3
_MOST_OF_A_TITLE = 500
"""Items of one title that are compared with each other; a title that more of them bear says nothing."""


class CopySettings(Config):
    """Which items are taken for copies of each other (indexer/copies.py)."""

    likeness: float = Field(default=0.95, ge=0, le=1)
    """Cosine of content from which items of one title can be nearly equal."""

    overlap: float = Field(default=0.85, ge=0, le=1)
    """Share of the words of two texts that both have, from which they can be nearly equal."""

    least_words: int = Field(default=20, ge=1)
    """Different words of a text from which it can be nearly equal to another."""

    most_stubs: int = Field(default=3, ge=1)
    """Items of a title and next to no text that can be copies; more of them share a title that says nothing."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Which items of a catalogue say the same.

    Attributes:
        texts: uint64 [n], key of what each item says.
        labels: int32 [n], the lowest row that says the same, its own where none does.
    """

    texts: NDArray[np.uint64]
    labels: Rows

    def groups(self) -> list[Rows]:
        """The rows of every label that several share."""
        order = np.argsort(self.labels, kind="stable").astype(np.int32)
        parts = np.split(order, np.flatnonzero(np.diff(self.labels[order])) + 1)
        return [part for part in parts if len(part) > 1]

    def counts(self) -> dict[str, int]:
        """The manifest's fields."""
        groups = self.groups()
        return {"copies": sum(map(len, groups)), "copy_groups": len(groups)}

    def account(self, items: Sequence[ItemDocument]) -> str | None:
        """What a build says of them, with examples; None where there are none."""
        groups = self.groups()
        if not groups:
            return None
        several = sum(map(len, groups))
        shown = "; ".join(_told(items, group) for group in groups[:_EXAMPLES])
        return f"{several:,} items say the same as another, in {len(groups):,} groups, such as {shown}"


def find_copies(items: Sequence[ItemDocument], content: Vectors, settings: CopySettings) -> Copies:
    """The copies among `items`, whose content vectors are float32 [n, d] of unit length."""
    texts = np.array([text_key(item) for item in items], dtype=np.uint64)
    labels = _equal(texts, settings.most_stubs)
    firsts = np.flatnonzero(labels == np.arange(len(items)))
    for bucket in _of_one_title(items, firsts):
        _join_near(labels, bucket, [set(words(items[row].text)) for row in bucket], content, settings)
    return Copies(texts, labels[labels].astype(np.int32))


def _equal(texts: NDArray[np.uint64], most_stubs: int) -> Rows:
    _, firsts, inverse, counts = np.unique(texts, return_index=True, return_inverse=True, return_counts=True)
    alone = (texts == SILENT) | ((texts % 2 == 1) & (counts[inverse] > most_stubs))
    return np.where(alone, np.arange(len(texts)), firsts[inverse]).astype(np.int32)


def _of_one_title(items: Sequence[ItemDocument], rows: NDArray[np.int64]) -> Iterator[list[int]]:
    titles = defaultdict[str, list[int]](list)
    for row in rows.tolist():
        titles[" ".join(words(items[row].headline()))].append(row)
    yield from (bucket for title, bucket in titles.items() if title and 1 < len(bucket) <= _MOST_OF_A_TITLE)


def _join_near(
    labels: Rows, bucket: list[int], texts: list[set[str]], content: Vectors, settings: CopySettings
) -> None:
    """Give every row the label of the first row of its bucket that it is nearly equal to."""
    firsts: list[int] = []
    for place, row in enumerate(bucket):
        if len(texts[place]) < settings.least_words:
            continue
        close = content[[bucket[first] for first in firsts]] @ content[row] >= settings.likeness
        near = (
            first
            for first in np.array(firsts)[close].tolist()
            if _overlap(texts[first], texts[place]) >= settings.overlap
        )
        found = next(near, None)
        if found is None:
            firsts.append(place)
        else:
            labels[row] = bucket[found]


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def _told(items: Sequence[ItemDocument], rows: Rows) -> str:
    ids = ", ".join(items[row].item_id for row in rows[:_EXAMPLES].tolist())
    more = f" and {len(rows) - _EXAMPLES:,} more" if len(rows) > _EXAMPLES else ""
    return f'"{items[rows[0]].headline()}" ({ids}{more})'
