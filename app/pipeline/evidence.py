"""Evidence: the person's events with their amounts as of now, and all that is summed up from them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.pipeline.decayed_events import Amounts
from app.pipeline.links import NO_LINKS, Links
from app.pipeline.person_features import PersonFeatures
from app.pipeline.request import Environment
from app.serving.eligibility import HOUR
from app.serving.person import Person
from models.history import EventColumns
from models.ids import Rows
from models.user_state import DecayedSums, decay

_NO_ROWS = np.empty(0, dtype=np.int32)
_SESSION_HALF_LIVES = 10.0


class Evidence:
    """What is known of one person at one moment; each sum is computed once, when first needed.

    Args:
        environment: the catalogue, half-lives and settings.
        person: whom personalisation is on for; None where nothing may be used.
        features: what follows from their events whatever the moment.
        now: seconds since 1970.
        linked: whether neighbours by behaviour count.
    """

    def __init__(
        self,
        environment: Environment,
        person: Person | None,
        features: PersonFeatures,
        now: float,
        *,
        linked: bool = True,
    ) -> None:
        self._environment = environment
        self._catalogue = environment.catalogue
        self._settings = environment.settings
        self._person = person
        self.features = features
        self._now = now
        self._linked = linked

    @property
    def events(self) -> EventColumns | None:
        """The person's events since the last reset; None where there are none to learn from."""
        return self.features.events if len(self.features.events) else None

    @cached_property
    def amounts(self) -> tuple[EventColumns, Amounts]:
        """Positive events and their decayed weights a_k, float64 [k]; 0 after a thousand half-lives."""
        liked = self.features.liked
        return liked.events, liked.weights * liked.fade(self._now)

    @cached_property
    def engage(self) -> NDArray[np.float32]:
        """float32 [k, d]: the engage vectors of the positive events' items."""
        return self._catalogue.engage[self.amounts[0].rows]

    @property
    def tags(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(positive event, code) of every tag of every item that the person engaged with."""
        return self.features.tags

    @cached_property
    def negative_amounts(self) -> tuple[EventColumns, Amounts]:
        """Negative events and their decayed weights."""
        disliked = self.features.disliked
        return disliked.events, disliked.weights * disliked.fade(self._now)

    @cached_property
    def relative_amounts(self) -> tuple[EventColumns, Amounts]:
        """Positive events and a_k on the person's scale, which does not vanish: for what is divided by a mass again."""
        return self.features.liked.events, self.features.liked.weights * self.relative_fade[0]

    @cached_property
    def relative_negative_amounts(self) -> tuple[EventColumns, Amounts]:
        """Negative events and their decayed weights on the person's scale."""
        return self.features.disliked.events, self.features.disliked.weights * self.relative_fade[1]

    @cached_property
    def relative_fade(self) -> tuple[float, float]:
        """What the weights of positive and of negative events, as features have them, are on the person's scale."""
        exponents = [each.exponent(self._now) - self._scale for each in (self.features.liked, self.features.disliked)]
        liked, disliked = np.exp2(np.minimum(exponents, 0.0)).tolist()
        return liked, disliked

    @cached_property
    def _scale(self) -> float:
        if not self._person:
            return 0.0
        return self._person.state.scale(self._now, self._environment.blend, self.explicit is not None)

    @cached_property
    def interest_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Positive events and p_k = a_k / (prior + sum of all a of the same topic), float64 [k]."""
        events, amounts = self.amounts
        masses = self._settings.user.interest_prior + self.features.topic_masses * self.features.liked.fade(self._now)
        return events, amounts / masses[self.features.topics]

    @property
    def positive_sums(self) -> DecayedSums | None:
        """The person's decayed sums by topic; None where there are none."""
        return self.features.sums

    @cached_property
    def interest_embeddings(self) -> tuple[Rows, NDArray[np.float32]]:
        """(topics ascending, float32 [t, content dimension]: sum of p_k engage_k over the positive events of each)."""
        sums = self.positive_sums
        if sums is None:
            return _NO_ROWS, np.empty((0, self._catalogue.space.content_dimension), dtype=np.float32)
        if sums.reference > self._now:
            return self._interests_by_event()
        fade = float(np.exp2(sums.exponent(self._now)))
        shares = fade / (self._settings.user.interest_prior + fade * sums.masses)
        content = sums.vectors[:, : self._catalogue.space.content_dimension]
        return sums.topics, content * shares[:, None].astype(np.float32)

    def _interests_by_event(self) -> tuple[Rows, NDArray[np.float32]]:
        """The same from the events: those that are yet to come have not begun to fade, unlike the sums as of then."""
        events, parts = self.interest_amounts
        topics, place = np.unique(self._catalogue.topics[events.rows], return_inverse=True)
        engage = self.engage[:, : self._catalogue.space.content_dimension]
        found = np.zeros((len(topics), engage.shape[1]), dtype=np.float32)
        np.add.at(found, place, parts[:, None].astype(np.float32) * engage)
        return topics, found

    @cached_property
    def session_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Positive events and b_k / (1 + sum of all b), float64 [k], b_k their weights as a session decays.

        After ten half-lives an event has left the session, so that nothing at all remains of what happened long ago.
        """
        half_life = 60.0 * self._settings.session.half_life_minutes
        events = self.features.liked.events
        if self._now - self.features.latest_like >= _SESSION_HALF_LIVES * half_life:
            return events, np.zeros(len(events))
        age = np.maximum(self._now - events.times, 0.0)
        parts = np.where(age < _SESSION_HALF_LIVES * half_life, events.weights * decay(age, half_life), 0.0)
        return events, parts / (1 + parts.sum())

    @cached_property
    def session_embedding(self) -> NDArray[np.float32] | None:
        """What the person engaged with just now, float32 [d]; None where that is nothing."""
        events, amounts = self.session_amounts
        recent = np.flatnonzero(amounts)
        return amounts[recent].astype(np.float32) @ self._catalogue.engage[events.rows[recent]] if len(recent) else None

    @property
    def neighbour_links(self) -> Links:
        """Every neighbour of every item that the person engaged with."""
        return self.features.links if self._linked else NO_LINKS

    @cached_property
    def neighbour_sums(self) -> tuple[Rows, NDArray[np.float32]]:
        """(rows ascending, sum over events of a_k N[i_k, row] / mass): the sparse part of the score."""
        if not self._linked:
            return _NO_ROWS, np.empty(0, dtype=np.float32)
        rows, sums = self.features.neighbour_sums
        return rows, (sums * (self.relative_fade[0] / max(self.mass, 1e-300))).astype(np.float32)

    @property
    def topic_shares(self) -> NDArray[np.float64]:
        """float64 [topics]: share of each topic in the person's decayed positive mass; zeros where nothing is known."""
        return self.features.topic_shares

    @property
    def established(self) -> NDArray[np.int32]:
        """Topics of the established interests, heaviest first."""
        return self.features.heaviest_topics if self._person and self.mass > 0 else _NO_ROWS

    @cached_property
    def explicit(self) -> NDArray[np.float32] | None:
        """Vector of the explicit profile."""
        return self._person.stated.profile if self._person and self._person.stated else None

    @property
    def explicit_mass(self) -> float:
        """Mass of the explicit profile, in events of weight 1; 0 without one."""
        return self._environment.blend.gamma if self.explicit is not None else 0.0

    @cached_property
    def mass(self) -> float:
        """Denominator of the user embedding, on the person's scale; 0 for a person of whom nothing is known."""
        if not self._person:
            return 0.0
        return self._person.state.mass(self._now, self._environment.blend, self.explicit is not None)

    @cached_property
    def evidence_square(self) -> float:
        """Sum of the squared masses of all pieces of evidence, on the person's scale."""
        (liked, disliked), (fade, against) = self.features.squares, self.relative_fade
        return liked * fade**2 + disliked * (self._environment.blend.beta_mass * against) ** 2 + self.explicit_mass

    @cached_property
    def confidence(self) -> float:
        """Square root of the effective number of pieces of evidence: mass / sqrt(sum of squared masses).

        An average over many events is smaller than one over few, though more is known: this makes up for it, and
        similarity becomes comparable with the terms of the score that do not depend on the person.
        """
        return self.mass / self.evidence_square**0.5 if self.evidence_square > 0 else 0.0

    @cached_property
    def embedding(self) -> NDArray[np.float32]:
        """The user embedding, float32 [d]."""
        return self._embedding_at(self._now)

    @property
    def searched_as_of(self) -> float:
        """The moment as of which the embedding is searched for: the beginning of the hour, or a later last event.

        It turns slowly as likes and dislikes fade, so that what was found for it is good for an hour.
        """
        return min(max(self._now // HOUR * HOUR, self.features.until), self._now)

    @property
    def searched_embedding(self) -> NDArray[np.float32]:
        """The user embedding of that moment, float32 [d]."""
        return self._embedding_at(self.searched_as_of)

    def _embedding_at(self, moment: float) -> NDArray[np.float32]:
        if not self._person:
            return np.zeros(self._catalogue.space.dimension, dtype=np.float32)
        embedding = self._person.state.embedding(moment, self._environment.blend, self.explicit)
        return self._environment.faults.leave_out("user embedding", embedding)

    @property
    def content_embedding(self) -> NDArray[np.float32]:
        """float32 [content_dimension]: mean content of what the person engaged with, as far as is known."""
        if self.mass <= 0:
            return np.zeros(self._catalogue.space.content_dimension, dtype=np.float32)
        if len(self.features.liked.events):
            return self.features.content * np.float32(self.relative_fade[0])
        return self.embedding[: self._catalogue.space.content_dimension]
