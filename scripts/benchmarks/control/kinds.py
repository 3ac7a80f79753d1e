"""The unwanted kind: which items are like the one that a person spoke against, by several definitions.

A decade is a tag of the catalogue and no kind of thing, so that tags such as "1990s" are left aside here.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from models.ids import Rows
from scripts.benchmarks.control.actions import Action, tag_to_mute

NEIGHBOURS: Final = 20
ALIKE: Final = 0.5
DEFINITIONS: Final = {
    "near": f"the {NEIGHBOURS} nearest neighbours by content",
    "tags": f"same topic by the catalogue's own tags: Jaccard index at least {ALIKE}, decades aside",
    "topic": "same topic as found by the indexer",
    "muted": "of the muted topic, or with the muted tag",
}
_DECADE: Final = re.compile(r"\d{4}s")

Mask = NDArray[np.bool_]


class Kinds:
    """Kinds of the items of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        items, tags = len(catalogue), len(catalogue.tag_words)
        owners, codes = catalogue.tag_pairs(np.arange(items, dtype=np.int32))
        self._bears = np.zeros((items, tags), dtype=np.bool_)
        self._bears[owners, codes] = True
        self._decades = np.array([_DECADE.fullmatch(name) is not None for name in catalogue.tag_words.names[:tags]])

    def of(self, target: int, action: Action) -> dict[str, Mask]:
        """Bool [items] for every definition that applies, the item itself left out."""
        found = {"near": self._near(target), "topic": self._same_topic(target)}
        bears = self._bears & ~self._decades
        if bears[target].any():
            shared, either = (bears & bears[target]).sum(axis=1), (bears | bears[target]).sum(axis=1)
            found["tags"] = shared >= ALIKE * np.maximum(either, 1)
        if action is Action.MUTE_TOPIC:
            found["muted"] = found["topic"].copy()
        if action is Action.MUTE_TAG and (name := tag_to_mute(self._catalogue, target)) is not None:
            found["muted"] = self._bears[:, self._catalogue.tag_words.code(name)].copy()
        for mask in found.values():
            mask[target] = False
        return found

    def _near(self, target: int) -> Mask:
        content = self._catalogue.content.all()
        cosines = content @ content[target]
        cosines[target] = -np.inf
        mask = np.zeros(len(cosines), dtype=np.bool_)
        mask[np.lexsort((np.arange(len(cosines)), -cosines))[:NEIGHBOURS]] = True
        return mask

    def _same_topic(self, target: int) -> Mask:
        topics = self._catalogue.topics.all()
        return np.asarray(topics == topics[target])


def in_any(kinds: dict[str, Mask], rows: Rows) -> Mask:
    """Bool [n]: whether each row is of any of the kinds."""
    found = np.zeros(len(rows), dtype=np.bool_)
    for mask in kinds.values():
        found |= mask[rows]
    return found
