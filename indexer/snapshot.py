"""A snapshot: the catalogue's fields, vectors and index of one build, as values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict

from indexer.ann import VectorIndex
from indexer.attributes.columns import AttributeColumn
from indexer.lexical import LexicalIndex
from models.columns import CodesColumn, StringColumn
from models.ids import IdMap, Rows
from models.joint_vectors import JointVectors, Stored
from models.neighbours import Neighbours
from models.space import Space
from models.topic_heads import TopicHeads

Vectors = NDArray[np.float32]
Kept = NDArray[np.floating[Any]]
NEVER = np.iinfo(np.int64).max
GATE_K, EXCLUSIONS_K = 10, 60
"""Items of which recall is told; with exclusions, more."""
UNDATED = -(2**62)
"""Time of publication of an item without one: longer ago than anything, and its negative is a number too."""


class FileRecord(BaseModel):
    """What a file of the snapshot must be."""

    bytes: int
    blake2b: str


class LanguageReading(BaseModel):
    """How much the encoder reads of the items of one language."""

    items: int
    unread_items: int
    """Items without a vector of their own text, since too little of it could be read."""
    unread_share: float
    """Mean share of letters that the encoder's vocabulary lacks, over a sample."""
    cut_share: float
    """Share of texts that are longer than what the encoder reads, over a sample."""


class Basis(BaseModel):
    """What was learned, and from what: later builds keep it while that has hardly changed."""

    snapshot: str
    """Id of the snapshot whose build learned it."""
    settings: str
    """Digest of the settings by which."""
    events: int
    """Events that were learned from, or might have been."""
    digest: str
    """Of these events."""
    changed_items: int = 0
    """Items that came, went or were changed since."""


