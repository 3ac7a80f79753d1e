"""Labelled files: one JSON object a line, with a text and the sensitive topics that it touches.

{"title": "...", "text": "...", "sensitive_topics": ["religion"]}    or    {"text": "...", "label": "religion"}

A title, if there is one, is read as that of an item is. A text that touches nothing has an empty list, or no label.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from indexer.content import compose, content_hash
from indexer.embeddings import EmbeddingCache, embed
from indexer.progress import Progress
from indexer.sensitive.trained_heads import LabelledTexts
from models.encoder import Encoder


class LabelledFileError(ValueError):
    """The file is missing, or a line of it is not a labelled text."""


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One text and what it touches."""

    content: str
    topics: tuple[str, ...]


def read_labelled(path: Path) -> list[LabelledRow]:
    """The rows of an NDJSON file, gzipped or not.

    Raises:
        LabelledFileError: it is missing, or a line is not as described above.
    """
    try:
        written = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except OSError as error:
        raise LabelledFileError(f"{path}: {error}") from error
    return [_row(path, number, line) for number, line in enumerate(written.splitlines(), start=1) if line.strip()]


def embed_rows(
    rows: Sequence[LabelledRow], encoder: Encoder, cache: EmbeddingCache, progress: Progress
) -> LabelledTexts:
    """The rows as vectors, from the cache where they were embedded before."""
    texts = [row.content for row in rows]
    vectors = embed(texts, [content_hash(text) for text in texts], encoder, cache, progress=progress)
    named = sorted({topic for row in rows for topic in row.topics})
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    return LabelledTexts(vectors, lengths, {name: np.array([name in row.topics for row in rows]) for name in named})


def first_half(count: int) -> NDArray[np.bool_]:
    """Bool [count]: a random half of a file, the same at every run."""
    return np.asarray(np.random.default_rng(0).permutation(count) < count // 2)


def part_of(texts: LabelledTexts, mask: NDArray[np.bool_]) -> LabelledTexts:
    """The texts for which `mask` holds."""
    touches = {name: truth[mask] for name, truth in texts.touches.items()}
    return LabelledTexts(texts.content[mask], texts.lengths[mask], touches)


def _row(path: Path, number: int, line: bytes) -> LabelledRow:
    try:
        row: dict[str, Any] = orjson.loads(line)
        label = row.get("label")
        topics = row.get("sensitive_topics", [label] if label else [])
        return LabelledRow(compose(row.get("title") or "", [], row["text"]), tuple(topics))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabelledFileError(f"{path}, line {number}: not a labelled text ({error})") from error
