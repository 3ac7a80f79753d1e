"""One person, and what is learned of them: made for one snapshot from their events, when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from app.serving.person_cache import Derived
from app.storage.rows import UserRow
from indexer.documents import UserDocument
from models.events import EventWeights
from models.history import EventColumns, History
from models.ids import Rows
from models.user_state import DAY_SECONDS, Engagements, UserState

NOTHING = History().columns()


@dataclass(frozen=True, slots=True)
class StatedVectors:
    """What a person states, as vectors.

    Attributes:
        profile: float32 [d], vector X of the explicit profile.
        texts: float32 [t, content_dimension], each goal, and each tag that the catalogue does not know.
        unread: goals that the encoder cannot read, so that they state nothing.
    """

    profile: NDArray[np.float32]
    texts: NDArray[np.float32]
    unread: tuple[str, ...] = ()


@dataclass(slots=True)
class Person:
    """One person in one vector space.

    Attributes:
        row: what the users table holds: epoch, last reset, whether personalisation is on.
        explicit: the explicit profile, or None.
        history: events that were not forgotten and may be learned from.
        withheld: the others, on sensitive items: all that they say is that an item was seen or dismissed.
        learn: what is learned of such events.
        seen_before: rows known as seen without an event: kept when the event was forgotten, or not stored.
        stated: what they state, as vectors, or None.
        machine: whether events came at a rate that no person has.
        learned: what was learned of the history, once it was asked for.
        features: what requests derived of them so far; whoever uses it sees to it that it still holds.
        taken: how many of their events are in here.
        weighed: the events that may be learned from with their weights, once they were asked for.
    """

    row: UserRow
    explicit: UserDocument | None
    history: History
    withheld: History
    learn: Learner
    seen_before: Rows
    stated: StatedVectors | None = None
    machine: bool = False
    learned: UserState | None = None
    features: Derived | None = None
    taken: int = 0
    weighed: EventColumns | None = None

    @property
    def state(self) -> UserState:
        """What was learned of the history."""
        if self.learned is None:
            self.learned = self.learn(self.events)
        return self.learned

    @property
    def events(self) -> EventColumns:
        """The events that may be learned from, each with its weight before decay."""
        if self.weighed is None or len(self.weighed) != len(self.history):
            self.weighed = self.learn.weighed(self.history.columns())
        return self.weighed

    def experienced(self) -> EventColumns:
        """All events, withheld ones too: for what must not be shown again, and nothing else."""
        if not self.row.personalization and not self.row.off_keeps_seen:
            return NOTHING
        return self.held()

    def held(self) -> EventColumns:
        """All events, learned from or not."""
        return joined(self.history.columns(), self.withheld.columns())

    def take_in(self, learned: EventColumns, withheld: EventColumns) -> None:
        """Take in further events: those that may be learned from, and the others."""
        self.history.extend(learned)
        self.withheld.extend(withheld)
        self.taken += len(learned) + len(withheld)
        if self.learn.signals.timed[learned.codes].any():
            self.learned = None  # the person's pace may be another now, and so what all of their dwells say
        if self.learned is not None:
            self.learn.add(self.learned, learned)


class Learner:
    """What is learned of events in one vector space. It knows of no people, so that nothing holds them in a circle."""

    def __init__(self, catalogue: Catalogue, weights: EventWeights) -> None:
        self._catalogue = catalogue
        self._half_lives = (
            weights.half_life_positive_days * DAY_SECONDS,
            weights.half_life_negative_days * DAY_SECONDS,
        )
        self.signals = weights.table()

    def weighed(self, events: EventColumns) -> EventColumns:
        """All events of one person, as they are kept, with their weights: dwells at the person's own pace."""
        one = np.zeros(len(events), dtype=np.int64)
        weights = self.signals.weighed(events.codes, events.weights, lambda at: self._expected(events.rows[at]), one)
        return events if weights is events.weights else replace(events, weights=weights)

    def _expected(self, rows: Rows) -> NDArray[np.float64]:
        catalogue = self._catalogue
        return self.signals.dwell.expected(catalogue.words[rows], catalogue.formats[rows], catalogue.format_words.names)

    def __call__(self, events: EventColumns) -> UserState:
        """The sums over events."""
        state = UserState(self._catalogue.space.dimension, *self._half_lives)
        self.add(state, events)
        return state

    def add(self, state: UserState, events: EventColumns) -> None:
        """Add events to sums."""
        for sums, polarity in ((state.positive, 1), (state.negative, -1)):
            part = events.where(self.signals.polarity[events.codes] == polarity)
            if len(part):
                vectors, places = self._catalogue.engage.located(part.rows)
                sums.add(Engagements(self._catalogue.topics[part.rows], vectors, part.weights, part.times, places))


def joined(learned: EventColumns, withheld: EventColumns) -> EventColumns:
    """All events of a person, learned from or not."""
    return learned.joined(withheld) if len(withheld) else learned


def unwritten(user_id: str, at: float = 0.0) -> UserRow:
    """What holds of a person of whom only events are stored, if it were written at some moment."""
    return UserRow(
        user_id=user_id,
        profile=None,
        personalization=True,
        epoch=0,
        reset_at=None,
        off_keeps_seen=True,
        created_at=at,
        updated_at=at,
    )


def explicit_of(row: UserRow) -> UserDocument | None:
    """What a person states."""
    return UserDocument.kept(row.profile) if row.profile else None
