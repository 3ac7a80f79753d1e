"""The catalogue as it is served: a snapshot's columns, patched and extended by what came over HTTP since.

An item keeps its row for as long as the snapshot serves. Rows that changed are taken out of the snapshot's vector index
and searched exactly beside it, so that an item is found from the moment it was acknowledged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from weakref import proxy

import numpy as np
from numpy.typing import NDArray

from app.policy.firewall import Firewall
from app.policy.sensitive_items import SensitiveTopics
from app.serving.changed_search import least_found, union
from app.serving.changes import Changes
from app.serving.copies import Copies
from app.serving.eligibility import Allowances, Eligibility
from app.serving.encoded_item import EncodedItem
from app.serving.engine.search import EngineSearch, Searched
from app.serving.item_attributes import ItemAttributes
from app.serving.item_order import ItemOrder
from app.serving.lexicon import Lexicon
from app.serving.masks import AskedItems, Masks
from app.serving.recall_gauge import RecallGauge
from app.serving.row_order import RowOrder
from app.serving.topics import Topics
from indexer.ann import Allowance, Counts
from indexer.attributes.columns import AttributeColumn
from indexer.columns import author_of, published
from indexer.copies import CopySettings
from indexer.documents import ItemDocument
from indexer.exact_search import Hits
from indexer.item_texts import text_key, word_count
from indexer.live_vectors import LiveVectors
from indexer.snapshot import NEVER, UNDATED, Snapshot
from indexer.snapshot import ItemColumns as Items
from models.columns import LiveColumn, StringColumn, VectorColumn
from models.ids import UNKNOWN, Row, Rows
from models.joint_vectors import halved
from models.kernels.item_columns import ItemColumns
from models.kernels.rows import bears
from models.live_codes import Lists, LiveCodes
from models.readable import vector_of_tags
from models.words import MISSING, Words

Vectors = NDArray[np.float32]
_TOLD = 16_384
"""Items of which id and title are kept as text."""
_FEW: Final = 8
"""Times as many items as are wanted, from which it is faster to look at the newest first."""
_ROUNDING, _ROUNDING_OF_HALVES = 1e-5, 2e-3
"""What an engage vector may differ by from the one that content promises, and still be that: in half precision, in the
largest number of it."""


@dataclass(frozen=True, slots=True, eq=False)
class ItemNames:
    """External ids by row, without the catalogue: who remembers rows need not hold its vectors.

    Attributes:
        ids: those of the snapshot.
        changed: documents by row, those of rows added since among them.
    """

    ids: StringColumn
    changed: Mapping[int, ItemDocument]

    def __getitem__(self, row: int) -> str:
        return self.ids[row] if row < len(self.ids) else self.changed[row].item_id


class Catalogue:
    """Items by row: fields, vectors, and nearest-neighbour search."""

    gauge: RecallGauge | None = None
    engine: EngineSearch | None = None
    """What finds candidates in place of the snapshot's own index, while it answers."""

    def __init__(
        self,
        snapshot: Snapshot,
        sensitive: SensitiveTopics,
        copies: Copies | None = None,
        attributes: Mapping[str, AttributeColumn] | None = None,
    ) -> None:
        items, vocabulary, vectors = snapshot.items, snapshot.vocabulary, snapshot.vectors
        self.snapshot, self.space = snapshot, snapshot.space
        self.sensitive_topics, self.firewall = sensitive, Firewall(sensitive)
        self.tag_words, self.format_words = Words(vocabulary.tags), Words(vocabulary.formats)
        self.language_words, self.provider_words = Words(vocabulary.languages), Words(vocabulary.providers)
        self._read_topics()
        self.words, self.alive = LiveColumn(items.words), LiveColumn(np.ones(len(items.ids), dtype=np.bool_))
        self.published_at, self.expires_at = LiveColumn(items.published_at), LiveColumn(items.expires_at)
        self.formats, self.languages = LiveColumn(items.formats), LiveColumn(items.languages)
        self.providers, self.authors = LiveColumn(items.providers), LiveColumn(items.authors)
        self.author_words, self.topics = Words(vocabulary.authors), LiveColumn(items.topics)
        self.sensitive = LiveColumn(sensitive.bits_of_items(items, vocabulary.sensitive_topics))
        self.content, self.tag_vectors = VectorColumn(vectors.content), VectorColumn(vectors.tags)
        self.engage = self.content if vectors.engage is vectors.content else VectorColumn(vectors.engage)
        self.index = self.content if vectors.index is vectors.content else VectorColumn(vectors.index)
        self.copies = copies or Copies(items.copies, items.texts, CopySettings().most_stubs)
        self.id_order = ItemOrder(items.ids.ids)
        self._open_orders(items)
        self._changed, self._added = dict[int, ItemDocument](), dict[str, int]()
        self._allowances = Allowances(proxy(self), snapshot.index)  # no circle keeps the vectors of an old snapshot
        self._live, self.changes = LiveVectors(vectors.index.shape[1]), Changes()
        self.names, self._told = ItemNames(items.ids.ids, self._changed), dict[int, tuple[str, str]]()
        self._learned, self.lexicon = dict[int, bool](), Lexicon(snapshot.lexical)
        self.attributes = ItemAttributes(snapshot.attributes if attributes is None else attributes)

    def __len__(self) -> int:
        """Rows in use, deleted items included."""
        return len(self.alive)

    @cached_property
    def masks(self) -> Masks:
        """The items that filters ask for."""
        return Masks(proxy(self))

    def row(self, item_id: str) -> Row:
        """Row of an item, or UNKNOWN; deleted items are unknown."""
        return Row(int(self.rows((item_id,))[0]))

    def rows(self, item_ids: Sequence[str]) -> Rows:
        """int32 [len(item_ids)], -1 where unknown or deleted."""
        rows = self._rows_ever_known(item_ids)
        return np.where((rows < 0) | self.alive[rows], rows, np.int32(UNKNOWN))

    def _rows_ever_known(self, item_ids: Sequence[str]) -> Rows:
        rows = self.snapshot.items.ids.rows(item_ids)
        for position in np.flatnonzero(rows < 0).tolist() if self._added else ():
            rows[position] = self._added.get(item_ids[position], UNKNOWN)
        return rows

    def item_id(self, row: int) -> str:
        """External id of a row."""
        return self._named(row)[0]

    def title(self, row: int) -> str:
        """Title of a row."""
        return self._named(row)[1]

    def _named(self, row: int) -> tuple[str, str]:
        """Id and title; those that were told lately are kept."""
        named = self._told.get(row)
        if named is None:
            changed = self._changed.get(row)
            named = self.names[row], changed.title if changed else self.snapshot.items.titles[row]
            if len(self._told) >= _TOLD:
                self._told.clear()
            self._told[row] = named
        return named

    def document(self, row: int) -> bytes:
        """The item as it was given, as JSON."""
        changed = self._changed.get(row)
        if changed:
            return changed.model_dump_json(exclude_none=True).encode()
        return self.snapshot.items.documents[row].encode()

    def tags(self, row: int) -> NDArray[np.int32]:
        """Codes of an item's tags."""
        return self.item_tags[row]

    def tag_pairs(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Tags of many items: int64 [m], position in `rows`, ascending, and int32 [m], code of a tag."""
        return self.item_tags.gather(rows)

    def tag_lists(self, rows: Rows) -> Lists:
        """(where each list begins, codes of tags, the list of each row)."""
        return self.item_tags.lists(rows)

    def bear(self, rows: Rows, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Bool [n]: whether each row bears a wanted tag; `wanted` by tag code."""
        starts, codes, places = self.tag_lists(rows)
        return bears(places, starts, codes, wanted)

    def located(self, rows: Rows) -> tuple[ItemColumns, Rows]:
        """(columns of items, the place of each row in them); nothing is copied."""
        return self._columns, rows

    @cached_property
    def _columns(self) -> ItemColumns:
        """Of all items; changes are written where they are, and what is added makes others."""
        return ItemColumns(
            alive=self.alive.all(),
            published_at=self.published_at.all(),
            expires_at=self.expires_at.all(),
            sensitive=self.sensitive.all(),
            topics=self.topics.all(),
            formats=self.formats.all(),
            languages=self.languages.all(),
            providers=self.providers.all(),
        )

    def search(
        self,
        queries: Vectors,
        k: Counts,
        excluded: Rows,
        eligibility: Eligibility | None = None,
        told: list[Searched] | None = None,
    ) -> Hits:
        """The k nearest living items to each query, float32 [q, d].

        Args:
            queries: float32 [q, d].
            k: items a query; int64 [q] where they differ, and what is behind them means nothing.
            excluded: rows that must not be found, ascending without repeats.
            eligibility: what else may not be found; by default everything may.
            told: is told of searches by an engine.

        Raises:
            EngineAwayError: the engine does not answer, and there is no index beside it.
        """
        if self.engine is not None:
            asked = self.engine(queries, k, excluded, eligibility)
            if asked is not None:
                found, account = asked
                if told is not None:
                    told.append(account)
                unsettled = self.engine.changes.unsettled()
                return self._with_changed(found, (queries, k), (excluded, eligibility), unsettled)
        in_base = excluded[excluded < len(self.snapshot.items.ids)]
        found = self._measured(queries, k, in_base, self._allowances(eligibility))
        return self._with_changed(found, (queries, k), (excluded, eligibility))

    def _with_changed(
        self,
        found: Hits,
        asked: tuple[Vectors, Counts],
        left_out: tuple[Rows, Eligibility | None],
        among: Rows | None = None,
    ) -> Hits:
        """The best of what was found and of what changed since the snapshot, or of some rows of that."""
        (queries, k), (excluded, eligibility) = asked, left_out
        if not len(self._live) or (among is not None and not len(among)):
            return found

        def kept(rows: Rows) -> NDArray[np.bool_]:
            keep = self.alive[rows] & ~np.isin(rows, excluded)
            keep = keep if among is None else keep & np.isin(rows, among)
            return keep if eligibility is None else keep & eligibility.covers(self, rows)

        most = k if isinstance(k, int) else int(k.max(initial=0))
        changed = self._live.search(queries, most, least_found(found, k), kept, self.id_order.of)
        return union(found, changed, most, self.id_order) if changed.rows.size else found

    def _measured(self, queries: Vectors, k: Counts, excluded: Rows, allowance: Allowance | None) -> Hits:
        """What the snapshot's index finds; the gauge may look at how much that is."""
        found = self.snapshot.index.search(queries, k, excluded, allowance)
        if self.gauge is not None:
            allowed = allowance.rows if allowance else None
            self.gauge.offer(self.snapshot.vectors.index, (queries, k), excluded, found.scores, allowed)
        return found

    def put(self, item: EncodedItem) -> Row:
        """Add an item or replace the one of the same id; effective at once."""
        document = item.document
        row = int(self._rows_ever_known((document.item_id,))[0])
        row = len(self) if row == UNKNOWN else row
        self._learn_tags(item)
        self._changed[row] = document
        self._told.pop(row, None)
        self._learned.pop(row, None)
        self.lexicon.put(row, document)
        if row >= len(self.snapshot.items.ids) and document.item_id not in self._added:
            self._added[document.item_id] = row
            self.id_order.add(document.item_id)
        content = self._kept(self._content(item))
        for column, value in (*self._values(item, content), *self._vectors(content, row)):
            column.put(row, value)
        self.attributes.put(row, document.attributes)
        self._live.put(row, self.index.at(row))
        self._put_in_order(row)
        self.changes.note(self.copies.put(row, text_key(document)).tolist())
        self._take_out(row)
        return Row(row)

    def _open_orders(self, items: Items) -> None:
        self._by_age, self._by_topic = RowOrder(-items.published_at), RowOrder(items.topics)
        self.item_tags = LiveCodes(items.tags)
        self.changed = LiveColumn(np.zeros(len(items.ids), dtype=np.bool_))
        """Whether each row was added or replaced since the snapshot."""

    def _put_in_order(self, row: int) -> None:
        self.item_tags.put(row, [self.tag_words.code(tag) for tag in self._changed[row].tags])
        self._by_age.put(row, -int(self.published_at.at(row)))
        self._by_topic.put(row, int(self.topics.at(row)))

    def delete(self, row: Row) -> None:
        """Take an item out of every answer; its row is not used again."""
        self._by_age.drop(int(row))
        self._by_topic.drop(int(row))
        self.alive.put(row, np.False_)
        self._take_out(int(row))

    def _take_out(self, row: int) -> None:
        """A row is not what the snapshot's index says of it."""
        self.changes.note([row])
        if self.engine is not None:
            self.engine.note(row)
        self.__dict__.pop("_columns", None)
        if row < len(self.snapshot.items.ids):
            self._allowances.take_out(row)

    def newest(self, now: float, count: int, asked: AskedItems | None = None) -> Rows:
        """The `count` rows published last before `now`, newest first; ties by row; none whose date is not known.

        With `asked`, of the items that a filter asks for.
        """
        if asked is not None:
            return self._newest_asked(now, count, asked)
        return self._by_age.between(math.ceil(-now), -UNDATED, count)

    def _newest_asked(self, now: float, count: int, asked: AskedItems) -> Rows:
        """From ever more of the newest of all; where few are asked for, from all of these."""
        if asked.count <= _FEW * count:
            times = self.published_at[asked.listed]
            order = np.lexsort((asked.listed, -times))
            return asked.listed[order[(times[order] <= now) & (times[order] > UNDATED)]][:count]
        looked_at = count
        while True:
            looked_at *= _FEW
            newest = self.newest(now, looked_at)
            found = asked.among(newest)
            if len(found) >= count or len(newest) < looked_at:
                return found[:count]

    def published_since(self, since: float, now: float) -> Rows:
        """All rows published between two moments, newest first."""
        return self._by_age.between(math.ceil(-now), min(math.floor(-since) + 1, -UNDATED))

    def rows_of_topic(self, topic: int) -> Rows:
        """All rows of one topic, ascending."""
        return self._by_topic.between(topic, topic + 1)

    def rows_of_topics(self, topics: NDArray[np.int64]) -> tuple[Rows, NDArray[np.int64]]:
        """(rows, the start and the end in them of those of each topic, int64 [n, 2])."""
        return self._by_topic.groups(topics)

    def rows_by(self, user_id: str) -> Rows:
        """Rows of which a person is the provider or the author, ascending; deleted ones may be among them."""
        provider, author = self.provider_words.code(user_id), self.author_words.code(user_id)
        if provider == author == MISSING:
            return np.empty(0, dtype=np.int32)
        rows = np.arange(len(self), dtype=np.int32)
        mine = (self.providers[rows] == provider) & (provider != MISSING)
        mine |= (self.authors[rows] == author) & (author != MISSING)
        return np.flatnonzero(mine).astype(np.int32)

    def _read_topics(self) -> None:
        self.subjects = Topics(self.snapshot)
        self.topic_names, self.topic_slugs = self.subjects.names, self.subjects.slugs
        self.topic_centroids, self.unread_topic = self.subjects.middles, len(self.topic_names) - 1

    def slug_of(self, item_id: str) -> str | None:
        """Slug of the topic of an item, if the catalogue has the item."""
        row = self.row(item_id)
        return self.topic_slugs[int(self.topics.at(row))] if row >= 0 else None

    def changed_rows(self) -> Rows:
        """Rows added or replaced since the snapshot, deleted ones left out, ascending."""
        return np.flatnonzero(self.changed.all() & self.alive.all()).astype(np.int32)

    def has_behaviour(self, row: int) -> bool:
        """Whether people's behaviour taught anything of an item: its engage vector is not just promised by content."""
        if not self.space.has_behaviour or row >= len(self.snapshot.items.ids):
            return False
        if row not in self._learned:
            promised = self.space.engage_of(self.content.at(row)[None])[0]
            rounding = _ROUNDING if self.content.whole else _ROUNDING_OF_HALVES * np.abs(promised).max()
            self._learned[row] = bool(np.abs(self.engage.at(row) - promised).max() > rounding)
        return self._learned[row]

    def _learn_tags(self, item: EncodedItem) -> None:
        for tag in item.document.tags:
            if self.tag_words.code(tag) < 0:
                self.tag_vectors.put(self.tag_words.add(tag), item.tags[tag])

    def _content(self, item: EncodedItem) -> Vectors:
        """An item that the encoder could not read is known by its tags."""
        if item.content.any():
            return item.content
        codes = [self.tag_words.code(tag) for tag in item.document.tags]
        return vector_of_tags(self.tag_vectors[np.array(codes, dtype=np.int32)])

    def _values(self, item: EncodedItem, content: Vectors) -> Iterator[tuple[LiveColumn[Any], Any]]:
        document = item.document
        expires = document.expires_at
        yield self.alive, np.True_
        yield self.changed, np.True_
        yield self.published_at, published(document)
        yield self.expires_at, int(expires.timestamp()) if expires else NEVER
        yield self.formats, self.format_words.add(document.format)
        yield self.languages, self.language_words.add(document.language)
        yield self.providers, self.provider_words.add(document.provider)
        yield self.authors, self.author_words.add(author_of(document))
        yield self.words, word_count(document.text)
        yield self.topics, self.subjects.of(content)
        yield self.sensitive, self._sensitive_bits(item)
        yield self.content, content

    def _vectors(self, vector: Vectors, row: int) -> Iterator[tuple[LiveColumn[Any], Any]]:
        """A changed item keeps what was learned of its behaviour; where nothing was, it follows from the content."""
        if self.engage is self.content:
            return
        content, space = vector[None], self.space
        if self.has_behaviour(row):
            for column in (self.engage, self.index):
                yield column, space.join(content, column.at(row)[None, space.content_dimension :])[0]
        else:
            yield self.engage, space.join(content, self._kept(content @ space.engage_map))[0]
            yield self.index, space.join(content, self._kept(content @ space.index_map))[0]

    def _kept(self, vectors: Vectors) -> Vectors:
        """What is left of them in the precision of the snapshot, so that equal items are equal whenever they came."""
        return vectors if self.content.whole else halved(vectors)

    def _sensitive_bits(self, item: EncodedItem) -> np.uint64:
        """By what is declared, what the tags imply, and what the classifier of the snapshot suspects."""
        heads, document = self.snapshot.heads, item.document
        found = np.flatnonzero(heads.touched(item.content[None], np.array([len(document.content())]))[0])
        return self.sensitive_topics.bits_of_item(document, (heads.names[topic] for topic in found))
