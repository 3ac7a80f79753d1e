"""A map of the catalogue: where its topics lie to one another in the plane, and how large each is."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from app.serving.catalogue import Catalogue

_EXAMPLES: Final = 5


def topics_in_the_plane(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Every topic with items, the largest first: its place, how many items it has, and titles of some of them."""
    living = np.flatnonzero(catalogue.alive.all()).astype(np.int32)
    topics = catalogue.topics[living]
    counts = np.bincount(topics, minlength=len(catalogue.topic_slugs))
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    return [
        {
            "topic": catalogue.topic_slugs[topic],
            "name": catalogue.topic_names[topic],
            "items": int(counts[topic]),
            "x": x,
            "y": y,
            "examples": [catalogue.title(row) for row in living[topics == topic][:_EXAMPLES].tolist()],
        }
        for topic, (x, y) in zip(order.tolist(), catalogue.subjects.plane[order].tolist(), strict=True)
    ]
