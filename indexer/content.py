"""What the encoder reads of an item, and the hash under which its vector is kept."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

MAX_CONTENT = 4_000
"""Characters of an item that the encoder reads; all-MiniLM-L6-v2 stops after some 1,200 of them."""
MAX_HEADLINE = 80
"""Characters of a headline that is taken from a text."""


def compose(title: str, tags: Sequence[str], text: str) -> str:
    """Title, tags and text on lines of their own, without what is said twice.

    A title with which the text begins, and tags that title or text mention, are left out. Tags stand before the text
    because encoders cut long input at its end.

    Args:
        title: may be empty.
        tags: in lower case.
        text: may be empty.
    """
    body = text.strip()[:MAX_CONTENT]
    mentioned = f"{title}\n{body}".lower()
    unmentioned = ", ".join(tag for tag in tags if not _mentions(mentioned, tag))
    heading = "" if _begins_with(body, title) else title
    return "\n".join(part for part in (heading, unmentioned, body) if part)[:MAX_CONTENT]


def content_hash(content: str) -> str:
    """32 hexadecimal digits (BLAKE2b, 128 bits)."""
    return blake2b(content.encode(), digest_size=16).hexdigest()


def headline(title: str, text: str) -> str:
    """The title or, where there is none, the first words of the text."""
    if title:
        return title
    words = " ".join(text[: 4 * MAX_HEADLINE].split())
    return words if len(words) <= MAX_HEADLINE else f"{words[:MAX_HEADLINE].rsplit(' ', 1)[0]}…"


def _begins_with(text: str, title: str) -> bool:
    return text[: len(title)].lower() == title.lower() and not text[len(title) : len(title) + 1].isalnum()


def _mentions(text: str, words: str) -> bool:
    """Whether `words` stand in `text` on their own, not as a part of longer words."""
    start = text.find(words)
    while start >= 0:
        end = start + len(words)
        if not text[max(start - 1, 0) : start].isalnum() and not text[end : end + 1].isalnum():
            return True
        start = text.find(words, start + 1)
    return False
