"""A generation: everything that is derived from one snapshot and the stores, rebuilt whole and swapped in at once.

The event log, the users table and the items' journal are the truth; a generation is a cache of them in one vector
space. A new snapshot gets a new generation, built beside the one that serves. What was written meanwhile is taken in by
`catch_up`, in the moment of the swap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.labels.wording import Wording
from app.pipeline.request import Environment
from app.pipeline.settings import QuerySettings
from app.policy.charter.charter import load_charter
from app.policy.sensitive_items import SensitiveTopics
from app.serving.catalogue import Catalogue
from app.serving.copies import Copies
from app.serving.embedder import Embedder
from app.serving.encoded_item import EncodedItem
from app.serving.explicit_vectors import Encoded, encode_stated, stated_vectors
from app.serving.people import People
from app.serving.policies.policy import Policy, values_of
from app.serving.popularity import Popularity
from app.serving.stored_people import StoredPeople
from app.settings import Settings
from app.storage.protocols import Stores
from app.storage.rows import ItemChange, Watermark
from indexer.attributes.columns import with_declared
from indexer.attributes.declaration import declared
from indexer.documents import ItemDocument
from indexer.sensitive.rules import SensitiveRules
from indexer.sensitive.taxonomy import load_taxonomy
from indexer.sensitive.verdicts import Verdicts, load_verdicts
from indexer.snapshot import Snapshot
from models.history import EventColumns, concatenated
from models.ids import Rows
from models.readable import with_own_directions
from models.user_state import DAY_SECONDS, Blend
from models.votes import NO_VOTES, Votes

_ROWS = np.int64(1) << 32
"""More than any number of rows: person and row make one key."""


_SERIALS: Final = count()


@dataclass(slots=True)
class Generation:
    """What answers requests while one snapshot serves.

    Attributes:
        environment: catalogue, popularity, and the settings of the policy in force, for the pipeline.
        people: everybody's state.
        mark: how much of the log is contained; of what came since, what was taken in.
        version: of the newest change of the items' journal that is contained.
        items: changes up to this one are contained, those that others made too.
        beside: what answers under other policies than the one in force, by the id under which it was asked for.
        serial: tells it from all others of this process, also from those that are gone.
    """

    environment: Environment
    people: People
    mark: Watermark
    version: int
    items: int
    beside: dict[str, Environment] = field(default_factory=dict)
    serial: int = field(default_factory=_SERIALS.__next__)

    @property
    def catalogue(self) -> Catalogue:
        """The items."""
        return self.environment.catalogue

    def under(self, policy: Policy, configured: QuerySettings) -> Environment:
        """The same catalogue and popularity with the weights and floors of a policy on this snapshot.

        Raises:
            pydantic.ValidationError: its settings are not those of this version.
        """
        query, space = policy.query(configured), self.catalogue.space
        blend = Blend.build(query.user.beta, query.user.gamma, space.content_dimension, space.dimension)
        other = replace(self.environment, settings=query, blend=blend, policy=policy.policy_id)
        vars(other)["likeness"] = self.environment.likeness  # of the catalogue, and slow to measure
        return other

    def learn(self, users: Sequence[str], owners: NDArray[np.int64], events: EventColumns) -> None:
        """Take in events; those that are contained change nothing.

        Args:
            users: whose they are.
            owners: int64 [n], whose each event is, as a position in `users`.
            events: n of them.
        """
        held = self.people.hold(users, owners, events)
        if held.any():
            events, owners = events.where(~held), owners[~held]
        fresh = np.bincount(owners, minlength=len(users)).tolist()
        suspects = [self.people.may_be_machine(user_id, new) for user_id, new in zip(users, fresh, strict=True)]
        alone = np.array(suspects, dtype=np.bool_)[owners]
        for place in np.flatnonzero(suspects).tolist():
            self._learn_alone(users[place], events.where(owners == place))
        if alone.any():
            events, owners = events.where(~alone), owners[~alone]
        if len(events):
            before, whose = self._counted_on(users, owners, events.rows)
            self.people.learn(users, owners, events)
            new = self.people.counting(users)[owners]
            after = before.joined(events.where(new)), np.concatenate([whose, owners[new]])
            self._change_votes(self.votes_of(before, whose), self.votes_of(*after))

    def _learn_alone(self, user_id: str, events: EventColumns) -> None:
        """Of one person, who may be taken for a machine then, with all that they ever said."""
        before = self.people.counted(user_id)
        self.people.learn([user_id], np.zeros(len(events), dtype=np.int64), events)
        self.people.judge(user_id)
        after = self.people.counted(user_id)
        if len(after):  # what a person says of other items stays as it was
            before, after = (each.where(np.isin(each.rows, events.rows)) for each in (before, after))
        self._change_votes(self._votes([before]), self._votes([after]))

    def _counted_on(
        self, users: Sequence[str], owners: NDArray[np.int64], rows: Rows
    ) -> tuple[EventColumns, NDArray[np.int64]]:
        """(Events of people on these items, each of theirs, that count; whose each is)."""
        events, whose = self.people.counted_of(users)
        told = np.isin(whose * _ROWS + events.rows, owners * _ROWS + rows)
        return events.where(told), whose[told]

    def count_everybody(self) -> None:
        """Count all votes anew."""
        self.environment.popularity.clear()
        for events, owners in self.people.all_counted():
            self.environment.popularity.change(NO_VOTES, self.votes_of(events, owners))

    def voters(
        self, since: float, until: float, user_ids: Sequence[str] | None = None
    ) -> Iterator[tuple[Rows, NDArray[np.int64], NDArray[np.float64]]]:
        """(Row, whose it is, when) of positive events after one moment and up to another, in parts; nobody is in two.

        Args:
            since: after which.
            until: up to which.
            user_ids: of whom; None for everybody.
        """
        parts = self.people.all_counted() if user_ids is None else [self.people.counted_of(user_ids)]
        for events, owners in parts:
            some = (events.times > since) & (events.times <= until) & (events.weights > 0)
            some &= self.people.signals.polarity[events.codes] > 0
            yield events.rows[some], owners[some], events.times[some]

    def _change_votes(self, lost: Votes, gained: Votes) -> None:
        if not self.environment.popularity.change(lost, gained):
            self.count_everybody()

    def _votes(self, by_person: Sequence[EventColumns]) -> Votes:
        """What some people say for items."""
        events = concatenated(by_person)
        return self.votes_of(events, np.repeat(np.arange(len(by_person)), [len(each) for each in by_person]))

    def votes_of(self, events: EventColumns, owners: NDArray[np.int64]) -> Votes:
        """Of a dwell its seconds alone count, so that a vote changes neither with its item nor with other events."""
        signals = self.people.signals
        weighed = replace(events, weights=signals.weighed(events.codes, events.weights))
        return Votes.of(weighed, owners, self.environment.popularity.half_life, signals.polarity[events.codes] > 0)

    def refresh(self, held: StoredPeople, encoded: Encoded) -> None:
        """Rebuild people from what is held of them, after something other than a new event changed it.

        Args:
            held: as it is now; what was known of these people before is dropped.
            encoded: the texts that they state.
        """
        before = self.votes_of(*self.people.counted_of(held.user_ids))
        for user_id in held.user_ids:
            self.people.forget(user_id)
        self.people.load(held.log, held.rows, held.seen)
        self._change_votes(before, self.votes_of(*self.people.counted_of(held.user_ids)))
        for user_id in held.user_ids:
            if person := self.people.get(user_id):
                self.people.put_stated(user_id, stated_vectors(self.catalogue, person.explicit, encoded))

    def reach(self, versions: Iterable[int]) -> None:
        """Note changes of the items' journal that were made here, and are contained."""
        for version in sorted(versions):
            self.version = max(self.version, version)
            if version == self.items + 1:  # else somebody else's is in between, which is not contained yet
                self.items = version

    def catch_up(self, stores: Stores, embedder: Embedder) -> None:
        """Take in what was written to the stores since this generation was built."""
        changes = stores.items.changes(self.items)
        apply_changes(self.catalogue, changes, embedder)
        self.version = self.items = max([self.version, *(change.version for change in changes)])
        log, mark = stores.events.walk(self.mark)
        self.learn(log.users, *self.people.columns_of(log))
        self.mark = max(self.mark, mark)