class Manifest(BaseModel):
    """What a snapshot is: enough to trust it, compare it and serve it."""

    model_config = ConfigDict(extra="forbid")

    snapshot_id: str
    created_at: AwareDatetime
    input_digest: str
    """Digest of everything the build read; equal digests need no second build."""
    space_id: str
    encoder: str
    encoder_source: str
    dimension: int
    content_dimension: int
    content_scale: float
    items: int
    topics: int
    tags: int
    items_version: int
    """Catalogue changes up to this version of the journal are contained."""
    events_sequence: int
    """Events up to this position of the log were learned from; 0 in a purely content-based index."""
    copies: int = 0
    """Items that say the same as another, or nearly."""
    copy_groups: int = 0
    """Groups of such items."""
    interactions: int
    """Pairs of a person and an item that behaviour was learned from; 0 in a purely content-based index."""
    method: str
    """How the vectors were learned: content, exact or spectral."""
    index_kind: str
    recall_at_10: float
    """Of the vector index against exact search, by scores."""
    recall_under_exclusions: dict[str, float] = {}
    """The same by what is excluded: a random share of the items, or those nearest to the query."""
    distinct_vectors: int | None = None
    """Nodes of the index: items whose vectors are equal are one. None: it was not counted."""
    unrelated_likeness: float | None = None
    """Cosine that the nearest item to a text without meaning hardly exceeds; None in older snapshots."""
    taxonomy: str = ""
    """Digest of the sensitive topics."""
    classifier: str = ""
    """Digest of the heads that told which items touch them."""
    classified_topics: tuple[str, ...] = ()
    """The topics of these heads, in their order."""
    basis: Basis | None = None
    """What was learned in this build, or in an earlier one and kept; None in older snapshots."""
    reading: dict[str, LanguageReading] = {}
    """What the encoder reads of each language; empty where it cannot tell."""
    files: dict[str, FileRecord]

    @property
    def keeps(self) -> bool:
        """Whether what was learned in an earlier build is kept."""
        return self.basis is not None and self.basis.snapshot != self.snapshot_id

    @property
    def recalls(self) -> dict[str, float]:
        """All that was measured of the index, by what it is."""
        under = self.recall_under_exclusions.items()
        excluded = {f"recall@{EXCLUSIONS_K} with {kind} excluded": recall for kind, recall in under}
        return {f"recall@{GATE_K}": self.recall_at_10} | excluded


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words behind the codes of a snapshot's columns; a code is a position."""

    tags: tuple[str, ...]
    formats: tuple[str, ...]
    languages: tuple[str, ...]
    providers: tuple[str, ...]
    sensitive_topics: tuple[str, ...]
    topic_names: tuple[str, ...]
    topic_slugs: tuple[str, ...]
    authors: tuple[str, ...] = ()

    def to_json(self) -> str:
        """The inverse of `from_json`."""
        return json.dumps({name: list(getattr(self, name)) for name in self.__slots__}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """The inverse of `to_json`."""
        return cls(**{name: tuple(words) for name, words in json.loads(text).items()})


@dataclass(frozen=True, slots=True)
class ItemColumns:
    """The catalogue's fields by row; rows are in the order of the item ids.

    Attributes:
        ids: item ids.
        documents: each item as the JSON document that was given.
        titles: titles.
        tags: codes of the tags.
        sensitive: codes of the sensitive topics that an item touches for certain: declared, or by its tags.
        suspected: codes of those that the classifier or an ambiguous tag suspects.
        worth_a_look: codes of those to which the classifier gives a smaller chance.
        published_at: int64 [n], seconds since 1970; UNDATED where it is not known.
        expires_at: int64 [n], NEVER where the item does not expire.
        formats, languages, providers, authors: int32 [n], codes; -1 where an item has none.
        topics: int32 [n].
        copies: int32 [n], equal where items say the same: the lowest of their rows.
        texts: uint64 [n], key of what an item says (item_texts.py).
        words: int32 [n], of its text.
    """

    ids: IdMap
    documents: StringColumn
    titles: StringColumn
    tags: CodesColumn
    sensitive: CodesColumn
    suspected: CodesColumn
    worth_a_look: CodesColumn
    published_at: NDArray[np.int64]
    expires_at: NDArray[np.int64]
    formats: NDArray[np.int32]
    languages: NDArray[np.int32]
    providers: NDArray[np.int32]
    topics: NDArray[np.int32]
    authors: NDArray[np.int32]
    copies: Rows
    texts: NDArray[np.uint64]
    words: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ItemVectors:
    """The catalogue's vectors by row.

    Attributes:
        content: [n, content_dimension], unit length; half of it where an item is known by its tags alone, zeros where
            by nothing. Of half precision in large catalogues.
        engage: [n, d], what engaging with an item adds to a user.
        index: [n, d], what a user is compared with.
        neighbours: second, sparse part of the score.
        cluster_centroids: float32 [clusters, content_dimension], unit length; zeros for that of what is unread.
        cluster_topics: int32 [clusters], the topic that each cluster belongs to.
        tags: float32 [tags, content_dimension], unit length.
    """

    content: Kept
    engage: Stored
    index: Stored
    neighbours: Neighbours
    cluster_centroids: Vectors
    cluster_topics: NDArray[np.int32]
    tags: Vectors

    def halved(self, space: Space) -> ItemVectors:
        """The same in half precision, the content of each item once."""
        content = self.content.astype(np.float16)
        if not space.has_behaviour:
            return replace(self, content=content, engage=content, index=content)

        def joint(vectors: Stored) -> JointVectors:
            return JointVectors(
                content, space.content_scale, vectors[:][:, space.content_dimension :].astype(np.float16)
            )

        return replace(self, content=content, engage=joint(self.engage), index=joint(self.index))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot opened for serving. Large arrays are copy-on-write memory maps of its files."""

    manifest: Manifest
    vocabulary: Vocabulary
    items: ItemColumns
    vectors: ItemVectors
    space: Space
    index: VectorIndex
    heads: TopicHeads
    """The classifier of sensitive topics, for items that come later."""
    lexical: LexicalIndex | None = None
    """Of the files of a snapshot that has been written; None in older ones."""
    attributes: Mapping[str, AttributeColumn] = field(default_factory=dict)
    """Those that were declared when it was built, by name."""

    @property
    def snapshot_id(self) -> str:
        """The manifest's id."""
        return self.manifest.snapshot_id
