"""Warnings about what a person states: names that nothing in the catalogue bears, and the nearest that something does.

They are no errors, since what is named may come later. A goal that the encoder cannot read is told as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from app.serving.catalogue import Catalogue
from app.serving.person import Person, StatedVectors
from indexer.documents import UserDocument
from indexer.languages import accepted, specific
from models.words import Words

_LENGTHS_APART: Final = 3
"""Characters by which a name that was meant may be longer or shorter."""
_ALIKE: Final = 0.7
"""Likeness of two names, as difflib measures it, from which one may have been meant by the other."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Names of one kind: what to say where nothing bears a name, which there are, and whether one is among them."""

    message: str
    names: Sequence[str]
    known: Callable[[str], bool]


def profile_warnings(catalogue: Catalogue, person: Person | None) -> list[dict[str, Any]]:
    """For each name that nothing bears: `field`, `value`, `message` and, where one is near, `did_you_mean`."""
    if person is None or person.explicit is None:
        return []
    return [*_unread(person.explicit.goals, person.stated), *_warnings(catalogue, person.explicit)]


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The name that may have been meant by another, whatever the case."""
    said = name.casefold()
    folded = {each.casefold(): each for each in names if abs(len(each) - len(said)) <= _LENGTHS_APART}
    near = {each for each in folded if each[:1] == said[:1] or each[1:2] == said[1:2]}
    found = get_close_matches(said, sorted(near), n=1, cutoff=_ALIKE)
    return folded[found[0]] if found else None


def _unread(goals: Sequence[str], stated: StatedVectors | None) -> Iterator[dict[str, Any]]:
    message = "the encoder cannot read this: it states nothing"
    for place, goal in enumerate(goals):
        if stated is None or goal in stated.unread:
            yield {"field": f"goals.{place}", "value": goal, "message": message}


def _warnings(catalogue: Catalogue, explicit: UserDocument) -> Iterator[dict[str, Any]]:
    kinds = _kinds(catalogue)
    for group, stated in (("preferences", explicit.preferences), ("muted", explicit.muted)):
        for field, values in stated.model_dump().items():
            kind = kinds[field]
            for place, value in enumerate(values):
                if not kind.known(value):
                    near = nearest(value, kind.names)
                    told = {"field": f"{group}.{field}.{place}", "value": value, "message": kind.message}
                    yield {**told, "did_you_mean": near} if near else told


def _kinds(catalogue: Catalogue) -> dict[str, _Kind]:
    """By the field of a profile."""
    topics = _Kind(
        "the catalogue has no topic of this slug or name",
        [*catalogue.topic_slugs, *filter(None, catalogue.topic_names)],
        lambda name: len(catalogue.subjects.named([name])) > 0,
    )
    languages = [name for name in catalogue.language_words.names if specific(name)]
    return {
        "tags": _of_words("no item bears this tag", catalogue.tag_words),
        "topics": topics,
        "less_of": topics,
        "providers": _of_words("no item has this provider", catalogue.provider_words),
        "formats": _of_words("no item has this format", catalogue.format_words),
        "languages": _Kind(
            "no item is in this language", languages, lambda name: bool(accepted([name], languages).any())
        ),
    }


def _of_words(message: str, words: Words) -> _Kind:
    return _Kind(message, words.names, lambda name: words.code(name) >= 0)
