"""What is known of each person, in memory: a cache of the event log and of the users table, for one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.policy.personalization_switch import as_text
from app.serving.catalogue import Catalogue
from app.serving.histories import Histories
from app.serving.person import NOTHING, Learner, Person, StatedVectors, explicit_of, joined, unwritten
from app.serving.person_cache import PeopleSettings, PersonCache
from app.storage.rows import LoggedColumns, LoggedPeople, SeenColumns, UserRow
from indexer.documents import UserDocument
from models.events import EventWeights
from models.history import EventColumns, History
from models.ids import Rows
from models.machines import machines

_NOTHING_SEEN = np.empty(0, dtype=np.int32)
_READ_AT_ONCE = 1 << 20
"""Events."""


class People:
    """All people with a profile or a history, by user id.

    Events lie in columns. A person, with the sums that are learned of their events, is made when somebody asks, and
    held as long as the cache has room.
    """

    def __init__(self, catalogue: Catalogue, weights: EventWeights, settings: PeopleSettings | None = None) -> None:
        self._catalogue = catalogue
        self._learner = Learner(catalogue, weights)
        self.signals, self.codes = self._learner.signals, weights.codes
        self._histories = Histories()
        self._cache = PersonCache(settings or PeopleSettings())
        self._rows: dict[str, UserRow] = {}
        self._stated: dict[str, StatedVectors] = {}
        self._seen: dict[str, Rows] = {}
        self._machines: set[str] = set()
        self._missing: set[str] = set()
        self.revision = 0
        """Counts changes, so that answers can be told to rest on the same."""

    def __len__(self) -> int:
        return len(self._histories)

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._histories

    def __iter__(self) -> Iterator[Person]:
        """Everybody, each made for the occasion."""
        return (self._made(user_id) for user_id in list(self._histories))

    def ids(self) -> list[str]:
        """Of everybody."""
        return list(self._histories)

    def get(self, user_id: str) -> Person | None:
        """The person, or None where nothing is known."""
        return self._person(user_id) if user_id in self._histories else None

    def row(self, user_id: str) -> UserRow | None:
        """What the users table holds of a person."""
        return self._rows.get(user_id)

    def state(self, row: UserRow, stated: StatedVectors | None) -> None:
        """Take over what a person states now, and its vectors; what was learned, and what they permit, is as it was."""
        self.revision += 1
        self._rows[row.user_id] = row
        self._histories.open(row.user_id)
        person = self._person(row.user_id)
        person.row, person.explicit = row, explicit_of(row)
        self.put_stated(row.user_id, stated)

    def put_stated(self, user_id: str, stated: StatedVectors | None) -> None:
        """Take over the vectors of what a person states."""
        self._stated.pop(user_id, None)
        if stated is not None:
            self._stated[user_id] = stated
        if person := self._cache.get(user_id):
            person.stated = stated

    def profiles(self) -> Iterator[tuple[str, UserDocument]]:
        """The people whose profile may say what content they want, and it."""
        for user_id, row in list(self._rows.items()):
            if row.profile and (b'"goals"' in row.profile or b'"preferences"' in row.profile):
                yield user_id, UserDocument.kept(row.profile)

    def load(self, log: LoggedPeople, rows: Sequence[UserRow], seen: SeenColumns) -> None:
        """The histories of everybody in the log; replaces those of the people in it."""
        self.revision += 1
        for row in rows:
            self._rows[row.user_id] = row
            self._histories.open(row.user_id)
        offsets, events, withheld = self._read(log)
        self._histories.load(log.users, offsets, events, withheld)
        self._histories.newest = max(self.newest, int(log.sequence.max(initial=0)))  # of unknown items too
        most = self.signals.machine_events_per_day
        for place in np.flatnonzero(np.diff(offsets) > most).tolist() if most is not None else ():
            self.judge(log.users[place])
        self._load_seen(seen)
        for user_id in (*log.users, *(row.user_id for row in rows), *seen.users) if len(self._cache) else ():
            self._cache.drop(user_id)

    def counted(self, user_id: str) -> EventColumns:
        """The events of a person that count in aggregates over people, as they are kept.

        None of a machine, or where personalisation is off, or of who is not known.
        """
        return joined(*self._histories.of(user_id)) if self._counts(user_id) else NOTHING

    def counted_of(self, user_ids: Sequence[str]) -> tuple[EventColumns, NDArray[np.int64]]:
        """(Events of several people that count, whose each is, as a position in `user_ids`), in any order."""
        events, owners = self._histories.of_all(user_ids)
        counted = self.counting(user_ids)[owners]
        return events.where(counted), owners[counted]

    def counting(self, user_ids: Sequence[str]) -> NDArray[np.bool_]:
        """Bool [n]: whose events count in aggregates."""
        return np.array([self._counts(user_id) for user_id in user_ids], dtype=np.bool_)

    def _counts(self, user_id: str) -> bool:
        row = self._rows.get(user_id)
        return user_id not in self._machines and (row is None or row.personalization)

    def of_segment(self, attribute: str, value: str) -> list[str]:
        """People who count in aggregates and of whom an attribute is stated to be this, as text."""
        return [
            user_id
            for user_id, row in list(self._rows.items())
            if row.profile and b'"attributes"' in row.profile and self._counts(user_id)
            if _has(row.profile, attribute, value)
        ]

    def all_counted(self) -> Iterator[tuple[EventColumns, NDArray[np.int64]]]:
        """(Events that count, whose each is, numbered anew in each part): everybody's, a million at a time."""
        off = {user_id for user_id, row in self._rows.items() if not row.personalization}
        return self._histories.everybody(self._machines | off)

    def learn(self, users: Sequence[str], owners: NDArray[np.int64], events: EventColumns) -> None:
        """Take in new events of some people, in any order.

        Those that the firewall holds back teach nothing of the person: of them only the item's own popularity hears.

        Args:
            users: who.
            owners: int64 [n], whose each event is, as a position in `users`.
            events: n of them.
        """
        self.revision += 1
        self._histories.add(users, owners, events, ~self.usable(users, owners, events))

    @property
    def newest(self) -> int:
        """The highest number of an event that was ever taken in; 0 before the first."""
        return self._histories.newest

    def hold(self, users: Sequence[str], owners: NDArray[np.int64], events: EventColumns) -> NDArray[np.bool_]:
        """Bool [n]: which of some people's events are held already."""
        return self._histories.hold(users, owners, events.sequence)

    def usable(self, users: Sequence[str], owners: NDArray[np.int64], events: EventColumns) -> NDArray[np.bool_]:
        """Bool [n]: which of some people's events may be learned from."""
        bits, permitted = self._catalogue.sensitive[events.rows], self._permitted(users)
        return self._catalogue.firewall.usable_for_training(bits, permitted[owners])

    def may_be_machine(self, user_id: str, new: int) -> bool:
        """Whether a person has events enough, with so many new ones, to be taken for a machine."""
        most = self.signals.machine_events_per_day
        return most is not None and self._histories.count(user_id) + new > most

    def judge(self, user_id: str) -> None:
        """Whether a person is taken for a machine from now on."""
        held, most = joined(*self._histories.of(user_id)), self.signals.machine_events_per_day
        if len(machines(np.zeros(len(held), dtype=np.int32), held.codes, held.times, most)):
            self._machines.add(user_id)
            if person := self._cache.held(user_id):
                person.machine = True

    def see(self, user_id: str, item_ids: Sequence[str]) -> None:
        """Remember items as seen, and nothing else."""
        self.revision += 1
        self._see(user_id, self._rows_of(item_ids))

    def miss(self, item_ids: Iterable[str]) -> None:
        """The catalogue does not have these items, of which something is stored."""
        self._missing.update(item_ids)

    def missing(self, item_ids: Iterable[str]) -> list[str]:
        """Those of some items of which something may be stored that is not in here, since they were not there."""
        return [item_id for item_id in item_ids if item_id in self._missing]

    def with_events_on(self, rows: Rows) -> list[str]:
        """The people with an event on any of some items, and those of whom it is only known that they saw one."""
        known = self._histories.with_events_on(rows)
        if not self._seen:
            return known
        users, seen = zip(*self._seen.items(), strict=True)
        ends = np.cumsum([len(each) for each in seen])
        places = np.searchsorted(ends, np.flatnonzero(np.isin(np.concatenate(seen), rows)), side="right")
        return list(dict.fromkeys([*known, *(users[place] for place in np.unique(places).tolist())]))

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
        row = self._rows.get(user_id)
        if row is None or not row.profile or b'"allowed_sensitive_topics"' not in row.profile:
            return self._catalogue.firewall.permitted(())
        return self._catalogue.firewall.permitted(UserDocument.kept(row.profile).allowed_sensitive_topics)

    def nobody(self, user_id: str) -> Person:
        """Somebody of whom nothing is known, who is not remembered either."""
        return Person(unwritten(user_id), None, History(), History(), self._learner, _NOTHING_SEEN)

    def without_topic(self, person: Person, topic: int) -> Person:
        """What a person would be without the events on one topic; changes nothing."""
        history = person.history.columns()
        return self.with_history(person, history.where(self._catalogue.topics[history.rows] != topic))

    def with_history(self, person: Person, events: EventColumns) -> Person:
        """What a person would be had they done just this, which may be learned from; changes nothing."""
        return replace(person, history=History(events), learned=None, features=None, weighed=None)

    def forget(self, user_id: str) -> None:
        """Drop all that is held in memory of a person."""
        self.revision += 1
        self._histories.forget(user_id)
        self._cache.drop(user_id)
        self._machines.discard(user_id)
        for held in (self._rows, self._stated, self._seen):
            held.pop(user_id, None)

    def set_aside(self) -> dict[str, int]:
        """How many ids are taken for machines, and how many events of theirs count in no aggregate."""
        events = sum(self._histories.count(user_id) for user_id in self._machines)
        return {"people": len(self._machines), "events": events}

    def columns_of(self, log: LoggedColumns) -> tuple[NDArray[np.int64], EventColumns]:
        """Whose each logged event is, as a position in `log.users`, and the events; of items that the catalogue has."""
        events, users = self._columns(log)
        return users.astype(np.int64), events

    def _columns(self, log: LoggedColumns) -> tuple[EventColumns, NDArray[np.int32]]:
        rows = self._rows_of(log.items)[log.item_codes]
        codes = self.signals.sided(log.codes, log.values)
        events = EventColumns(log.sequence, rows, codes, self.signals.told(codes, log.values), log.times)
        return (events, log.user_codes) if (rows >= 0).all() else (events.where(rows >= 0), log.user_codes[rows >= 0])

    def _read(self, log: LoggedPeople) -> tuple[NDArray[np.int64], EventColumns, NDArray[np.bool_]]:
        """(Where each person's events begin, events of items that the catalogue has, which are held back)."""
        of_items, permitted = self._rows_of(log.items), self._permitted_by_event(log)
        rows, weights = np.empty(len(log), dtype=np.int32), np.empty(len(log), dtype=np.float32)
        withheld, codes = np.empty(len(log), dtype=np.bool_), self.signals.sided(log.codes, log.values)
        for start in range(0, len(log), _READ_AT_ONCE):
            part = slice(start, start + _READ_AT_ONCE)
            rows[part] = of_items[log.item_codes[part]]
            weights[part] = self.signals.told(codes[part], log.values[part])
            bits = self._catalogue.sensitive[np.maximum(rows[part], 0)]
            withheld[part] = ~self._catalogue.firewall.usable_for_training(bits, permitted[part])
        events = EventColumns(log.sequence, rows, codes, weights, log.times)
        known = rows >= 0
        if known.all():
            return log.offsets, events, withheld
        before = np.concatenate([[0], np.cumsum(known)])
        return before[log.offsets], events.where(known), withheld[known]

    def _rows_of(self, item_ids: Sequence[str]) -> Rows:
        """Rows of items of the log; those that are not there are missed."""
        rows = self._catalogue.rows(item_ids)
        self.miss(item_ids[place] for place in np.flatnonzero(rows < 0).tolist())
        return rows

    def _permitted_by_event(self, log: LoggedPeople) -> NDArray[np.uint64]:
        permitted = self._permitted(log.users)
        if (permitted == permitted[:1]).all():  # nobody permits anything: no array is made for millions of events
            return np.broadcast_to(permitted[:1], len(log)) if len(log) else permitted
        return np.repeat(permitted, np.diff(log.offsets))

    def _permitted(self, user_ids: Sequence[str]) -> NDArray[np.uint64]:
        permitted = np.full(len(user_ids), self._catalogue.firewall.permitted(()), dtype=np.uint64)
        for place, user_id in enumerate(user_ids) if self._rows else ():
            if user_id in self._rows:
                permitted[place] = self.permitted(user_id)
        return permitted

    def _load_seen(self, seen: SeenColumns) -> None:
        rows = self._rows_of(seen.items)[seen.item_codes]
        for user, part in _by_user(seen.user_codes, rows >= 0):
            self._see(seen.users[user], rows[part])

    def _see(self, user_id: str, rows: Rows) -> None:
        self._histories.open(user_id)
        row = self._rows.get(user_id)
        if row is None or row.personalization or row.off_keeps_seen:
            before = self._seen.get(user_id, _NOTHING_SEEN)
            self._seen[user_id] = np.union1d(before, rows[rows >= 0]).astype(np.int32)
            if person := self._cache.get(user_id):
                person.seen_before = self._seen[user_id]

    def _person(self, user_id: str) -> Person:
        person = self._cache.get(user_id)
        if person is None:
            return self._cache.put(user_id, self._made(user_id))
        if self._histories.count(user_id) > person.taken:
            person.take_in(*self._histories.of(user_id, person.taken))
        return person

    def _made(self, user_id: str) -> Person:
        row = self._rows.get(user_id)
        learned, withheld = self._histories.of(user_id)
        return Person(
            row=unwritten(user_id) if row is None else row,
            explicit=None if row is None else explicit_of(row),
            history=History(learned),
            withheld=History(withheld),
            learn=self._learner,
            seen_before=self._seen.get(user_id, _NOTHING_SEEN),
            stated=self._stated.get(user_id),
            machine=user_id in self._machines,
            taken=len(learned) + len(withheld),
        )


def _by_user(users: NDArray[np.int32], mask: NDArray[np.bool_]) -> list[tuple[int, NDArray[np.int64]]]:
    """(user, positions of that user's masked events in order of arrival) for every user with any."""
    positions = np.flatnonzero(mask)
    order = positions[np.argsort(users[positions], kind="stable")]
    found, starts = np.unique(users[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, starts[1:]), strict=True)) if len(order) else []


def _has(profile: bytes, attribute: str, value: str) -> bool:
    attributes = UserDocument.kept(profile).attributes
    return attribute in attributes and as_text(attributes[attribute]) == value
