"""Content vectors of a data set's items."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models.encoder import Encoder, Vectors
from scripts.benchmarks.recall.dataset import Entities
from scripts.benchmarks.recall.model import NotApplicableError


@dataclass(frozen=True, slots=True)
class ContentVectors:
    """Encodes the items of a data set once.

    Attributes:
        encoder: reads the same text of an item as the indexer has it read.
    """

    encoder: Encoder
    _known: dict[str, Vectors] = field(default_factory=dict)

    def of(self, entities: Entities) -> Vectors:
        """float32 [items, dimension], unit length; zeros for an item of which nothing is known.

        Raises:
            NotApplicableError: nothing is known of any item.
        """
        if not entities.documents:
            raise NotApplicableError(f"{entities.name} does not tell what its items are")
        if entities.name not in self._known:
            self._known[entities.name] = self._encode(entities)
        return self._known[entities.name]

    def _encode(self, entities: Entities) -> Vectors:
        told = [row for row, document in enumerate(entities.documents) if document is not None]
        vectors = np.zeros((len(entities.items), self.encoder.dimension), dtype=np.float32)
        vectors[told] = self.encoder.encode([d.content() for d in entities.documents if d is not None])
        return vectors
