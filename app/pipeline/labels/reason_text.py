"""The words of a reason."""

from __future__ import annotations

import re
from functools import lru_cache

from app.pipeline.labels.wording import Phrases
from app.pipeline.slate import Reason
from indexer.dates import is_date


def label(phrases: Phrases, reason: Reason, *, exploration: bool) -> str:
    """What a person reads.

    Args:
        phrases: in their language.
        reason: the first of an item's.
        exploration: whether the item lies outside the person's established interests.
    """
    return phrases.say(
        *_messages(reason, exploration=exploration),
        tag=displayed(reason.tag) if reason.tag else reason.title or "",
        verb=reason.verb or "",
        title=reason.title or "",
        topic=_listed(reason.topic or ""),
        border=_listed(reason.border or ""),
    )


@lru_cache(maxsize=4096)
def displayed(name: str) -> str:
    """A tag or topic as people read it: "sci-fi" becomes "Sci-Fi", "3d printing" becomes "3d Printing"."""
    return re.sub(r"(^|[\s-])([^\W\d_])", lambda match: match[1] + match[2].upper(), name)


def _listed(topic: str) -> str:
    """The name of a topic within a sentence, less the number that tells it from its namesake.

    >>> [_listed(name) for name in ("War, 1970s", "Musical, Animation", "Drama (2)", "1960s, 1970s")]
    ['1970s War', 'Musical & Animation', 'Drama', '1960s & 1970s']
    """
    terms = re.sub(r" \(\d+\)$", "", topic).split(", ")
    dates, things = [term for term in terms if is_date(term)], [term for term in terms if not is_date(term)]
    return " ".join([*dates, " & ".join(things)]) if things else " & ".join(dates)


def _messages(reason: Reason, *, exploration: bool) -> tuple[str, ...]:
    if reason.code == "because_you" or reason.link == "behaviour":
        return f"because_you.{reason.verb}", "because_you"
    if reason.code == "stated_preference" and reason.tag:
        return ("stated_preference.tag",)
    if reason.code == "explore":
        return (_of_topic(reason, exploration=exploration),)
    return (reason.code,)


def _of_topic(reason: Reason, *, exploration: bool) -> str:
    if not exploration:
        return "topic" if reason.topic else "variety"
    if reason.topic and reason.border:
        return "explore.near"
    return "explore.topic" if reason.topic else "explore"
