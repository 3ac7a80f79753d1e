"""Settings of the query: how much is fetched, how it is weighed, what is promised."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from app.pipeline.labels.settings import LabelSettings
from app.pipeline.repeats import RepeatSettings
from models.config import Config
from models.events import EventType
from models.selection import Taste
from models.topic_draws import DrawSettings
from models.user_state import Beta

Days = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class SourceSettings(Config):
    """How many candidates each source brings."""

    interests: int = Field(default=200, ge=0)
    """Candidates shared out among a person's established interests, in proportion to their mass; 0: none are sought."""

    most_interests: int = Field(default=10, ge=1)
    """Interests that are asked for candidates, the heaviest ones; no more than ten can have a tenth of the mass."""

    embedding: int = Field(default=200, ge=1)
    """Nearest neighbours of the whole user embedding."""

    neighbours: int = Field(default=100, ge=0)
    """Items with the strongest links to those engaged with."""

    stated: int = Field(default=60, ge=0)
    """Nearest neighbours of the explicit profile."""

    fresh: int = Field(default=60, ge=0)
    """Most recently published items."""

    popular: int = Field(default=60, ge=0)
    """Most popular items."""

    explore_topics: int = Field(default=6, ge=0)
    """Topics outside the established interests that are looked into, drawn by closeness and earlier reception."""

    explore_prior: float = Field(default=8.0, gt=0, allow_inf_nan=False)
    """How many events' worth closeness counts in the choice of topics to explore."""

    explore_ignored: float = Field(default=0.1, ge=0, le=1)
    """Part of a failure that an impression without engagement counts for its topic."""

    explore_uniform: float = Field(default=0.0, ge=0, le=1)
    """Share of draws in which every topic is as likely as any other, so that what is far is heard of too."""

    explore_items: int = Field(default=12, ge=0)
    """Candidates from each of these topics."""

    def draw(self) -> DrawSettings:
        """How topics are drawn, as the mathematics takes it."""
        return DrawSettings(self.explore_prior, self.explore_ignored, self.explore_uniform)


class RankingWeights(Config):
    """Weights of the terms of the score.

    Recency and popularity lie between 0 and 1. Similarity and format grow with the square root of the evidence: of the
    order of 1 for one event, of 10 for a hundred that agree, so that they outweigh the others as more is known.
    """

    similarity: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Inner product of user embedding and index vector plus the neighbours' part, times the person's confidence."""

    recency: float = Field(default=0.05, ge=0, allow_inf_nan=False)
    """2^(-age / half-life)."""

    popularity: float = Field(default=0.1, ge=0, allow_inf_nan=False)
    """Logarithm of the decayed count of positive events, relative to the most popular item."""

    format: float = Field(default=0.05, ge=0, allow_inf_nan=False)
    """Share of the person's decayed mass that is of the item's format, times the person's confidence."""

    interest: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Mean likeness, in content, to what the person engaged with of the item's own topic."""

    session: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Likeness to what the person engaged with just now, between that of nothing and of one event; fades by itself."""

    stated: float = Field(default=0.1, ge=0, allow_inf_nan=False)
    """How many of provider and format are what the person stated to prefer."""

    recency_half_life_days: float = Field(default=30.0, ge=0.001, allow_inf_nan=False)
    """Age in days at which the recency term is one half."""

    def vector(self) -> NDArray[np.float32]:
        """The weights in the order of the terms; aversion, the last, is a factor of the score and no summand."""
        evidence = (self.similarity, self.recency, self.popularity, self.format, self.interest, self.session)
        return np.array([*evidence, self.stated, 0.0], dtype=np.float32)


class FloorSettings(Config):
    """What every slate is held to, whenever the catalogue has items that allow it."""

    exploration_share: float = Field(default=0.2, ge=0, le=1)
    """Least share of a slate from outside what is the person's own: interests, leading tags, what was stated."""

    recency_share: float = Field(default=0.1, ge=0, le=1)
    """Least share of recently published items."""

    recent_days: float = Field(default=30.0, gt=0, allow_inf_nan=False)
    """Age in days up to which an item counts as recently published."""

    topic_cap_share: float = Field(default=0.4, gt=0, le=1)
    """Largest share of a slate from one topic."""

    provider_cap_share: float = Field(default=0.4, gt=0, le=1)
    """Largest share of a slate from one provider."""

    window_slots: int = Field(default=50, ge=1)
    """Slots shown to a person, over requests and pages, over which the exploration floor holds."""


class GroundSettings(Config):
    """What is a person's own beside the topics of their interests, and so no exploration (app/pipeline/ground.py)."""

    leading_share: float = Field(default=0.3, gt=0, le=1)
    """Share of what a person likes, by decayed weight, from which a tag leads in it."""

    leading_telling: float = Field(default=0.07, gt=0, le=1)
    """The same of a tag that tells more, times what it tells: 1 is a tag of one item, 0 one that all items bear."""

    goal_share: float = Field(default=0.05, ge=0, le=1)
    """Share of the catalogue, the nearest to a stated goal, that counts as asked for."""


