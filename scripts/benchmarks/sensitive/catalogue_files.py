"""Catalogues without labels: what of them is withheld, to be read by whoever judges whether that is right.

One object a line (.ndjson, .jsonl, gzipped or not) or a table with a head (.csv, .tsv): a title (`title` or `name`), a
text (`text` or `description`), `tags`, and `sensitive_topics`, each if there is one.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from indexer.documents import ItemDocument
from indexer.embeddings import EmbeddingCache, embed
from indexer.progress import Progress
from indexer.sensitive.background import Background
from indexer.sensitive.classifier import adapted
from indexer.sensitive.item_topics import ItemTopics, touched_topics
from indexer.sensitive.settings import SensitiveSettings
from indexer.sensitive.taxonomy import load_taxonomy
from models.encoder import Encoder
from models.topic_heads import TopicHeads
from scripts.benchmarks.sensitive.labelled_texts import LabelledFileError

_SEPARATORS: Final = {".csv": ",", ".tsv": "\t"}
_ORDINARY: Final = {"format": "text", "language": "en", "published_at": "2024-01-01T00:00:00Z"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A catalogue as it is judged.

    Attributes:
        name: of its file.
        items: in order.
        topics: of each.
        scores: of each, the classifier's highest chance.
        classified: share of them that the classifier takes for sensitive.
    """

    name: str
    items: Sequence[ItemDocument]
    topics: Sequence[ItemTopics]
    scores: Sequence[float]
    classified: float

    def share(self, *attributes: str) -> float:
        """Share of the items that have a topic under any of these attributes of ItemTopics."""
        return float(np.mean([any(getattr(each, name) for name in attributes) for each in self.topics]))

    def told(self) -> Iterator[str]:
        """The shares, then every item that is withheld with every topic turned on, plainest first."""
        default, on = self.share("certain"), self.share("certain", "suspected")
        reported = self.share("suspected", "worth_a_look")
        yield (
            f"\n{self.name}: {len(self.items):,} items; withheld at the default {default:.2%}, "
            f"with every topic turned on {on:.2%}, by the classifier {self.classified:.2%}; "
            f"suspected of something {reported:.2%}"
        )
        for place in np.argsort(-np.array(self.scores), kind="stable").tolist():
            topics = self.topics[place]
            if named := (*topics.certain, *topics.suspected):
                yield f"  {self.scores[place]:.2f}  {', '.join(named):24}  {self.items[place].headline()}"


def judge(
    path: Path, heads: TopicHeads, encoding: tuple[Encoder, EmbeddingCache], settings: SensitiveSettings, say: Progress
) -> Judged:
    """The items of a file, judged as the build of an index judges them.

    Raises:
        LabelledFileError: the file is not a catalogue.
    """
    items, (encoder, cache) = read_catalogue(path), encoding
    texts = [item.content() for item in items]
    content = embed(texts, [item.content_hash() for item in items], encoder, cache, progress=say)
    background = Background(content, np.array([len(text) for text in texts], dtype=np.int64))
    fitted = adapted(heads, encoder, background, settings)
    topics = touched_topics(items, background, load_taxonomy(settings.taxonomy), fitted)
    scores = fitted.probabilities(content, background.lengths).max(axis=1, initial=0.0)
    classified = float(fitted.touched(content, background.lengths).any(axis=1).mean())
    return Judged(path.name, items, topics, scores.tolist(), classified)


def read_catalogue(path: Path) -> list[ItemDocument]:
    """The items of a file; rows that say nothing are left out.

    Raises:
        LabelledFileError: it is missing, or a row is not as described above.
    """
    try:
        written = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        rows = list(_rows(path.name.removesuffix(".gz"), written.decode("utf-8-sig")))
        items = [_item(number, row) for number, row in enumerate(rows)]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise LabelledFileError(f"{path}: not a catalogue ({error})") from error
    return [item for item in items if item is not None]


def _rows(name: str, text: str) -> Iterator[dict[str, Any]]:
    separator = _SEPARATORS.get(Path(name).suffix)
    if separator is not None:
        yield from csv.DictReader(text.splitlines(), delimiter=separator)
    else:
        yield from (orjson.loads(line) for line in text.splitlines() if line.strip())


def _item(number: int, row: dict[str, Any]) -> ItemDocument | None:
    title, text = (row.get(one) or row.get(other) or "" for one, other in (("title", "name"), ("text", "description")))
    if not (title.strip() or text.strip()):
        return None
    given: dict[str, Any] = {"item_id": str(number), "title": title, "text": text, "tags": _list(row.get("tags"))}
    if row.get("sensitive_topics") is not None:
        given["sensitive_topics"] = _list(row["sensitive_topics"])
    return ItemDocument.model_validate(given | _ORDINARY, strict=False)


def _list(words: list[str] | str | None) -> list[str]:
    parts = words.replace("|", ",").split(",") if isinstance(words, str) else words or []
    return [part.strip() for part in parts if part.strip()]
