"""What a person muted, as codes of the catalogue of the moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.pipeline.likeness import Likeness
from app.serving.catalogue import Catalogue
from indexer.documents import Muted, UserDocument
from models.ids import Rows
from models.words import Words

Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Mutes:
    """Muted tags, topics and providers; what the catalogue does not know mutes nothing.

    Attributes:
        catalogue: whose codes they are.
        likeness: knows the items' tags.
        tags: codes.
        topics: numbers; a person names a topic by its slug or its name.
        providers: codes.
    """

    catalogue: Catalogue
    likeness: Likeness
    tags: Codes
    topics: Codes
    providers: Codes

    @classmethod
    def of(cls, catalogue: Catalogue, likeness: Likeness, explicit: UserDocument | None) -> Mutes:
        """What an explicit profile mutes."""
        muted = explicit.muted if explicit else Muted()
        named = {topic.casefold() for topic in muted.topics}
        topics = [
            topic
            for topic, (slug, name) in enumerate(zip(catalogue.topic_slugs, catalogue.topic_names, strict=True))
            if slug.casefold() in named or name.casefold() in named
        ]
        return cls(
            catalogue=catalogue,
            likeness=likeness,
            tags=_known(catalogue.tag_words, muted.tags),
            topics=np.array(topics, dtype=np.int32),
            providers=_known(catalogue.provider_words, muted.providers),
        )

    def __len__(self) -> int:
        return len(self.tags) + len(self.topics) + len(self.providers)

    def cover(self, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n], True where an item is muted."""
        covered = np.zeros(len(rows), dtype=np.bool_)
        if len(self.topics):
            covered |= np.isin(self.catalogue.topics[rows], self.topics)
        if len(self.providers):
            covered |= np.isin(self.catalogue.providers[rows], self.providers)
        if len(self.tags):
            owner, codes = self.likeness.tags_of(rows)
            covered[owner[np.isin(codes, self.tags)]] = True
        return covered

    def rows(self) -> Rows:
        """Every muted row of the catalogue, ascending."""
        if not len(self):
            return np.empty(0, dtype=np.int32)
        return np.flatnonzero(self.cover(np.arange(len(self.catalogue), dtype=np.int32))).astype(np.int32)


def _known(words: Words, names: list[str]) -> Codes:
    codes = [words.code(name) for name in names]
    return np.array([code for code in codes if code >= 0], dtype=np.int32)
