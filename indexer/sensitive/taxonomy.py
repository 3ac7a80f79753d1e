"""The taxonomy: which topics are sensitive, in words, examples and tags. One TOML file, packaged or one's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexer.fields import Labels, Name
from indexer.problems import problems

PACKAGED: Final = Path(__file__).parent / "taxonomy.toml"
MAX_TOPICS: Final = 40
"""Of a taxonomy: each is one bit of 63, and items may declare topics besides."""

Phrases = Annotated[list[Name], Field(min_length=1)]


class TaxonomyError(ValueError):
    """The taxonomy cannot be read, or says what cannot be."""


class TopicEntry(BaseModel):
    """One sensitive topic."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: Name
    """What belongs to it."""

    examples: Phrases
    """What people write or read about it; the classifier learns from these."""

    tags: Labels = Field(default_factory=list)
    """Tags that put an item under it, in lower case."""

    ambiguous_tags: Labels = Field(default_factory=list)
    """Tags that do so only where the charter names the topic: ordinary catalogues use them for much else."""

    def phrases(self) -> list[str]:
        """All that is said of the topic, for the classifier."""
        return [self.description, *self.examples]


class Taxonomy(BaseModel):
    """All sensitive topics, and what is not sensitive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    everyday: Phrases
    """What is not sensitive: the classifier learns each topic against it."""

    topics: Annotated[dict[str, TopicEntry], Field(min_length=1, max_length=MAX_TOPICS)]
    """By name; names are labels: lower case, single spaces."""

    @property
    def names(self) -> tuple[str, ...]:
        """The topics in the order of the file."""
        return tuple(self.topics)

    def topics_of_tags(self) -> dict[str, list[str]]:
        """Tag -> topics under which it puts an item."""
        return _by_tag({name: topic.tags for name, topic in self.topics.items()})

    def topics_of_ambiguous_tags(self) -> dict[str, list[str]]:
        """The same of the tags that are ambiguous."""
        return _by_tag({name: topic.ambiguous_tags for name, topic in self.topics.items()})

    def phrases(self) -> list[str]:
        """All that is said of what is not sensitive and of each topic, in the order in which the classifier has it."""
        return [*self.everyday, *(phrase for topic in self.topics.values() for phrase in topic.phrases())]

    def digest(self) -> str:
        """16 hexadecimal digits that change with every word."""
        return blake2b(self.model_dump_json().encode(), digest_size=8).hexdigest()


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """The taxonomy of a file; without one, the packaged taxonomy.

    Raises:
        TaxonomyError: the file is missing, is no TOML, or says what cannot be.
    """
    place = path or PACKAGED
    try:
        written: dict[str, Any] = tomllib.loads(place.read_text(encoding="utf-8"))
        everyday = written.pop("everyday", [])
        return Taxonomy.model_validate({"everyday": everyday, "topics": written})
    except ValidationError as error:
        raise TaxonomyError(f"{place}: {'; '.join(str(each) for each in problems(error))}") from error
    except (OSError, ValueError) as error:
        raise TaxonomyError(f"{place}: {error}") from error


def unknown_topic(names: Iterable[str]) -> str:
    """What is wrong with a name that is none of these."""
    return f"is no sensitive topic; the topics are {', '.join(names)}"


def _by_tag(tags: dict[str, list[str]]) -> dict[str, list[str]]:
    implied: dict[str, list[str]] = {}
    for name, mine in tags.items():
        for tag in mine:
            implied.setdefault(tag, []).append(name)
    return implied
