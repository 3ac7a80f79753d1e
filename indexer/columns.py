"""Items become columns: what a snapshot holds of each document, by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.copies import Copies
from indexer.documents import ItemDocument
from indexer.item_texts import word_count
from indexer.sensitive.item_topics import ItemTopics
from indexer.snapshot import NEVER, UNDATED, ItemColumns, Vocabulary
from indexer.topics import Topics
from models.columns import CodesColumn, StringColumn
from models.ids import IdMap
from models.words import Words


def vocabulary_of(
    items: Sequence[ItemDocument], tags: Sequence[str], topics: Topics, sensitive: Sequence[ItemTopics]
) -> Vocabulary:
    """Every word that the columns refer to by code; `tags` in the order of their vectors."""
    return Vocabulary(
        tags=tuple(tags),
        formats=_words(item.format or "" for item in items),
        languages=_words(item.language or "" for item in items),
        providers=_words(item.provider or "" for item in items),
        sensitive_topics=_words(
            topic for each in sensitive for topic in (*each.certain, *each.suspected, *each.worth_a_look)
        ),
        topic_names=tuple(topics.names),
        topic_slugs=tuple(topics.slugs),
        authors=_words(author_of(item) for item in items),
    )


def build_columns(
    items: Sequence[ItemDocument],
    vocabulary: Vocabulary,
    topics: NDArray[np.int32],
    sensitive: Sequence[ItemTopics],
    copies: Copies,
) -> ItemColumns:
    """Columns of `items`, in their order; ids unique. `sensitive`: the sensitive topics of each."""
    tags, sensitive_words = Words(vocabulary.tags), Words(vocabulary.sensitive_topics)
    return ItemColumns(
        ids=IdMap.build([item.item_id for item in items]),
        documents=StringColumn.build([item.model_dump_json(exclude_none=True) for item in items]),
        titles=StringColumn.build([item.headline() for item in items]),
        tags=CodesColumn.build([[tags.code(tag) for tag in item.tags] for item in items]),
        sensitive=CodesColumn.build([[sensitive_words.code(topic) for topic in each.certain] for each in sensitive]),
        worth_a_look=CodesColumn.build(
            [[sensitive_words.code(topic) for topic in each.worth_a_look] for each in sensitive]
        ),
        suspected=CodesColumn.build([[sensitive_words.code(topic) for topic in each.suspected] for each in sensitive]),
        published_at=np.array([published(item) for item in items], dtype=np.int64),
        expires_at=np.array(
            [int(item.expires_at.timestamp()) if item.expires_at else NEVER for item in items], dtype=np.int64
        ),
        formats=_codes(vocabulary.formats, (item.format or "" for item in items)),
        languages=_codes(vocabulary.languages, (item.language or "" for item in items)),
        providers=_codes(vocabulary.providers, (item.provider or "" for item in items)),
        topics=topics,
        authors=_codes(vocabulary.authors, (author_of(item) for item in items)),
        copies=copies.labels,
        texts=copies.texts,
        words=np.array([word_count(item.text) for item in items], dtype=np.int32),
    )


def author_of(item: ItemDocument) -> str:
    """Who wrote an item, as `attributes.author_id` says; "" where it does not."""
    author = item.attributes.get("author_id")
    return str(author) if isinstance(author, str | int) else ""


def published(item: ItemDocument) -> int:
    """Seconds since 1970, or UNDATED."""
    return int(item.published_at.timestamp()) if item.published_at else UNDATED


def _words(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word for word in words if word}))


def _codes(words: Sequence[str], values: Iterable[str]) -> NDArray[np.int32]:
    codes = Words(words)
    return np.array([codes.code(value) for value in values], dtype=np.int32)