class VarietySettings(Config):
    """How scores are traded for variety, in ranges of the candidates' scores."""

    calibration: float = Field(default=0.2, ge=0, allow_inf_nan=False)
    """Weight of giving each interest its share of the slate."""

    diversity: float = Field(default=0.15, ge=0, allow_inf_nan=False)
    """Weight of not being like the items that stand in the slate already."""

    least_distance: float = Field(default=0.02, ge=0, le=1)
    """Cosine distance of content under which two items count as the same."""

    def taste(self) -> Taste:
        """The same, as selection takes it."""
        return Taste(self.calibration, self.diversity, self.least_distance)


class AversionSettings(Config):
    """How far a dismissal reaches beyond the dismissed item, and for how long (app/pipeline/aversion.py)."""

    dislike: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Strength of a dislike."""

    dismiss: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Strength of a dismissal."""

    less_like_this: float = Field(default=2.0, ge=0, allow_inf_nan=False)
    """Strength of having asked for less like this."""

    report: float = Field(default=4.0, ge=0, allow_inf_nan=False)
    """Strength of a report."""

    half_life_days: float = Field(default=14.0, ge=0.001, allow_inf_nan=False)
    """Days until a dismissal reaches half as far."""

    near: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """Weight of being a near neighbour by content."""

    topic: float = Field(default=0.3, ge=0, allow_inf_nan=False)
    """Weight of being of the same topic."""

    provider: float = Field(default=0.2, ge=0, allow_inf_nan=False)
    """Weight of being of the same provider."""

    tags: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    """Weight of bearing just its tags, dates aside."""

    sharpness: float = Field(default=4.0, gt=0, allow_inf_nan=False)
    """Power to which nearness, between 0 and 1, is raised: the higher, the less far neighbours count."""

    sitting_dislikes: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """Dislikes of one sitting that count in full; more of them are together as strong as so many."""

    sitting_hours: float = Field(default=12.0, ge=0, allow_inf_nan=False)
    """Time between two dislikes of one sitting."""

    forgiveness: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """How fast later engagement with its topic takes back what topic, provider and tags are charged with, per like."""

    cap: float = Field(default=6.0, gt=0, allow_inf_nan=False)
    """Largest sum: however often things are dismissed, exp(-cap) of a score is left."""

    most_events: int = Field(default=64, ge=1)
    """Negative events that are looked at, the strongest first."""

    least_strength: float = Field(default=0.01, ge=0, allow_inf_nan=False)
    """Strength under which an event is no longer looked at."""


class StatedPreferenceSettings(Config):
    """How far a person's statements about kinds of items raise or lower scores (app/pipeline/stated_preferences.py)."""

    more: float = Field(default=0.7, ge=0, allow_inf_nan=False)
    """Exponent for topics that a person asks to see more of: positive scores there are multiplied by exp(more)."""

    less: float = Field(default=1.5, ge=0, allow_inf_nan=False)
    """Exponent for topics that a person asks to see less of: positive scores there are multiplied by exp(-less)."""

    provider: float = Field(default=0.3, ge=0, allow_inf_nan=False)
    """Exponent for preferred providers."""

    format: float = Field(default=0.3, ge=0, allow_inf_nan=False)
    """Exponent for preferred formats."""


class SessionSettings(Config):
    """How long what a person does just now shifts their slates."""

    half_life_minutes: float = Field(default=30.0, ge=0.01, allow_inf_nan=False)
    """Minutes until an event of the session counts half."""


class UserStateSettings(Config):
    """How events become a user embedding."""

    beta: Beta = Beta()
    """How strongly negative events are subtracted, per block."""

    gamma: float = Field(default=3.0, ge=0, allow_inf_nan=False)
    """Mass of the explicit profile, in likes."""

    established_share: float = Field(default=0.8, gt=0, le=1)
    """Share of the decayed positive mass that a person's established interests hold."""

    interest_prior: float = Field(default=0.5, gt=0, allow_inf_nan=False)
    """Mass of nothing, in likes, that the mean of each interest begins with: the more events, the more it counts."""


class QuerySettings(Config):
    """Everything that shapes an answer."""

    sources: SourceSettings = SourceSettings()
    weights: RankingWeights = RankingWeights()
    floors: FloorSettings = FloorSettings()
    ground: GroundSettings = GroundSettings()
    variety: VarietySettings = VarietySettings()
    repeats: RepeatSettings = RepeatSettings()
    aversion: AversionSettings = AversionSettings()
    stated_preferences: StatedPreferenceSettings = StatedPreferenceSettings()
    session: SessionSettings = SessionSettings()
    user: UserStateSettings = UserStateSettings()

    labels: LabelSettings = LabelSettings()

    hide_seen: bool = True
    """Whether items that a person has seen are left out, unless a request says otherwise."""

    seen_days: dict[str, Days] = Field(default_factory=lambda: {EventType.CLICK.value: 14.0})
    """Days for which an item that was seen by an event of a type is left out; types without an
    entry have the `seen_days` of their declaration."""

    hide_own: bool = True
    """Whether items of which a person is the provider, or the author by `attributes.author_id`, are left out for them.
    """

    copies_are_one: bool = True
    """Whether items that say the same under several ids (`index.copies`) are one: seen, dismissed, shown once."""
