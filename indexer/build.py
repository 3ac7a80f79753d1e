"""The build of a snapshot as a recipe: items, embeddings, tags, topics, vectors, index, recall gate, snapshot."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from indexer.ann import AnnSettings, VectorIndex
from indexer.attributes.account import account_of as account_of_attributes
from indexer.attributes.columns import AttributeColumn, build_attributes
from indexer.attributes.declaration import Attribute, declared
from indexer.behaviour import BehaviourSettings, EventTable, LearnedVectors, Offer, learn_vectors
from indexer.columns import build_columns, vocabulary_of
from indexer.content import content_hash
from indexer.copies import Copies, CopySettings, find_copies
from indexer.documents import ItemDocument
from indexer.embeddings import CachedEncoder, EmbeddingCache, embed
from indexer.encoder_account import reading_by_language, told
from indexer.engines.settings import EngineSettings
from indexer.index_recall import measure_recall, recall_under_exclusions
from indexer.own_words import unread_in_itself
from indexer.predecessor import Given, Predecessor, settings_digest
from indexer.progress import Progress, silent
from indexer.sensitive.background import Background
from indexer.sensitive.classifier import adapted, build_classifier
from indexer.sensitive.item_topics import ItemTopics, account_of, acting_topics, touched_topics
from indexer.sensitive.permitted_events import permitted_events
from indexer.sensitive.rules import SensitiveRules
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import Taxonomy, load_taxonomy
from indexer.sensitive.verdicts import Verdicts
from indexer.snapshot import ItemVectors, LanguageReading, Manifest, Snapshot
from indexer.snapshot_files import SnapshotError, SnapshotFolder
from indexer.tags import TagSettings, TagVectors, build_tags, known_by_tags
from indexer.topics import Topics, TopicSettings, TopicWords, find_topics
from indexer.unrelated import unrelated_likeness
from models.config import Config
from models.encoder import Encoder
from models.encoders import open_encoder
from models.factors.gram import LocalGram, OpenGram
from models.ids import IdMap
from models.interactions import Interactions
from models.joint_vectors import read
from models.readable import has_vector
from models.sentence_encoder import PACKAGED
from models.topic_heads import TopicHeads

Vectors = NDArray[np.float32]
FORMAT_VERSION = 4
_LESS = 0.005
"""By which recall differs between two samples."""


class IndexSettings(Config):
    """How a snapshot is built."""

    encoder: str = PACKAGED
    """The packaged weights, `use-multilingual-v3` (sixteen languages, an optional package), a local folder, or a name
    on the model hub."""

    device: str = "cpu"
    """Where it runs: `cpu`, `cuda` or `mps`; of several of a kind, one by its number, as in `cuda:1`."""

    unread_from: float = Field(default=0.5, gt=0, le=1)
    """Share of its letters that the encoder's vocabulary must lack for a text to count as unread: it then has no
    content likeness and no verdict of the classifier, and lives by its tags, by behaviour and by popularity."""

    kept_share: float = Field(default=0.02, ge=0, le=1)
    """Share of the items, and of the events, that may be other ones than those from which factors, cells and the
    middles of topics were learned, for a build to keep these; 0 learns with every build. No event is ever kept that is
    gone: what was learned from it is learned anew."""

    half_from: int = Field(default=10_000, ge=0)
    """Items from which on vectors are kept in half precision, which takes half of the room; fewer are read faster."""

    ann: AnnSettings = AnnSettings()
    engine: EngineSettings = EngineSettings()
    topics: TopicSettings = TopicSettings()
    behaviour: BehaviourSettings = BehaviourSettings()
    tags: TagSettings = TagSettings()
    copies: CopySettings = CopySettings()
    sensitive: SensitiveSettings = SensitiveSettings()

    seed: int = Field(default=0, ge=0)
    """Of everything that draws lots while building."""

    def open_encoder(self) -> Encoder:
        """The encoder.

        Raises:
            EncoderNotFoundError: it is not to be had here.
        """
        return open_encoder(self.encoder, self.device, unread_from=self.unread_from)


class EmptyCatalogueError(ValueError):
    """There is no item to index."""


class RecallTooLowError(RuntimeError):
    """The vector index finds too few of the true nearest neighbours to be put in service."""


@dataclass(frozen=True, slots=True)
class BuildInput:
    """What a snapshot is built from.

    Attributes:
        items: the catalogue, ids unique.
        items_version: changes of the items' journal up to this one are among them.
        events: what people did, to learn from.
        rules: how sensitive topics are treated.
        verdicts: what operators said of sensitive items.
    """

    items: Sequence[ItemDocument]
    items_version: int = 0
    events: EventTable = field(default_factory=EventTable.none)
    rules: SensitiveRules = field(default_factory=SensitiveRules)
    verdicts: Verdicts = field(default_factory=Verdicts)


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds and publishes snapshots.

    Attributes:
        settings: how.
        encoder: of the content vectors.
        cache: embeddings of earlier builds.
        folder: where snapshots are published.
        say: told of each step as it begins.
        progress: told of texts as they are embedded.
        trained_heads: file of trained classifiers of sensitive topics; it need not exist.
        attributes: those of items that are declared, by name.
        gram_of: where products of everybody's interactions are computed.
    """

    settings: IndexSettings
    encoder: Encoder
    cache: EmbeddingCache
    folder: SnapshotFolder
    say: Callable[[str], None]
    progress: Progress = silent
    trained_heads: Path | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    gram_of: OpenGram = LocalGram
    ready: Callable[[str], None] = lambda _: None

    def __call__(self, given: BuildInput, *, force: bool = False, anew: bool = False) -> tuple[Manifest, bool]:
        """Publish a snapshot of the input; returns its manifest, and False where the current one is it already.

        Args:
            given: the input.
            force: whether to build though nothing changed, and to publish though recall is low.
            anew: whether to learn anew what might be kept, and to build for that.

        Raises:
            EmptyCatalogueError: there are no items.
            RecallTooLowError: the recall gate was missed and `force` is off; the previous snapshot stays in service.
        """
        if not given.items:
            raise EmptyCatalogueError("there is no item to index")
        items = sorted(given.items, key=lambda item: item.item_id)
        guard = self._guard()
        digest = self._digest(items, given, guard)
        current = self._current()
        if current and not (force or (anew and current.keeps)) and current.input_digest == digest:
            return current, False
        ids, events = given.events.set_aside
        if ids:
            self.say(f"setting aside {events:,} events of {ids:,} ids that act at a rate that no person has")
        snapshot = self._build(items, given, digest, guard, keep=not anew)
        if snapshot.manifest.keeps and self._finds_less(snapshot.manifest, current):
            self.say("with what was kept too little is found: learning anew")
            snapshot = self._build(items, given, digest, guard, keep=False)
        self._check_recall(snapshot.manifest, force=force)
        self.say(f"publishing {snapshot.snapshot_id}")
        return self.folder.publish(snapshot, self.ready), True

    def _current(self) -> Manifest | None:
        """What is in service; None also where it cannot be read, damaged or written by another version."""
        current = self.folder.current_id()
        try:
            return self.folder.manifest(current) if current else None
        except SnapshotError:
            return None

    def _finds_less(self, manifest: Manifest, before: Manifest | None) -> bool:
        """Whether recall misses the floor, which what is kept still held."""
        held = min(before.recalls.values()) - _LESS if before else 1.0
        return min(manifest.recalls.values()) < min(self.settings.ann.recall_floor, held)

    def _settings_digest(self) -> str:
        return settings_digest(self.settings.model_dump_json(exclude={"device", "engine"}), self.encoder.fingerprint)

    def _predecessor(self, given: Given) -> Predecessor | None:
        """What is in service, where it may be kept; a word of that."""
        manifest, share = self._current(), self.settings.kept_share
        if not share or manifest is None or manifest.basis is None or manifest.basis.settings != given.settings:
            return None
        try:
            before = Predecessor.of(self.folder.open(manifest.snapshot_id, self.settings.ann), given, share)
        except SnapshotError:
            return None
        if before:
            self.say(before.account())
        return before

    def _build(
        self, items: Sequence[ItemDocument], given: BuildInput, digest: str, guard: _Guard, *, keep: bool
    ) -> Snapshot:
        read = self._embed(items, texts := [item.content() for item in items])
        reading = self._told(reading_by_language(items, has_vector(read), self.encoder))
        self.say("finding topics and tags")
        words = TopicWords([item.tags for item in items], [item.headline() for item in items])
        tags = build_tags(words.tags, read, CachedEncoder(self.encoder, self.cache), self.settings.tags)
        background = Background(read, np.array([len(text) for text in texts], dtype=np.int64))
        content, judged = known_by_tags(read, words.tags, tags), self._judged(items, background, given, guard)
        offered = Given([item.item_id for item in items], content, judged.events, self._settings_digest())
        before = self._predecessor(offered) if keep else None
        topics = find_topics(content, words, tags, self.settings.topics, before.centroids if before else None)
        vocabulary = vocabulary_of(items, tags.names, topics, judged.topics)
        copies = self._find_copies(items, content)
        columns = build_columns(items, vocabulary, topics.assignment, judged.topics, copies)
        if before and before.has_behaviour:
            learned = before.vectors(content)
        else:
            offer = Offer(content, columns.published_at.astype(np.float64))
            learned = self._learn(offer, judged.events.weighed(columns, vocabulary.formats).interactions(columns.ids))
        vectors = self._vectors(content, learned, topics, tags)
        self.say(f"indexing {len(items)} vectors of {learned.space.dimension} dimensions")
        index, manifest = self._indexed(given, digest, learned, vectors, before)
        manifest = guard.noted(manifest)
        kept = before is not None and before.has_behaviour == learned.space.has_behaviour
        basis = before.basis if before and kept else offered.basis(manifest.snapshot_id)
        manifest = manifest.model_copy(update={"reading": reading, "basis": basis} | copies.counts())
        return Snapshot(
            manifest, vocabulary, columns, vectors, learned.space, index, judged.heads, attributes=self._declared(items)
        )

    def _indexed(
        self, given: BuildInput, digest: str, learned: LearnedVectors, vectors: ItemVectors, before: Predecessor | None
    ) -> tuple[VectorIndex, Manifest]:
        """The index, and what is known of it; of a small catalogue without cells where new ones find too little."""
        ann, cells = self.settings.ann, before.cells if before else None
        index = VectorIndex.build(vectors.index, ann, self._sample(vectors), cells)
        manifest = self._manifest(given, digest, learned, vectors, index)
        missed = cells is None and index.kind == "cells" and min(manifest.recalls.values()) < ann.recall_floor
        different = len(vectors.index) if index.equals is None else len(index.equals)
        if missed and different <= ann.flat_where_missed:
            self.say("its cells find too little: all vectors are compared instead")
            index = VectorIndex.build(vectors.index, ann.model_copy(update={"flat_below": len(given.items)}))
            manifest = self._manifest(given, digest, learned, vectors, index)
        return index, manifest

    def _judged(
        self, items: Sequence[ItemDocument], background: Background, given: BuildInput, guard: _Guard
    ) -> _Judged:
        if not guard.heads.names:
            self.say(
                "sensitive topics: by declaration and tags only, the classifier is not calibrated for this encoder"
            )
        heads = adapted(guard.heads, self.encoder, background, self.settings.sensitive)
        sensitive = touched_topics(items, background, guard.taxonomy, heads)
        acting = acting_topics(items, sensitive, given.rules, given.verdicts)
        self.say(account_of(sensitive, acting, given.rules))
        ids = IdMap.build([item.item_id for item in items])
        return _Judged(heads, sensitive, permitted_events(given.events, ids, acting, given.rules))

    def _declared(self, items: Sequence[ItemDocument]) -> dict[str, AttributeColumn]:
        declaration = declared(self.attributes)
        for sentence in account_of_attributes(items, declaration):
            self.say(sentence)
        return build_attributes([item.attributes for item in items], declaration)

    def _vectors(self, content: Vectors, learned: LearnedVectors, topics: Topics, tags: TagVectors) -> ItemVectors:
        vectors = ItemVectors(
            content=content,
            engage=learned.engage,
            index=learned.index,
            neighbours=learned.neighbours,
            cluster_centroids=topics.centroids,
            cluster_topics=topics.of_cluster,
            tags=tags.vectors,
        )
        return vectors.halved(learned.space) if len(content) >= self.settings.half_from else vectors

    def _told(self, reading: dict[str, LanguageReading]) -> dict[str, LanguageReading]:
        for sentence in told(reading):
            self.say(sentence)
        return reading

    def _guard(self) -> _Guard:
        settings = self.settings.sensitive
        taxonomy = load_taxonomy(settings.taxonomy)
        encoder = CachedEncoder(self.encoder, self.cache)
        heads = build_classifier(taxonomy, encoder, settings, self.trained_heads)
        return _Guard(taxonomy, heads)

    def _learn(self, offer: Offer, interactions: Interactions) -> LearnedVectors:
        how = self.settings.behaviour
        learned = learn_vectors(offer, interactions, self.encoder.fingerprint, how, self.gram_of)
        if learned.interactions:
            self.say(f"learned from {learned.interactions} interactions ({learned.method})")
        else:
            least = how.factors.least_interactions
            self.say(f"content only: {len(interactions)} interactions, behaviour is learned from {least} on")
        return learned

    def _find_copies(self, items: Sequence[ItemDocument], content: Vectors) -> Copies:
        copies = find_copies(items, content, self.settings.copies)
        account = copies.account(items)
        if account:
            self.say(account)
        return copies

    def _embed(self, items: Sequence[ItemDocument], texts: Sequence[str]) -> Vectors:
        self.say(f"embedding {len(items)} items with {self.settings.encoder}")
        vectors = embed(texts, [content_hash(text) for text in texts], self.encoder, self.cache, progress=self.progress)
        vectors[unread_in_itself(items, self.encoder, self.settings.unread_from)] = 0
        return vectors

    def _manifest(
        self, given: BuildInput, digest: str, learned: LearnedVectors, vectors: ItemVectors, index: VectorIndex
    ) -> Manifest:
        now, space, sample = datetime.now(UTC), learned.space, self._sample(vectors)
        return Manifest(
            snapshot_id=f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{digest[:8]}",
            created_at=now,
            input_digest=digest,
            space_id=space.space_id(),
            encoder=self.encoder.fingerprint,
            encoder_source=self.settings.encoder,
            dimension=space.dimension,
            content_dimension=space.content_dimension,
            content_scale=space.content_scale,
            items=len(given.items),
            topics=int(vectors.cluster_topics.max()) + 1,
            tags=len(vectors.tags),
            items_version=given.items_version,
            events_sequence=given.events.sequence if learned.interactions else 0,
            interactions=learned.interactions,
            method=learned.method,
            index_kind=index.kind,
            unrelated_likeness=unrelated_likeness(
                np.asarray(vectors.content, dtype=np.float32), CachedEncoder(self.encoder, self.cache)
            ),
            recall_at_10=measure_recall(index, vectors.index, sample),
            recall_under_exclusions=recall_under_exclusions(index, vectors.index, sample, self.settings.seed),
            distinct_vectors=len(vectors.index) if index.equals is None else len(index.equals),
            files={},
        )

    def _sample(self, vectors: ItemVectors) -> Vectors:
        count = min(self.settings.ann.recall_sample, len(vectors.engage))
        chosen = np.random.default_rng(self.settings.seed).choice(len(vectors.engage), count, replace=False)
        return read(vectors.engage, np.sort(chosen))

    def _check_recall(self, manifest: Manifest, *, force: bool) -> None:
        floor, found = self.settings.ann.recall_floor, manifest.recalls
        worst = min(found, key=found.__getitem__)
        if found[worst] < floor and not force:
            raise RecallTooLowError(
                f"{worst} of the index is {found[worst]:.3f}, below the floor of {floor}: lower "
                "index.ann.missed, raise index.ann.margin, or publish all the same with --force"
            )

    def _digest(self, items: Sequence[ItemDocument], given: BuildInput, guard: _Guard) -> str:
        digest = blake2b(
            f"{FORMAT_VERSION}/{self.encoder.fingerprint}/{given.items_version}/{given.events.sequence}".encode(),
            digest_size=16,
        )
        digest.update(self.settings.model_dump_json(exclude={"device", "engine"}).encode())
        if self.attributes:
            digest.update(json.dumps(declared(self.attributes)).encode())
        digest.update(f"{guard.taxonomy.digest()}/{guard.heads.digest()}/{given.events.digest()}".encode())
        digest.update(json.dumps(dict(given.rules.modes), sort_keys=True).encode())
        digest.update(given.verdicts.digest().encode())
        for item in items:
            digest.update(item.model_dump_json().encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Guard:
    """What tells which items are sensitive."""

    taxonomy: Taxonomy
    heads: TopicHeads

    def noted(self, manifest: Manifest) -> Manifest:
        """The manifest with what items were judged by."""
        judged = {"classifier": self.heads.digest(), "classified_topics": self.heads.names}
        return manifest.model_copy(update={"taxonomy": self.taxonomy.digest(), **judged})


@dataclass(frozen=True, slots=True)
class _Judged:
    """Which items are sensitive, by which classifier, and the events that may be learned from all the same."""

    heads: TopicHeads
    topics: Sequence[ItemTopics]
    events: EventTable
