"""Named sets of settings of the query to compare, the first of which the others are held against."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.pipeline.settings import QuerySettings
from scripts.benchmarks.recall.model import Settings
from scripts.benchmarks.recall.penchant.configuration import configured

NO_FLOORS: Final[Settings] = {
    "floors.exploration_share": 0.0,
    "floors.recency_share": 0.0,
    "floors.topic_cap_share": 1.0,
    "floors.provider_cap_share": 1.0,
}
_ONE: Final[Settings] = {"sources.interests": 0, "weights.interest": 0.0, "variety.calibration": 0.0}
_PLAIN: Final[Settings] = {"variety.calibration": 0.0, "variety.diversity": 0.0}


class Study(StrEnum):
    """What is compared."""

    INTERESTS = "interests"
    """One average of all that a person does, or several interests, each with its share."""

    RETRIEVAL = "retrieval"
    """As many candidates for one average of all as for each interest its part, where nothing else is known."""

    EXPLORATION = "exploration"
    """What counts as a person's own: the topics of their interests alone, or leading tags as well."""

    STAGES = "stages"
    """What each floor, cap and weight of variety costs: the slate with none of them, with all, and with all but one."""

    VARIETY = "variety"
    """How much relevance is traded for distance within the slate and for the shares of interests."""


def _asked(embedding: int, interests: int, weight: float = 0.0) -> Settings:
    """So many candidates of each of these sources and of no other, and the weight of the term for interests."""
    others = {f"sources.{name}": 0 for name in ("neighbours", "stated", "fresh", "popular", "explore_topics")}
    asked = {"sources.embedding": embedding, "sources.interests": interests}
    return {**NO_FLOORS, **_PLAIN, **others, **asked, "weights.popularity": 0.0, "weights.interest": weight}


STUDIES: Final[dict[Study, dict[str, Settings]]] = {
    Study.INTERESTS: {
        "one average": _ONE,
        "several, found": {"weights.interest": 0.0, "variety.calibration": 0.0},
        "several, scored": {"variety.calibration": 0.0},
        "scored, shares .2": {"variety.calibration": 0.2},
        "scored, shares .5": {"variety.calibration": 0.5},
        "shares .5 alone": {"weights.interest": 0.0, "variety.calibration": 0.5},
    },
    Study.RETRIEVAL: {
        "one average": _asked(200, 0),
        "half of each": _asked(100, 100),
        "several interests": _asked(1, 200),
        "several, scored": _asked(1, 200, 1.0),
    },
    Study.EXPLORATION: {
        "topics alone": {"ground.leading_share": 1.0, "ground.leading_telling": 1.0},
        "as served": {},
        "no floor": {"floors.exploration_share": 0.0},
        "tags of .3": {"ground.leading_telling": 1.0},
        "tags of .2": {"ground.leading_share": 0.2},
        "tags of .1": {"ground.leading_share": 0.1},
    },
    Study.STAGES: {
        "none": {**NO_FLOORS, **_PLAIN},
        "as served": {},
        "no exploration": {"floors.exploration_share": 0.0},
        "topics alone": {"ground.leading_share": 1.0, "ground.leading_telling": 1.0},
        "no caps": {"floors.topic_cap_share": 1.0, "floors.provider_cap_share": 1.0},
        "no recency": {"floors.recency_share": 0.0},
        "no variety": _PLAIN,
    },
    Study.VARIETY: {
        "plain": _PLAIN,
        "determinant .05": {**_PLAIN, "variety.diversity": 0.05},
        "determinant .15": {**_PLAIN, "variety.diversity": 0.15},
        "determinant .3": {**_PLAIN, "variety.diversity": 0.3},
        "shares .2": {**_PLAIN, "variety.calibration": 0.2},
        "shares .5": {**_PLAIN, "variety.calibration": 0.5},
        "shares .8": {**_PLAIN, "variety.calibration": 0.8},
        "as served": {},
    },
}


def variants(query: QuerySettings, study: Study, *, floors: bool) -> dict[str, QuerySettings]:
    """The settings to compare, by name; with `floors` off, none is held to."""
    base = query if floors else configured(query, NO_FLOORS)
    return {name: configured(base, chosen) for name, chosen in STUDIES[study].items()}
