"""Ground: what is a person's own already, so that an item of it is no exploration.

Theirs are the topics of their established interests and of what they state; items that bear a tag which they state or
which leads in what they like; and the items that are nearest to their goals. Of all that they like, by decayed weight,
a share s of it bears tag t, which tells log(n / frequency) / log(n) of an item (app/pipeline/likeness.py). It leads if

    s >= leading_share    or    s * telling(t) >= leading_telling

and fewer than half of the catalogue bear it: what is said of most things is nobody's own, and a rare tag is sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.pipeline.evidence import Evidence
from app.pipeline.request import Environment
from app.pipeline.settings import GroundSettings
from app.serving.person import Person
from models.ids import Rows

Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Ground:
    """What is one person's own.

    Attributes:
        environment: the catalogue.
        topics: of established interests and of what is stated.
        tags: codes, ascending: leading ones and those that are stated.
        texts: float32 [t, content_dimension], goals and stated tags that no item bears.
        nearness: float32 [t], cosine from which an item is what a text asks for.
    """

    environment: Environment
    topics: NDArray[np.int32]
    tags: Codes
    texts: NDArray[np.float32]
    nearness: NDArray[np.float32]

    @classmethod
    def of(cls, environment: Environment, evidence: Evidence, person: Person | None) -> Ground:
        """What a person's evidence and statements make theirs; nothing where personalisation is off."""
        settings, catalogue = environment.settings.ground, environment.catalogue
        explicit, stated = (person.explicit, person.stated) if person else (None, None)
        codes = [catalogue.tag_words.code(tag) for tag in explicit.preferences.tags] if explicit else []
        texts = stated.texts if stated else np.empty((0, catalogue.space.content_dimension), dtype=np.float32)
        return cls(
            environment=environment,
            topics=evidence.established,
            tags=np.union1d(
                leading_tags(environment, evidence, settings), [code for code in codes if code >= 0]
            ).astype(np.int32),
            texts=texts,
            nearness=environment.likeness.closest(texts, settings.goal_share),
        )

    def covers(self, rows: Rows) -> NDArray[np.bool_]:
        """Bool [n]: whether each row is the person's own, or nothing is known by which it could be told from that."""
        catalogue = self.environment.catalogue
        covered: NDArray[np.bool_] = self.mine[catalogue.topics[rows]]
        if len(self.tags):
            covered |= catalogue.bear(rows, self.tag_mask)
        if len(self.texts):
            covered |= (catalogue.content[rows] @ self.texts.T >= self.nearness).any(axis=1)
        return covered

    @cached_property
    def mine(self) -> NDArray[np.bool_]:
        """Bool [topics]: those that are the person's own, and the one of which nothing can be compared."""
        mine = np.zeros(len(self.environment.catalogue.topic_names), dtype=np.bool_)
        mine[self.topics] = mine[self.environment.catalogue.unread_topic] = True
        return mine

    @cached_property
    def tag_mask(self) -> NDArray[np.bool_]:
        """Bool [tags]: those that are the person's own."""
        mask = np.zeros(len(self.environment.catalogue.tag_words), dtype=np.bool_)
        mask[self.tags] = True
        return mask


def leading_tags(environment: Environment, evidence: Evidence, settings: GroundSettings) -> Codes:
    """Codes of the tags that lead in what a person likes, ascending."""
    masses, whole = evidence.features.tag_masses, float(evidence.features.liked.weights.sum())
    if not whole > 0:
        return np.empty(0, dtype=np.int32)
    likeness, borne = environment.likeness, np.flatnonzero(masses).astype(np.int32)
    shares, telling = masses[borne] / whole, likeness.telling(borne)
    leads = (shares >= settings.leading_share) | (shares * telling >= settings.leading_telling)
    return np.asarray(borne[leads & (telling > likeness.of_half)], dtype=np.int32)