def build_generation(
    snapshot: Snapshot, stores: Stores, embedder: Embedder, settings: Settings, policy: Policy | None = None
) -> Generation:
    """Everything anew for one snapshot; seconds for a million events. Blocks: call it in a thread.

    Args:
        snapshot: the catalogue.
        stores: events, people and the items' journal.
        embedder: encodes what came since the snapshot was built.
        settings: all of them.
        policy: its weights and floors are in force instead of those of the settings.
    """
    rules = load_charter(settings.charter, settings.index.sensitive.taxonomy).rules()
    catalogue = guarded_catalogue(snapshot, settings, rules, load_verdicts(settings.verdicts_file))
    changes = stores.items.changes(snapshot.manifest.items_version)
    apply_changes(catalogue, changes, embedder)
    log, mark = stores.events.by_person()
    people = People(catalogue, settings.events, settings.people)
    people.load(log, stores.users.all(), stores.forgettings.seen())
    encode_stated(catalogue, people, embedder)
    version = max([snapshot.manifest.items_version, *(change.version for change in changes)])
    generation = Generation(
        environment=_environment(catalogue, people, settings, policy or configured_policy(settings, snapshot)),
        people=people,
        mark=mark,
        version=version,
        items=version,
    )
    generation.count_everybody()
    generation.catch_up(stores, embedder)
    return generation


