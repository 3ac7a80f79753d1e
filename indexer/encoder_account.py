"""How much of a catalogue its encoder reads, by language, so that nobody takes unread texts for alike ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.documents import ItemDocument
from indexer.own_words import own_words
from indexer.snapshot import LanguageReading
from models.encoder import Encoder

SAMPLE: Final = 1_000
"""Items of a language whose letters are counted; which items are unread is known of all."""
UNKNOWN_LANGUAGE: Final = "und"
_TOLD_FROM: Final = 0.01
_MOST_TOLD: Final = 8


def reading_by_language(
    items: Sequence[ItemDocument], read: NDArray[np.bool_], encoder: Encoder
) -> dict[str, LanguageReading]:
    """What the encoder reads of the items of each language; nothing where it cannot tell.

    Args:
        items: the catalogue.
        read: bool [items], whether the encoder gave the item a vector.
        encoder: is asked about a sample.
    """
    rows: dict[str, list[int]] = {}
    for row, item in enumerate(items):
        rows.setdefault(item.language or UNKNOWN_LANGUAGE, []).append(row)
    account = {}
    for language, own in sorted(rows.items()):
        sample = np.unique(np.linspace(0, len(own) - 1, min(len(own), SAMPLE)).astype(int)).tolist()
        reading = encoder.reading([own_words(items[own[place]]) for place in sample])
        if reading is None:
            return {}
        account[language] = LanguageReading(
            items=len(own),
            unread_items=int((~read[own]).sum()),
            unread_share=round(float(reading.unread.mean()), 4),
            cut_share=round(float(reading.cut.mean()), 4),
        )
    return account


def told(account: Mapping[str, LanguageReading]) -> list[str]:
    """What a person who builds should hear of it, a sentence each."""
    unread = sum(each.unread_items for each in account.values())
    total = sum(each.items for each in account.values())
    blind = sorted((each.unread_share, language) for language, each in account.items())[::-1]
    named = [f"{language} {share:.0%}" for share, language in blind if share >= _TOLD_FROM][:_MOST_TOLD]
    sentences = []
    if named:
        sentences.append(f"letters that the encoder cannot read, by language: {', '.join(named)}")
    if unread:
        sentences.append(
            f"{unread} of {total} items are unread: without content likeness and a classifier's verdict they live by "
            "their tags, by behaviour and by popularity (index.encoder names another encoder)"
        )
    cut = sum(each.cut_share * each.items for each in account.values()) / max(total, 1)
    if cut >= _TOLD_FROM:
        sentences.append(f"{cut:.0%} of the texts are longer than the encoder reads: their ends do not count")
    return sentences
