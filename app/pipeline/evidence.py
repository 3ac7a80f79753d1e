"""Evidence: the person's events with their amounts as of now, and all that is summed up from them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.pipeline.links import Links, gather_links
from app.pipeline.request import Environment
from app.serving.people import Person
from models.history import EventColumns
from models.ids import Rows
from models.user_state import DecayedSums, decay, established_topics

_NO_ROWS = np.empty(0, dtype=np.int32)
_SESSION_HALF_LIVES = 10.0


class Evidence:
    """What is known of one person at one moment; each sum is computed once, when first needed.

    Args:
        environment: the catalogue, half-lives and settings.
        person: whom personalisation is on for; None where nothing may be used.
        now: seconds since 1970.
    """

    def __init__(self, environment: Environment, person: Person | None, now: float) -> None:
        self._environment = environment
        self._catalogue = environment.catalogue
        self._settings = environment.settings
        self._person = person
        self._now = now

    @cached_property
    def events(self) -> EventColumns | None:
        """The person's events since the last reset; None where there are none to learn from."""
        return self._person.history.columns() if self._person and len(self._person.history) else None

    @cached_property
    def amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Positive events and their decayed weights a_k, float64 [k]; 0 after a thousand half-lives."""
        events = self._of_polarity(1)
        return events, events.weights * decay(self._now - events.times, self._environment.half_lives[0])

    @cached_property
    def engage(self) -> NDArray[np.float32]:
        """float32 [k, d]: the engage vectors of the positive events' items."""
        return self._catalogue.engage[self.amounts[0].rows]

    @cached_property
    def tags(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(positive event, code) of every tag of every item that the person engaged with."""
        return self._catalogue.tag_pairs(self.amounts[0].rows)

    @cached_property
    def negative_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Negative events and their decayed weights."""
        events = self._of_polarity(-1)
        return events, events.weights * decay(self._now - events.times, self._environment.half_lives[1])

    @cached_property
    def relative_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Positive events and a_k on the person's scale, which does not vanish: for what is divided by a mass again."""
        return self._on_own_scale(self.amounts[0], self._environment.half_lives[0])

    @cached_property
    def relative_negative_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Negative events and their decayed weights on the person's scale."""
        return self._on_own_scale(self.negative_amounts[0], self._environment.half_lives[1])

    @cached_property
    def interest_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Positive events and p_k = a_k / (prior + sum of all a of the same topic), float64 [k]."""
        events, amounts = self.amounts
        topics = self._catalogue.topics[events.rows]
        masses = self._settings.user.interest_prior + np.bincount(topics, weights=amounts)
        return events, amounts / masses[topics]

    @property
    def positive_sums(self) -> DecayedSums | None:
        """The person's decayed sums by topic; None where there are none."""
        sums = self._person.state.positive if self._person else None
        return sums if sums is not None and len(sums.topics) else None

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
        events, _ = self.amounts
        age = np.maximum(self._now - events.times, 0.0)
        parts = np.where(age < _SESSION_HALF_LIVES * half_life, events.weights * decay(age, half_life), 0.0)
        return events, parts / (1 + parts.sum())

    @cached_property
    def session_embedding(self) -> NDArray[np.float32] | None:
        """What the person engaged with just now, float32 [d]; None where that is nothing."""
        events, amounts = self.session_amounts
        recent = np.flatnonzero(amounts)
        return amounts[recent].astype(np.float32) @ self._catalogue.engage[events.rows[recent]] if len(recent) else None

    @cached_property
    def neighbour_links(self) -> Links:
        """Every neighbour of every item that the person engaged with."""
        events, _ = self.amounts
        return gather_links(self._catalogue.snapshot.vectors.neighbours, events.rows)

    @cached_property
    def neighbour_sums(self) -> tuple[Rows, NDArray[np.float32]]:
        """(rows ascending, sum over events of a_k N[i_k, row] / mass): the sparse part of the score."""
        links = self.neighbour_links
        rows, place = np.unique(links.rows, return_inverse=True)
        parts = self.relative_amounts[1][links.event] * links.weights
        sums = np.bincount(place, weights=parts, minlength=len(rows)) / max(self.mass, 1e-300)
        return rows, sums.astype(np.float32)

    @cached_property
    def topic_shares(self) -> NDArray[np.float64]:
        """float64 [topics]: share of each topic in the person's decayed positive mass; zeros where nothing is known."""
        shares = np.zeros(len(self._catalogue.topic_names))
        sums = self.positive_sums
        if sums is not None:
            shares[sums.topics] = sums.masses / max(float(sums.masses.sum()), 1e-300)
        return shares

    @cached_property
    def established(self) -> NDArray[np.int32]:
        """Topics of the established interests, heaviest first."""
        if not self._person or self.mass <= 0:
            return _NO_ROWS
        sums = self._person.state.positive
        topics = established_topics(sums.topics, sums.masses, self._settings.user.established_share)
        return np.union1d(topics, self._stated_topics).astype(np.int32) if len(self._stated_topics) else topics

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
        against = self._environment.blend.beta_mass * self.relative_negative_amounts[1]
        return float(np.square(self.relative_amounts[1]).sum() + np.square(against).sum()) + self.explicit_mass

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
        if not self._person:
            return np.zeros(self._catalogue.space.dimension, dtype=np.float32)
        embedding = self._person.state.embedding(self._now, self._environment.blend, self.explicit)
        return self._environment.faults.leave_out("user embedding", embedding)

    @property
    def content_embedding(self) -> NDArray[np.float32]:
        """float32 [content_dimension]: mean content of what the person engaged with, as far as is known."""
        if self.mass <= 0:
            return np.zeros(self._catalogue.space.content_dimension, dtype=np.float32)
        events, amounts = self.relative_amounts
        if len(events):
            return np.asarray(amounts.astype(np.float32) @ self._catalogue.content[events.rows])
        return self.embedding[: self._catalogue.space.content_dimension]

    def _on_own_scale(self, events: EventColumns, half_life: float) -> tuple[EventColumns, NDArray[np.float64]]:
        if not self._person:
            return events, np.zeros(len(events))
        scale = self._person.state.scale(self._now, self._environment.blend, self.explicit is not None)
        exponents = np.minimum(events.times - self._now, 0.0) / half_life - scale
        return events, events.weights.astype(np.float64) * np.exp2(np.minimum(exponents, 0.0))

    def _of_polarity(self, polarity: int) -> EventColumns:
        events = self._person.history.columns() if self._person else _NO_EVENTS
        return events.where(self._environment.signals.polarity[events.codes] == polarity)

    @cached_property
    def _stated_topics(self) -> NDArray[np.int32]:
        explicit, stated = (self._person.explicit, self._person.stated) if self._person else (None, None)
        named = self._catalogue.topics_named(explicit.preferences.topics if explicit else ())
        codes = [self._catalogue.tag_words.code(tag) for tag in explicit.preferences.tags] if explicit else []
        known = np.array([code for code in codes if code >= 0], dtype=np.int32)
        vectors = [*self._catalogue.tag_vectors[known], *(stated.texts if stated else ())]
        return np.union1d(named, [self._catalogue.topic_of(vector) for vector in vectors]).astype(np.int32)


_NO_EVENTS = EventColumns(
    np.empty(0, np.int64), _NO_ROWS, np.empty(0, np.int8), np.empty(0, np.float32), np.empty(0, np.float64)
)
