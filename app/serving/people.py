"""What is known of each person, in memory: a cache of the event log and of the users table, for one snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.serving.catalogue import Catalogue
from app.storage.rows import LoggedColumns, SeenColumns, UserRow
from indexer.documents import UserDocument
from models.events import EventWeights
from models.history import EventColumns, History
from models.ids import Rows
from models.machines import machines
from models.replay import EngagementLog, replay_sums
from models.user_state import DAY_SECONDS, Engagements, UserState

_NOTHING_SEEN = np.empty(0, dtype=np.int32)
_NOTHING = History().columns()


@dataclass(frozen=True, slots=True)
class StatedVectors:
    """What a person states, as vectors.

    Attributes:
        profile: float32 [d], vector X of the explicit profile.
        texts: float32 [t, content_dimension], each goal, and each tag that the catalogue does not know.
    """

    profile: NDArray[np.float32]
    texts: NDArray[np.float32]


@dataclass(slots=True)
class Person:
    """One person in one vector space.

    Attributes:
        row: what the users table holds: epoch, last reset, whether personalisation is on.
        explicit: the explicit profile, or None.
        history: events that were not forgotten and may be learned from.
        withheld: the others, on sensitive items: all that they say is that an item was seen or dismissed.
        state: what was learned from them.
        seen_before: rows known as seen without an event: kept when the event was forgotten, or not stored.
        stated: what they state, as vectors, or None.
        machine: whether events came at a rate that no person has.
    """

    row: UserRow
    explicit: UserDocument | None
    history: History
    withheld: History
    state: UserState
    seen_before: Rows
    stated: StatedVectors | None = None
    machine: bool = False

    def experienced(self) -> EventColumns:
        """All events, withheld ones too: for what must not be shown again, and nothing else."""
        if not self.row.personalization and not self.row.off_keeps_seen:
            return _NOTHING
        return self.held()

    def counted(self) -> EventColumns:
        """The events that count in aggregates over people: none of a machine, or where personalisation is off."""
        return self.held() if self.row.personalization and not self.machine else _NOTHING

    def held(self) -> EventColumns:
        """All events, learned from or not."""
        return self.history.columns().joined(self.withheld.columns()) if len(self.withheld) else self.history.columns()


class People:
    """All people with a profile or a history, by user id."""

    def __init__(self, catalogue: Catalogue, weights: EventWeights) -> None:
        self._catalogue = catalogue
        self._half_lives = (
            weights.half_life_positive_days * DAY_SECONDS,
            weights.half_life_negative_days * DAY_SECONDS,
        )
        self.signals = weights.table()
        self._people: dict[str, Person] = {}
        self._machines: set[str] = set()
        self.revision = 0
        """Counts changes, so that answers can be told to rest on the same."""

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people.values())

    def get(self, user_id: str) -> Person | None:
        """The person, or None where nothing is known."""
        return self._people.get(user_id)

    def row(self, user_id: str) -> UserRow | None:
        """What the users table holds of a person."""
        person = self.get(user_id)
        return None if person is None or person.row == unwritten(user_id) else person.row

    def state(self, row: UserRow, stated: StatedVectors | None) -> None:
        """Take over what a person states now, and its vectors; what was learned, and what they permit, is as it was."""
        self.revision += 1
        person = self._person(row.user_id)
        person.row, person.explicit, person.stated = row, explicit_of(row), stated

    def load(self, log: LoggedColumns, rows: Sequence[UserRow], seen: SeenColumns) -> None:
        """Everybody's history and state from the log, in one vectorised pass; replaces those of the people in it."""
        self.revision += 1
        for row in rows:
            self._people[row.user_id] = self._new_person(row)
        people = [self._person(user_id) for user_id in log.users]
        events, users = self._columns(log)
        for user in machines(users, events.codes, events.times, self.signals.machine_events_per_day).tolist():
            people[user].machine = True
            self._machines.add(log.users[user])
        learned = self._learnable(events, users, people)
        for user, part in _by_user(users, learned):
            people[user].history.extend(events.where(part))
        for user, part in _by_user(users, ~learned):
            people[user].withheld.extend(events.where(part))
        self._load_seen(seen)
        self._load_states(people, events.where(learned), users[learned])

    def counted(self, user_id: str) -> EventColumns:
        """The events of a person that count in aggregates over people; none of who is not known."""
        person = self.get(user_id)
        return person.counted() if person else _NOTHING

    def learn(self, user_id: str, events: EventColumns) -> None:
        """Take in new events of one person, in any order.

        Those that the firewall holds back teach nothing of the person: of them only the item's own popularity hears.
        """
        self.revision += 1
        person = self._person(user_id)
        passed = self._catalogue.firewall.usable_for_training(
            self._catalogue.sensitive[events.rows], self._permitted(person)
        )
        learned = events.where(passed)
        person.withheld.extend(events.where(~passed))
        person.history.extend(learned)
        self._learn_state(person, learned)
        self._judge(user_id, person)

    def _judge(self, user_id: str, person: Person) -> None:
        """Take a person for a machine, if they have events enough to be one."""
        most = self.signals.machine_events_per_day
        if most is None or person.machine or len(person.history) + len(person.withheld) <= most:
            return
        held = person.held()
        if len(machines(np.zeros(len(held), dtype=np.int32), held.codes, held.times, most)):
            person.machine = True
            self._machines.add(user_id)

    def _learn_state(self, person: Person, learned: EventColumns) -> None:
        for sums, polarity in ((person.state.positive, 1), (person.state.negative, -1)):
            part = learned.where(self.signals.polarity[learned.codes] == polarity)
            vectors = self._catalogue.engage[part.rows]
            sums.add(Engagements(self._catalogue.topics[part.rows], vectors, part.weights, part.times))

    def see(self, user_id: str, item_ids: Sequence[str]) -> None:
        """Remember items as seen, and nothing else."""
        self.revision += 1
        self._see(self._person(user_id), self._catalogue.rows(item_ids))

    def may_learn(self, user_id: str, item_id: str) -> bool:
        """Whether the firewall would let an event of this person on this item through, as things stand."""
        bits = self._catalogue.sensitive.at(self._catalogue.row(item_id))
        return bool(
            self._catalogue.firewall.usable_for_training(np.array([bits], dtype=np.uint64), self.permitted(user_id))[0]
        )

    def unlearned(self, user_id: str, item_id: str) -> list[str]:
        """The sensitive topics of an item for which this person's events on it may not be learned from."""
        bits = np.uint64(self._catalogue.sensitive.at(self._catalogue.row(item_id)))
        return self._catalogue.firewall.unlearned(bits, self.permitted(user_id))

    def permitted(self, user_id: str) -> np.uint64:
        """The bits of the sensitive topics that a person permits; none of who is not known."""
        person = self.get(user_id)
        return self._permitted(person) if person else np.uint64(0)

    def nobody(self, user_id: str) -> Person:
        """Somebody of whom nothing is known, who is not remembered either."""
        return self._new_person(unwritten(user_id))

    def without_topic(self, person: Person, topic: int) -> Person:
        """What a person would be without the events on one topic; changes nothing."""
        history = person.history.columns()
        return self.with_history(person, history.where(self._catalogue.topics[history.rows] != topic))

    def with_history(self, person: Person, events: EventColumns) -> Person:
        """What a person would be had they done just this, which may be learned from; changes nothing."""
        other = replace(person, history=History(), state=self._new_state())
        other.history.extend(events)
        self._learn_state(other, events)
        return other

    def forget(self, user_id: str) -> None:
        """Drop all that is held in memory of a person."""
        self.revision += 1
        self._people.pop(user_id, None)
        self._machines.discard(user_id)

    def set_aside(self) -> dict[str, int]:
        """How many ids are taken for machines, and how many events of theirs count in no aggregate."""
        events = sum(len(self._people[user_id].held()) for user_id in self._machines)
        return {"people": len(self._machines), "events": events}

    def by_user(self, log: LoggedColumns) -> Iterator[tuple[str, EventColumns]]:
        """Logged events of items that the catalogue has, as columns, person by person."""
        events, users = self._columns(log)
        for user, part in _by_user(users, np.ones(len(users), dtype=np.bool_)):
            yield log.users[user], events.where(part)

    def _columns(self, log: LoggedColumns) -> tuple[EventColumns, NDArray[np.int32]]:
        rows = self._catalogue.rows(log.items)[log.item_codes]
        weights = self.signals.weights(log.codes, log.values)
        events = EventColumns(log.sequence, rows, log.codes, weights, log.times)
        return events.where(rows >= 0), log.user_codes[rows >= 0]

    def _learnable(self, events: EventColumns, users: NDArray[np.int32], people: Sequence[Person]) -> NDArray[np.bool_]:
        """What the firewall lets through, each event by what its own person permits."""
        permitted = np.array([self._permitted(person) for person in people], dtype=np.uint64)
        return self._catalogue.firewall.usable_for_training(self._catalogue.sensitive[events.rows], permitted[users])

    def _permitted(self, person: Person) -> np.uint64:
        return self._catalogue.firewall.permitted(person.explicit.allowed_sensitive_topics if person.explicit else ())

    def _load_states(self, people: Sequence[Person], events: EventColumns, users: NDArray[np.int32]) -> None:
        log = EngagementLog(users, events.rows, self._catalogue.topics[events.rows], events.weights, events.times)
        polarity = self.signals.polarity[events.codes]
        for sign, half_life in zip((1, -1), self._half_lives, strict=True):
            for user, sums in replay_sums(log.where(polarity == sign), self._catalogue.engage, half_life).items():
                setattr(people[user].state, "positive" if sign > 0 else "negative", sums)

    def _load_seen(self, seen: SeenColumns) -> None:
        rows = self._catalogue.rows(seen.items)[seen.item_codes]
        for user, part in _by_user(seen.user_codes, rows >= 0):
            self._see(self._person(seen.users[user]), rows[part])

    def _see(self, person: Person, rows: Rows) -> None:
        if person.row.personalization or person.row.off_keeps_seen:
            person.seen_before = np.union1d(person.seen_before, rows[rows >= 0]).astype(np.int32)

    def _person(self, user_id: str) -> Person:
        if user_id not in self._people:
            self._people[user_id] = self._new_person(unwritten(user_id))
        return self._people[user_id]

    def _new_person(self, row: UserRow) -> Person:
        return Person(row, explicit_of(row), History(), History(), self._new_state(), _NOTHING_SEEN)

    def _new_state(self) -> UserState:
        return UserState(self._catalogue.space.dimension, *self._half_lives)


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


def _by_user(users: NDArray[np.int32], mask: NDArray[np.bool_]) -> list[tuple[int, NDArray[np.int64]]]:
    """(user, positions of that user's masked events in order of arrival) for every user with any."""
    positions = np.flatnonzero(mask)
    order = positions[np.argsort(users[positions], kind="stable")]
    found, starts = np.unique(users[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, starts[1:]), strict=True)) if len(order) else []
