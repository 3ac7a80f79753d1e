"""The words of a reason."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from app.pipeline.labels.wording import Phrases
from app.pipeline.slate import Reason

MOST_TITLE: Final = 60
"""Characters of a title within a label; what is longer is cut between words."""
_BRACKETS: Final = re.compile(r"(?<=\S)\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*$")


def label(phrases: Phrases, reason: Reason, *, exploration: bool) -> str:
    """What a person reads.

    Args:
        phrases: in their language.
        reason: the first of an item's.
        exploration: whether the item lies outside the person's established interests.
    """
    title, tag = brief(reason.title or ""), displayed(reason.tag or "")
    both = "item.tagged" if title and tag else "item"
    return phrases.say(
        *_messages(reason, exploration=exploration),
        item=phrases.say(both, title=title, tag=tag) if title else tag,
        tag=tag or title,
        verb=reason.verb or "",
        title=title,
        topic=tag,
    )


@lru_cache(maxsize=4096)
def displayed(name: str) -> str:
    """A tag as people read it: "sci-fi" becomes "Sci-Fi", "3d printing" becomes "3d Printing"."""
    return re.sub(r"(^|[\s-])([^\W\d_])", lambda match: match[1] + match[2].upper(), name)


@lru_cache(maxsize=4096)
def brief(title: str) -> str:
    """A title within a sentence: without brackets at its end, and not too long.

    >>> brief("The Hunger Games (The Hunger Games, #1)"), brief("(500)"), brief("word " * 20)
    ('The Hunger Games', '(500)', 'word word word word word word word word word word word word…')
    """
    plain = _BRACKETS.sub("", title).strip() or title
    if len(plain) <= MOST_TITLE:
        return plain
    return f"{plain[:MOST_TITLE].rsplit(' ', 1)[0].rstrip(' ,.;:-')}…"


def _messages(reason: Reason, *, exploration: bool) -> tuple[str, ...]:
    if reason.code == "because_you" or (reason.code == "similar_to" and reason.link != "content"):
        return f"because_you.{reason.verb}", "because_you"
    if reason.code == "stated_preference":
        return (f"stated_preference.{'tag' if reason.tag else reason.verb}", "stated_preference")
    if reason.code == "explore":
        return (_of_topic(reason, exploration=exploration),)
    return (reason.code,)


def _of_topic(reason: Reason, *, exploration: bool) -> str:
    if reason.different:
        return "explore.topic" if reason.tag else "explore"
    if not reason.tag:
        return "variety"
    return "variety.tag" if exploration else "topic"
