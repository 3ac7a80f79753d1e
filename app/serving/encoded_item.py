"""An item on its way into the catalogue that is served."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.documents import ItemDocument


@dataclass(frozen=True, slots=True)
class EncodedItem:
    """An item that came over HTTP, and its vectors in content space.

    Attributes:
        document: the item.
        content: float32 [content_dimension], unit length; zeros where the encoder could not read it.
        tags: unit vectors, float32 [content_dimension], of tags that the catalogue may not know yet, by name.
    """

    document: ItemDocument
    content: NDArray[np.float32]
    tags: dict[str, NDArray[np.float32]] = field(default_factory=dict)
