"""Whether two items say the same: a key of what an item says, equal for equal texts.

Equal words are strong evidence where there are enough of them. A few words, or a title alone, are weak: two films are
called Hamlet, two books The Stranger, and a hundred pictures Untitled. There all else that is known has to agree.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b
from typing import Final

from indexer.documents import ItemDocument

SILENT: Final = 0
"""Key of an item that says too little to be the same as another."""
_ENOUGH: Final = 8
"""Words from which a text speaks for itself."""
_STUB: Final = 4
"""Words under which an item says next to nothing."""
_LEAST: Final = 2
_LOOKED_AT: Final = 2_000
"""Characters of a text that tell whether it says enough."""
_SIGNS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Kana and ideographs."""
_LETTERS_A_WORD: Final = 6
"""Where words are not divided by spaces, so many letters count as one."""


def text_key(item: ItemDocument) -> int:
    """64 bits: SILENT where an item says too little; odd where it is a stub, which only a few may share."""
    title, text = _plain(item.title), _plain(item.text)
    size = _size(f"{title} {text[:_LOOKED_AT]}")
    if text and size >= _ENOUGH:
        return _digest(["text", title, text], odd=False)
    stub = not text or size < _STUB
    if stub and size < _LEAST:
        return SILENT
    return _digest(["item", title, text, *_circumstances(item, stub=stub)], odd=stub)


def word_count(text: str) -> int:
    """How many words a reader has before them; each sign of Chinese or Japanese is one, as they are read as fast."""
    return len(_SIGNS.sub(" x ", text).split())


def words(text: str) -> list[str]:
    """The words of a text in small letters, without marks between them."""
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


def _plain(text: str) -> str:
    """In small letters and single spaces. Marks stay: a second season may be told by nothing else."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _size(text: str) -> int:
    each = set(words(text))
    return max(len(each), sum(map(len, each)) // _LETTERS_A_WORD)


def _circumstances(item: ItemDocument, *, stub: bool) -> Iterator[str]:
    """What else is known of an item; of one that says next to nothing, its day too."""
    yield from (str(item.provider), str(item.format), str(item.language), json.dumps(sorted(item.tags)))
    yield json.dumps(item.attributes, sort_keys=True)
    if stub:
        yield str(item.published_at)[:10]


def _digest(parts: list[str], *, odd: bool) -> int:
    digest = blake2b("\0".join(parts).encode(), digest_size=8).digest()
    key = int.from_bytes(digest, "little") & ~1 | odd
    return key or 2
