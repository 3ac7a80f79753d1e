"""Features of a person: what follows from their events and statements, whatever the moment and the request.

They are derived when first asked for, and held with the person until something that they rest on changes: an event, a
statement, one of the items that the person met, or the policy. A later moment is a factor of what fades
(app/pipeline/decayed_events.py), so that the next request of the same person costs none of it. Of other items that
change, only what is looked up in the whole catalogue is looked up again.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.pipeline.decayed_events import DecayedEvents
from app.pipeline.links import Links, gather_links, summed
from app.pipeline.person_exclusions import PersonExclusions
from app.pipeline.request import Environment
from app.pipeline.searched import Searched
from app.pipeline.settings import SourceSettings
from app.serving.person import Person
from models.encoder import unit
from models.events import CODE_OF, EventType
from models.history import History
from models.ids import Rows
from models.kernels.rows import among
from models.kernels.sums import add_weighted
from models.user_state import DecayedSums, established_topics

if TYPE_CHECKING:
    from app.pipeline.aversion import Dismissals
    from app.pipeline.ground import Ground

_NO_ROWS = np.empty(0, dtype=np.int32)
_MOST_CHANGED = 1_000
"""Items that may change between two requests before all is derived anew."""
_NOTHING = History().columns()
_IMPRESSION = CODE_OF[EventType.IMPRESSION]


class PersonFeatures:
    """What is learned of one person in one environment. It knows no person, so that nothing is held in a circle.

    Args:
        environment: the catalogue, half-lives and settings.
        person: None for somebody of whom nothing is known.
        latest: seconds since 1970: events that are yet to come then have not begun to fade.
    """

    def __init__(self, environment: Environment, person: Person | None, latest: float = np.inf) -> None:
        self._environment, self._catalogue, self.latest = environment, environment.catalogue, latest
        self._explicit, self._stated = (person.explicit, person.stated) if person else (None, None)
        self._state = person.state if person and person.row.personalization else None
        self._basis, self._revision = _basis(environment, person), len(environment.catalogue.changes)
        self._words = self._vocabulary()
        self.events = person.events if person else _NOTHING
        self.until = float(self.events.times.max(initial=-np.inf))
        """Moment of the last event."""
        self.exclusions = PersonExclusions(environment, person)
        self.searched: Searched | None = None
        """What sources asked last, and what was found; made by app/pipeline/nearest.py."""
        self.dismissals: Dismissals | None = None
        """How far what the person spoke against reaches; made by app/pipeline/aversion.py."""
        self.ground: Ground | None = None
        """What is the person's own; made by app/pipeline/context.py."""

    def rest_on(self, environment: Environment, person: Person) -> bool:
        """Whether nothing but items has changed of what these features follow from."""
        (objects, counts), (others, now) = self._basis, _basis(environment, person)
        return counts == now and all(one is other for one, other in zip(objects, others, strict=True))

    def follow(self) -> bool:
        """Take over what changed of the catalogue; False where it is about items of the person's, or too much."""
        changes = self._catalogue.changes
        if self._revision == len(changes):
            return True
        changed = changes.since(self._revision)
        if len(changed) > _MOST_CHANGED or among(changed, self.met).any() or not self._follow_words():
            return False
        self.exclusions.follow(changed)
        self._revision = len(changes)
        return True

    def _follow_words(self) -> bool:
        """The same of words that the catalogue did not know: False where the person states one of them."""
        known, self._words = self._words, self._vocabulary()
        if known != self._words:
            vars(self).pop("format_masses", None)
            self.ground = None
        stated, code = self._explicit.preferences.tags if self._explicit else (), self._catalogue.tag_words.code
        return all(code(tag) < known[0] for tag in stated)

    def _vocabulary(self) -> tuple[int, int]:
        """How many tags and formats the catalogue knows."""
        return len(self._catalogue.tag_words), len(self._catalogue.format_words)

    @cached_property
    def met(self) -> Rows:
        """Rows of all items that the person did anything with, ascending."""
        return np.union1d(self.events.rows, self.exclusions.met).astype(np.int32)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that are held; the sums are the person's."""
        held = (value for name, value in vars(self).items() if name != "_state")
        parts = (part for value in held for part in (value if isinstance(value, tuple) else (value,)))
        return sum(getattr(part, "nbytes", 0) for part in parts)

    @cached_property
    def polarity(self) -> NDArray[np.int8]:
        """int8 [events]: 1, 0 or -1."""
        return np.asarray(self._environment.signals.polarity[self.events.codes], dtype=np.int8)

    @cached_property
    def liked(self) -> DecayedEvents:
        """Positive events."""
        return self._decayed(1, self._environment.half_lives[0])

    @cached_property
    def disliked(self) -> DecayedEvents:
        """Negative events."""
        return self._decayed(-1, self._environment.half_lives[1])

    def _decayed(self, polarity: int, half_life: float) -> DecayedEvents:
        return DecayedEvents.of(self.events.where(self.polarity == polarity), half_life, self.latest)

    @cached_property
    def topics(self) -> NDArray[np.int32]:
        """int32 [k], topics of the positive events' items."""
        return self._catalogue.topics[self.liked.events.rows]

    @cached_property
    def topic_masses(self) -> NDArray[np.float64]:
        """float64 [topics], weights of the positive events by topic."""
        topics = len(self._catalogue.topic_names)
        return np.asarray(np.bincount(self.topics, weights=self.liked.weights, minlength=topics), dtype=np.float64)

    @cached_property
    def disliked_masses(self) -> NDArray[np.float64]:
        """float64 [topics], weights of the negative events by topic."""
        of, topics = self._catalogue.topics[self.disliked.events.rows], len(self._catalogue.topic_names)
        return np.asarray(np.bincount(of, weights=self.disliked.weights, minlength=topics), dtype=np.float64)

    @cached_property
    def ignored(self) -> NDArray[np.int64]:
        """int64 [topics], impressions by topic."""
        rows = self.events.rows[self.events.codes == _IMPRESSION]
        return np.bincount(self._catalogue.topics[rows], minlength=len(self._catalogue.topic_names))

    @cached_property
    def format_masses(self) -> NDArray[np.float64]:
        """float64 [formats + 1], weights of the positive events by format; 0 at the end, for items without one."""
        formats = self._catalogue.formats[self.liked.events.rows]
        known = formats >= 0
        size = len(self._catalogue.format_words) + 1
        return np.asarray(
            np.bincount(formats[known], weights=self.liked.weights[known], minlength=size), dtype=np.float64
        )

    @cached_property
    def squares(self) -> tuple[float, float]:
        """Sums of the squared weights of positive and of negative events."""
        return float(np.square(self.liked.weights).sum()), float(np.square(self.disliked.weights).sum())

    @cached_property
    def latest_like(self) -> float:
        """Moment of the last positive event."""
        return float(self.liked.events.times.max(initial=-np.inf))

    @cached_property
    def tags(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(positive event, code) of every tag of every item that the person engaged with."""
        return self._catalogue.tag_pairs(self.liked.events.rows)

    @cached_property
    def tag_masses(self) -> NDArray[np.float64]:
        """float64 [tags], weights of the positive events by tag; as long as the largest code."""
        event, codes = self.tags
        return np.asarray(np.bincount(codes, weights=self.liked.weights[event], minlength=1), dtype=np.float64)

    @cached_property
    def content(self) -> NDArray[np.float32]:
        """float32 [content_dimension]: sum of the positive events' items' content by weight."""
        total = np.zeros((1, self._catalogue.space.content_dimension), dtype=np.float32)
        groups, weights = np.zeros(len(self.liked.events), dtype=np.int64), self.liked.weights.astype(np.float32)
        add_weighted(total, groups, weights, *self._catalogue.content.located(self.liked.events.rows))
        return np.asarray(total[0], dtype=np.float32)

    @cached_property
    def topic_closeness(self) -> NDArray[np.float32]:
        """float32 [topics]: inner products of this sum with the middles of topics."""
        return np.asarray(self._catalogue.topic_centroids @ self.content)

    @cached_property
    def links(self) -> Links:
        """Every neighbour of every item that the person engaged with."""
        return gather_links(self._catalogue.snapshot.vectors.neighbours, self.liked.events.rows)

    @cached_property
    def neighbour_sums(self) -> tuple[Rows, NDArray[np.float64]]:
        """(rows ascending, sum over positive events of weight times link)."""
        return summed(self.links, self.liked.weights, len(self._catalogue))

    @cached_property
    def nearest_neighbours(self) -> Rows:
        """As many of these rows as the source brings, those with the largest sums first."""
        return self.strongest_neighbours(self._environment.settings.sources.neighbours)

    def strongest_neighbours(self, count: int, wanted: NDArray[np.bool_] | None = None) -> Rows:
        """So many of these rows, those with the largest sums first; of `wanted` ones only, bool by row."""
        rows, sums = self.neighbour_sums
        if wanted is not None:
            rows, sums = rows[wanted[rows]], sums[wanted[rows]]
        return rows[np.argsort(-sums, kind="stable")[:count]]

    @property
    def sums(self) -> DecayedSums | None:
        """The person's decayed sums by topic; None where there are none."""
        sums = self._state.positive if self._state else None
        return sums if sums is not None and len(sums.topics) else None

    @cached_property
    def topic_shares(self) -> NDArray[np.float64]:
        """float64 [topics]: share of each topic in the positive mass; zeros where nothing is known."""
        shares = np.zeros(len(self._catalogue.topic_names))
        if self.sums is not None:
            shares[self.sums.topics] = self.sums.masses / max(float(self.sums.masses.sum()), 1e-300)
        return shares

    @cached_property
    def heaviest_topics(self) -> NDArray[np.int32]:
        """The topics of the established interests and those that are stated, where something is known."""
        sums, share = self.sums, self._environment.settings.user.established_share
        topics = established_topics(sums.topics, sums.masses, share) if sums else _NO_ROWS
        return np.union1d(topics, self._stated_topics).astype(np.int32) if len(self._stated_topics) else topics

    def interests(self, sources: SourceSettings) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """(unit vectors of the heaviest established interests, candidates for each: its share of the mass)."""
        sums = self.sums
        if sums is None:
            return np.empty((0, self._catalogue.space.dimension), dtype=np.float32), np.empty(0, dtype=np.int64)
        known = np.flatnonzero(np.isin(sums.topics, self.heaviest_topics))
        mine = known[np.argsort(-sums.masses[known], kind="stable")[: sources.most_interests]]
        quotas = np.ceil(sources.interests * sums.masses[mine] / sums.masses[mine].sum())
        return unit(sums.vectors[mine]), quotas.astype(np.int64)

    @cached_property
    def _stated_topics(self) -> NDArray[np.int32]:
        explicit, stated = self._explicit, self._stated
        named = self._catalogue.subjects.named(explicit.preferences.topics if explicit else ())
        codes = [self._catalogue.tag_words.code(tag) for tag in explicit.preferences.tags] if explicit else []
        known = np.array([code for code in codes if code >= 0], dtype=np.int32)
        vectors = [*self._catalogue.tag_vectors[known], *(stated.texts if stated else ())]
        return np.union1d(named, [self._catalogue.subjects.of(vector) for vector in vectors]).astype(np.int32)


def features_of(environment: Environment, person: Person | None, now: float) -> PersonFeatures:
    """Those held with a person, or new ones; as of now, and not held, where something is yet to come."""
    if person is None:
        return PersonFeatures(environment, None)
    held = person.features
    if not isinstance(held, PersonFeatures) or not (held.rest_on(environment, person) and held.follow()):
        held = PersonFeatures(environment, person)
    if held.until > now:
        return PersonFeatures(environment, person, now)
    person.features = held
    return held


def _basis(environment: Environment, person: Person | None) -> tuple[tuple[object, ...], tuple[int, ...]]:
    """What features follow from: objects that are replaced where they change, and counts of what grows."""
    if person is None:
        return (), ()
    objects = (environment, person.row, person.explicit, person.stated, person.history, person.withheld)
    counts = (len(person.history), len(person.withheld))
    return (*objects, person.seen_before), counts
