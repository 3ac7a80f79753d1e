"""The lexical index (tantivy): which items bear which words in their title, tags or text.

Words are runs of letters and digits, in lower case and without accents, in any language alike. The index finds items
that may be meant; what they are worth to a query is for who asks (app/serving/text_search.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson
import tantivy

from models.ids import Rows

FUZZY_FROM: Final = 5
"""Letters of an unknown word from which one that differs by a letter stands for it."""
_TOKENIZER: Final = "words"
_LONGEST_WORD: Final = 64
_HEAP_BYTES: Final = 48_000_000
_FIELDS: Final = {"title": 3.0, "tags": 2.0, "body": 1.0}
"""Fields that are searched, and how much a word in each counts."""


@dataclass(frozen=True, slots=True)
class LexicalText:
    """What is indexed of one item."""

    title: str
    tags: Sequence[str]
    text: str

    @classmethod
    def of(cls, document: bytes | str, title: str) -> LexicalText:
        """Of an item as JSON, under the title that is shown."""
        fields = orjson.loads(document)
        return cls(title, fields.get("tags", ()), fields.get("text", ""))


class LexicalIndex:
    """Items by their words."""

    def __init__(self, index: tantivy.Index) -> None:
        index.register_tokenizer(_TOKENIZER, _analyzer())
        self._index = index
        self._writer: tantivy.IndexWriter | None = None
        self._changed = False

    @classmethod
    def in_memory(cls) -> LexicalIndex:
        """An empty index that grows."""
        return cls(tantivy.Index(_schema()))

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex | None:
        """The index of a folder; None of snapshots from before there was one."""
        return cls(tantivy.Index.open(str(folder))) if folder.is_dir() else None

    @classmethod
    def write(cls, folder: Path, items: Iterable[LexicalText]) -> None:
        """Index items, in the order of their rows, into a new folder."""
        folder.mkdir()
        made = cls(tantivy.Index(_schema(), path=str(folder)))
        for row, item in enumerate(items):
            made.put(row, item, new=True)
        made.close()

    def __len__(self) -> int:
        return int(self._searcher().num_docs)

    def put(self, row: int, item: LexicalText, *, new: bool = False) -> None:
        """Add an item, or replace it unless it is known to be `new`; searches find it from now on."""
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        if not new:
            self._writer.delete_documents_by_query(tantivy.Query.term_query(self._index.schema, "row", row))
        fields = {"row": row, "title": item.title, "tags": list(item.tags), "body": item.text}
        document = tantivy.Document.from_dict({**fields, "whole": sorted(_wholes(item.title))}, self._index.schema)
        self._writer.add_document(document)
        self._changed = True

    def close(self) -> None:
        """Write what is pending, and let the writer go."""
        if self._writer is not None:
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None

    def titled(self, words: Sequence[str], most: int) -> Rows:
        """Items whose title consists of just these words, brackets at its end aside."""
        return self._rows(tantivy.Query.term_query(self._index.schema, "whole", " ".join(words)), most)

    def mentioning(self, words: Sequence[str], most: int) -> Rows:
        """Items that bear some of the words, as many as may count for something, best by BM25."""
        found = [self._mentions(word) for word in words]
        return self._rows(tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in found]), most)

    def frequency(self, word: str) -> int:
        """About how many items bear a word: in whichever field most do, replaced ones still counted for a while."""
        searcher = self._searcher()
        return int(min(max(searcher.doc_freq(field, word) for field in _FIELDS), searcher.num_docs))

    def _mentions(self, word: str) -> tantivy.Query:
        query, schema = tantivy.Query, self._index.schema
        exact = [query.boost_query(query.term_query(schema, field, word), boost) for field, boost in _FIELDS.items()]
        if len(word) < FUZZY_FROM or self.frequency(word):
            return query.disjunction_max_query(exact)
        return query.disjunction_max_query(
            [query.boost_query(query.fuzzy_term_query(schema, name, word), boost) for name, boost in _FIELDS.items()]
        )

    def _rows(self, query: tantivy.Query, most: int) -> Rows:
        searcher = self._searcher()
        places = [place for _, place in searcher.search(query, most, count=False).hits]
        return np.array(searcher.fast_field_values("row", places) if places else [], dtype=np.int32)

    def _searcher(self) -> tantivy.Searcher:
        if self._changed and self._writer is not None:
            self._writer.commit()
            self._index.reload()
            self._changed = False
        return self._index.searcher()


def words_of(text: str) -> list[str]:
    """The words of a text as the index has them, in order.

    >>> words_of("Amélie's 2nd film")
    ['amelie', 's', '2nd', 'film']
    """
    return list(_ANALYZER.analyze(text))


def _wholes(title: str) -> Iterator[str]:
    """A title as one term, with and without what stands in brackets at its end."""
    yield " ".join(words_of(title))
    if title.rstrip().endswith((")", "]")):
        yield " ".join(words_of(title[: max(title.rfind("("), title.rfind("["), 0)]))


def _analyzer() -> tantivy.TextAnalyzer:
    filters: Iterable[tantivy.Filter] = (
        tantivy.Filter.remove_long(_LONGEST_WORD),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
    )
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


_ANALYZER: Final = _analyzer()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_text_field("whole", tokenizer_name="raw", index_option="basic")
    for field in _FIELDS:
        builder.add_text_field(field, tokenizer_name=_TOKENIZER, index_option="freq")
    return builder.build()
