"""What the stages know of one request: the person as of now, the catalogue, and what must be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from app.pipeline.labels.wording import Phrases, Wording
from app.pipeline.likeness import Likeness
from app.pipeline.mutes import Mutes
from app.pipeline.repeats import resting_rows
from app.pipeline.settings import QuerySettings
from app.serving.catalogue import Catalogue
from app.serving.people import Person
from app.serving.popularity import Popularity
from indexer.languages import accepted
from models.events import SignalTable
from models.history import EventColumns
from models.ids import Rows
from models.neighbours import Neighbours
from models.user_state import Blend, decay, established_topics

_NO_ROWS = np.empty(0, dtype=np.int32)
_SESSION_HALF_LIVES = 10.0


@dataclass(frozen=True)
class World:
    """What all requests share while one snapshot serves."""

    catalogue: Catalogue
    popularity: Popularity
    signals: SignalTable
    blend: Blend
    half_lives: tuple[float, float]
    """Of positive and negative events, seconds."""
    settings: QuerySettings
    wording: Wording

    @cached_property
    def likeness(self) -> Likeness:
        """What makes two items alike."""
        return Likeness(self.catalogue)


@dataclass(frozen=True)
class Ask:
    """What the caller asks for.

    Attributes:
        user_id: for whom.
        limit: length of the slate.
        exclude: rows to leave out, ascending without repeats.
        now: seconds since 1970.
        given: of these, rows that earlier pages of the same answer gave, ascending without repeats.
        shown: of the slots that the person was shown before, oldest first, whether each was exploration.
    """

    user_id: str
    limit: int
    exclude: Rows
    now: float
    shown: Sequence[bool] = ()
    given: Rows = field(default_factory=lambda: _NO_ROWS)


@dataclass(frozen=True, slots=True)
class Links:
    """Neighbours of several events' items.

    Attributes:
        event: int64 [m], position of the event.
        rows: int32 [m], neighbour.
        weights: float32 [m].
    """

    event: NDArray[np.int64]
    rows: Rows
    weights: NDArray[np.float32]


def gather_links(neighbours: Neighbours, rows: Rows) -> Links:
    """The neighbours of `rows`; rows added since the snapshot have none."""
    known = np.flatnonzero(rows < len(neighbours.offsets) - 1)
    starts, ends = neighbours.offsets[rows[known]], neighbours.offsets[rows[known] + 1]
    lengths = ends - starts
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    flat = np.repeat(starts, lengths) + within
    return Links(np.repeat(known, lengths), neighbours.rows[flat], neighbours.weights[flat])


class Context:
    """One request. Everything that is derived from the person is computed once, when first needed."""

    def __init__(self, world: World, ask: Ask, person: Person | None) -> None:
        self.world = world
        self.catalogue = world.catalogue
        self.settings = world.settings
        self.ask = ask
        self.now = ask.now
        self.person = person if person is not None and person.row.personalization else None
        self._known = person

    @property
    def known(self) -> Person | None:
        """The person, with personalisation on or off; None where nothing is known."""
        return self._known

    @cached_property
    def events(self) -> EventColumns | None:
        """The person's events since the last reset; None where there are none to learn from."""
        return self.person.history.columns() if self.person and len(self.person.history) else None

    @cached_property
    def explicit(self) -> NDArray[np.float32] | None:
        """Vector of the explicit profile."""
        return self.person.explicit_vector if self.person else None

    @cached_property
    def mass(self) -> float:
        """Denominator of the user embedding; 0 for a person of whom nothing is known."""
        if not self.person:
            return 0.0
        return self.person.state.mass(self.now, self.world.blend, self.explicit is not None)

    @property
    def explicit_mass(self) -> float:
        """Mass of the explicit profile, in events of weight 1; 0 without one."""
        return self.world.blend.gamma if self.explicit is not None else 0.0

    @cached_property
    def confidence(self) -> float:
        """Square root of the effective number of pieces of evidence: mass / sqrt(sum of squared masses).

        An average over many events is smaller than one over few, though more is known: this makes up for it, and
        similarity becomes comparable with the terms of the score that do not depend on the person.
        """
        return self.mass / self.evidence_square**0.5 if self.evidence_square > 0 else 0.0

    @cached_property
    def evidence_square(self) -> float:
        """Sum of the squared masses of all pieces of evidence."""
        against = self.world.blend.beta_mass * self.negative_amounts[1]
        return float(np.square(self.amounts[1]).sum() + np.square(against).sum()) + self.explicit_mass

    @property
    def personalized(self) -> bool:
        """Whether anything is known that the slate can follow."""
        return self.mass > 0

    @cached_property
    def embedding(self) -> NDArray[np.float32]:
        """The user embedding, float32 [d]."""
        if not self.person:
            return np.zeros(self.catalogue.space.dimension, dtype=np.float32)
        return self.person.state.embedding(self.now, self.world.blend, self.explicit)

    @property
    def content_embedding(self) -> NDArray[np.float32]:
        """float32 [content_dimension]: mean content of what the person engaged with, as far as is known."""
        if not self.personalized:
            return np.zeros(self.catalogue.space.content_dimension, dtype=np.float32)
        events, amounts = self.amounts
        if len(events):
            return np.asarray(amounts.astype(np.float32) @ self.catalogue.content[events.rows])
        return self.embedding[: self.catalogue.space.content_dimension]

    @cached_property
    def established(self) -> NDArray[np.int32]:
        """Topics of the established interests, heaviest first."""
        if not self.personalized or not self.person:
            return _NO_ROWS
        sums = self.person.state.positive
        topics = established_topics(sums.topics, sums.masses, self.settings.user.established_share)
        return np.union1d(topics, self._stated_topics).astype(np.int32) if len(self._stated_topics) else topics

    @cached_property
    def topic_shares(self) -> NDArray[np.float64]:
        """float64 [topics]: share of each topic in the person's decayed positive mass; zeros where nothing is known."""
        shares = np.zeros(len(self.catalogue.topic_names))
        if self.person and len(self.person.state.positive.topics):
            sums = self.person.state.positive
            shares[sums.topics] = sums.masses / max(float(sums.masses.sum()), 1e-300)
        return shares

    @cached_property
    def rested(self) -> Rows:
        """Rows that were shown several times without engagement and rest for a while, ascending."""
        if not self._known:
            return _NO_ROWS
        return resting_rows(self._known.experienced(), self.settings.repeats, self.now)

    @cached_property
    def amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Positive events and their decayed weights a_k, float64 [k]."""
        events = self._of_polarity(1)
        return events, events.weights * decay(self.now - events.times, self.world.half_lives[0])

    @cached_property
    def negative_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Negative events and their decayed weights."""
        events = self._of_polarity(-1)
        return events, events.weights * decay(self.now - events.times, self.world.half_lives[1])

    @cached_property
    def interest_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Positive events and p_k = a_k / (prior + sum of all a of the same topic), float64 [k]."""
        events, amounts = self.amounts
        _, place = np.unique(self.catalogue.topics[events.rows], return_inverse=True)
        masses = self.settings.user.interest_prior + np.bincount(place, weights=amounts)
        return events, amounts / masses[place]

    @cached_property
    def interest_embeddings(self) -> tuple[Rows, NDArray[np.float32]]:
        """(topics ascending, float32 [t, content dimension]: sum of p_k engage_k over the positive events of each)."""
        events, parts = self.interest_amounts
        engage = self.catalogue.engage[events.rows][:, : self.catalogue.space.content_dimension]
        topics, place = np.unique(self.catalogue.topics[events.rows], return_inverse=True)
        spread = csr_array(
            (parts.astype(np.float32), (place, np.arange(len(events)))), shape=(len(topics), len(events))
        )
        return topics, spread @ engage

    @cached_property
    def session_amounts(self) -> tuple[EventColumns, NDArray[np.float64]]:
        """Positive events and b_k / (1 + sum of all b), float64 [k], b_k their weights as a session decays.

        After ten half-lives an event has left the session, so that nothing at all remains of what happened long ago.
        """
        half_life = 60.0 * self.settings.session.half_life_minutes
        events, _ = self.amounts
        age = np.maximum(self.now - events.times, 0.0)
        parts = np.where(age < _SESSION_HALF_LIVES * half_life, events.weights * decay(age, half_life), 0.0)
        return events, parts / (1 + parts.sum())

    @cached_property
    def session_embedding(self) -> NDArray[np.float32] | None:
        """What the person engaged with just now, float32 [d]; None where that is nothing."""
        events, amounts = self.session_amounts
        recent = np.flatnonzero(amounts)
        return amounts[recent].astype(np.float32) @ self.catalogue.engage[events.rows[recent]] if len(recent) else None

    @cached_property
    def seen(self) -> Rows:
        """Rows that the person has seen."""
        if not self._known:
            return _NO_ROWS
        events = self._known.experienced()
        rows = events.rows[self.world.signals.seen[events.codes]]
        return np.union1d(rows, self._known.seen_before).astype(np.int32)

    @cached_property
    def dismissed(self) -> Rows:
        """Rows that the person spoke against."""
        if not self._known:
            return _NO_ROWS
        events = self._known.experienced()
        return np.unique(events.rows[self.world.signals.polarity[events.codes] < 0])

    @cached_property
    def mutes(self) -> Mutes:
        """What the person muted, with personalisation on or off."""
        return Mutes.of(self.catalogue, self.world.likeness, self._known.explicit if self._known else None)

    @cached_property
    def allowed_sensitive(self) -> np.uint64:
        """Bits of the sensitive topics that the person has permitted."""
        explicit = self._known.explicit if self._known else None
        return self.catalogue.firewall.permitted(explicit.allowed_sensitive_topics if explicit else ())

    @cached_property
    def unread(self) -> NDArray[np.int32]:
        """Codes of the languages that the person does not read, with personalisation on or off."""
        explicit = self._known.explicit if self._known else None
        if not explicit or not explicit.preferences.languages:
            return _NO_ROWS
        read = accepted(explicit.preferences.languages, self.catalogue.language_words.names)
        return np.flatnonzero(~read).astype(np.int32)

    @cached_property
    def phrases(self) -> Phrases:
        """The words of labels, in the first language that the person prefers and labels are written in."""
        explicit = self._known.explicit if self._known else None
        return self.world.wording.phrases(explicit.preferences.languages if explicit else ())

    @cached_property
    def unsearchable(self) -> Rows:
        """Rows that no source need bring, ascending: they would be filtered out."""
        seen = self.seen if self.settings.hide_seen else _NO_ROWS
        hidden = [self.ask.exclude, self.dismissed, self.mutes.rows(), self.rested, seen]
        return np.unique(np.concatenate(hidden)).astype(np.int32)

    @cached_property
    def neighbour_links(self) -> Links:
        """Every neighbour of every item that the person engaged with."""
        events, _ = self.amounts
        return gather_links(self.catalogue.snapshot.vectors.neighbours, events.rows)

    @cached_property
    def neighbour_sums(self) -> tuple[Rows, NDArray[np.float32]]:
        """(rows ascending, sum over events of a_k N[i_k, row] / mass): the sparse part of the score."""
        links = self.neighbour_links
        rows, place = np.unique(links.rows, return_inverse=True)
        parts = self.amounts[1][links.event] * links.weights
        sums = np.bincount(place, weights=parts, minlength=len(rows)) / max(self.mass, 1e-300)
        return rows, sums.astype(np.float32)

    def searchable(self, rows: Rows) -> Rows:
        """The rows that are not left out anyway, in the same order."""
        return rows[~np.isin(rows, self.unsearchable)]

    def generator(self, purpose: str) -> np.random.Generator:
        """Random numbers that are the same for the same person, snapshot and purpose."""
        names: Sequence[str] = (self.ask.user_id, self.catalogue.snapshot.snapshot_id, purpose)
        digest = blake2b("\0".join(names).encode(), digest_size=8).digest()
        return np.random.default_rng(int.from_bytes(digest, "little"))

    def _of_polarity(self, polarity: int) -> EventColumns:
        events = self.person.history.columns() if self.person else _NO_EVENTS
        return events.where(self.world.signals.polarity[events.codes] == polarity)

    @cached_property
    def _stated_topics(self) -> NDArray[np.int32]:
        explicit = self.person.explicit if self.person else None
        named = self.catalogue.topics_named(explicit.preferences.topics if explicit else ())
        codes = [self.catalogue.tag_words.code(tag) for tag in explicit.preferences.tags] if explicit else []
        known = np.array([code for code in codes if code >= 0], dtype=np.int32)
        if not len(known):
            return named
        vectors = self.catalogue.tag_vectors[known]
        return np.union1d(named, [self.catalogue.topic_of(vector) for vector in vectors]).astype(np.int32)


_NO_EVENTS = EventColumns(
    np.empty(0, np.int64), _NO_ROWS, np.empty(0, np.int8), np.empty(0, np.float32), np.empty(0, np.float64)
)
