"""What the stages know of one request: the person as of now, the catalogue, and what must be left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from app.pipeline.evidence import Evidence
from app.pipeline.exclusions import Exclusions
from app.pipeline.ground import Ground
from app.pipeline.labels.wording import Phrases
from app.pipeline.person_features import features_of
from app.pipeline.request import Environment, SlateRequest
from app.pipeline.searched import Found
from app.pipeline.topic_draw import TopicDraw
from app.serving.engine.search import Searched
from app.serving.person import Person
from models.ids import Rows
from models.kernels.rows import among


class Context:
    """One request.

    Attributes:
        environment: what all requests share.
        catalogue: of the environment.
        settings: of the environment, or of the placement.
        request: what the caller asks for.
        now: seconds since 1970.
        known: the person, with personalisation on or off; None where nothing is known.
        person: the same, None where personalisation is off, by whomever, or an experiment holds the person out.
        evidence: what the person did and stated, and what is summed up from it.
        exclusions: what must be left out.
        draw: the topics that were drawn to be explored, once they are.
        found: what was searched for sources, once it is (app/pipeline/nearest.py).
        searched: what became of searches by a vector engine.
    """

    def __init__(self, environment: Environment, request: SlateRequest, person: Person | None) -> None:
        self.environment = environment
        self.catalogue = environment.catalogue
        self.settings = request.placement.settings or environment.settings
        self.request = request
        self.now = request.now
        self.known = person
        held_out = request.switched_off or (request.assigned is not None and not request.assigned.personalized)
        self.person = None if person is None or held_out or not person.row.personalization else person
        features = features_of(environment, person, request.now)
        learned = features if self.person is person else features_of(environment, None, request.now)
        self._blocks = _blocks(environment, request)
        linked = self._blocks is None or request.placement.by == "behaviour"
        self.evidence = Evidence(environment, self.person, learned, request.now, linked=linked)
        self.exclusions = Exclusions(environment, request, features.exclusions)
        self.draw: TopicDraw | None = None
        self.found: Mapping[str, Found] | None = None
        self.searched: list[Searched] = []
        self._indexed: tuple[Rows, Rows, NDArray[np.float32]] | None = None

    def index_vectors(self, rows: Rows) -> tuple[NDArray[np.float32], Rows]:
        """(array, places in it): where the index vectors of `rows` are.

        What has to be copied is copied once a request: every stage after the scorer asks for some of its candidates.
        """
        if self._indexed is None or not among(rows, self._indexed[0]).all():
            vectors, places = self.catalogue.index.located(rows)
            if self._blocks is not None:
                vectors, places = vectors[places] * self._blocks, np.arange(len(rows), dtype=np.int32)
            order = np.argsort(rows)
            self._indexed = rows[order], places[order], vectors
            return vectors, places
        known, places, vectors = self._indexed
        return vectors, places[np.searchsorted(known, rows)]

    def index(self, rows: Rows) -> NDArray[np.float32]:
        """The index vectors of `rows`, float32 [n, d]; 0 in the block by whose likeness the placement does not go."""
        vectors, places = self.index_vectors(rows)
        return vectors[places]

    def in_question(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors that are compared with index vectors, [q, d], likewise."""
        return queries if self._blocks is None else queries * self._blocks

    @property
    def personalized(self) -> bool:
        """Whether anything is known that the slate can follow: evidence with a mass above 0, however old it is.

        Half-lives say what counts among a person's events. How long events count at all is for the charter's retention.
        """
        return self.evidence.mass > 0

    @cached_property
    def ground(self) -> Ground:
        """What is the person's own, so that it is no exploration."""
        features = self.evidence.features
        if features.ground is None:
            features.ground = Ground.of(self.environment, self.evidence, self.person)
        return features.ground

    @cached_property
    def phrases(self) -> Phrases:
        """The words of labels, in the first language that the person prefers and labels are written in."""
        explicit = self.known.explicit if self.known else None
        return self.environment.wording.phrases(explicit.preferences.languages if explicit else ())

    def generator(self, purpose: str) -> np.random.Generator:
        """Random numbers that are the same for the same person, snapshot and purpose."""
        names: Sequence[str] = (self.request.user_id, self.catalogue.snapshot.snapshot_id, purpose)
        digest = blake2b("\0".join(names).encode(), digest_size=8).digest()
        return np.random.default_rng(int.from_bytes(digest, "little"))


def _blocks(environment: Environment, request: SlateRequest) -> NDArray[np.float32] | None:
    """float32 [d]: 1 where the placement's likeness counts, 0 in the other block; None where both count."""
    space, by = environment.catalogue.space, request.placement.by
    if by == "both" or not space.has_behaviour:
        return None
    of_content = np.arange(space.dimension) < space.content_dimension
    return (of_content if by == "content" else ~of_content).astype(np.float32)