def guarded_catalogue(
    snapshot: Snapshot, settings: Settings, rules: SensitiveRules, verdicts: Verdicts | None = None
) -> Catalogue:
    """The items behind the firewall that these rules and verdicts make."""
    taxonomy, names = load_taxonomy(settings.index.sensitive.taxonomy), snapshot.vocabulary.sensitive_topics
    most_stubs, enabled = settings.index.copies.most_stubs, settings.query.copies_are_one
    copies = Copies(snapshot.items.copies, snapshot.items.texts, most_stubs, enabled=enabled)
    sensitive = SensitiveTopics(taxonomy, names, (rules, verdicts or Verdicts()))
    attributes = with_declared(snapshot.attributes, snapshot.items.documents, declared(settings.attributes))
    return Catalogue(snapshot, sensitive, copies, attributes)


def configured_policy(settings: Settings, snapshot: Snapshot) -> Policy:
    """The policy that the settings make of a snapshot."""
    about = {"made_at": datetime.now(UTC), "made_by": "configuration", "why": "as configured"}
    return Policy.of(values_of(settings.query), snapshot.snapshot_id, **about)


def _environment(catalogue: Catalogue, people: People, settings: Settings, policy: Policy) -> Environment:
    space, events, query = catalogue.space, settings.events, policy.query(settings.query)
    return Environment(
        catalogue=catalogue,
        popularity=Popularity(len(catalogue), settings.popularity),
        signals=people.signals,
        blend=Blend.build(query.user.beta, query.user.gamma, space.content_dimension, space.dimension),
        half_lives=(events.half_life_positive_days * DAY_SECONDS, events.half_life_negative_days * DAY_SECONDS),
        settings=query,
        wording=Wording(query.labels),
        policy=policy.policy_id,
    )


def apply_changes(catalogue: Catalogue, changes: Sequence[ItemChange], embedder: Embedder) -> None:
    """Replay the items' journal onto a catalogue."""
    documents = [ItemDocument.kept(change.document) for change in changes if change.document]
    encoded = {item.document.item_id: item for item in encode_items(catalogue, documents, embedder)}
    for change in changes:
        apply_change(catalogue, change, encoded)


def apply_change(catalogue: Catalogue, change: ItemChange, encoded: Mapping[str, EncodedItem]) -> None:
    """Put an item that was encoded, or delete it."""
    if change.document:
        catalogue.put(encoded[change.item_id])
    elif (row := catalogue.row(change.item_id)) >= 0:
        catalogue.delete(row)


def encode_items(catalogue: Catalogue, documents: Sequence[ItemDocument], embedder: Embedder) -> list[EncodedItem]:
    """Content vectors of items, and of those of their tags that the catalogue does not know."""
    known = catalogue.tag_words
    tags = sorted({tag for document in documents for tag in document.tags if known.code(tag) < 0})
    if not documents:
        return []
    vectors = embedder.embed_now([*(document.content() for document in documents), *tags])
    tag_vectors = dict(zip(tags, with_own_directions(tags, vectors[len(documents) :]), strict=True))
    content = embedder.content_of(documents, vectors[: len(documents)])
    return [
        EncodedItem(document, vector, {tag: tag_vectors[tag] for tag in document.tags if tag in tag_vectors})
        for document, vector in zip(documents, content, strict=True)
    ]
