"""Wording: message catalogues of gettext's format, and the words of a label in the person's language.

The packaged catalogues are read first, then the operator's, message by message, so that a file with one message changes
one message. A message that a language lacks is said in English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.pofile import PoFileError, read_po

from app.pipeline.labels.settings import LabelSettings

PACKAGED = Path(__file__).parent
ENGLISH = "en"
ABOUT_AN_ITEM = frozenset({"item", "title", "tag", "verb"})
"""What can be filled into a message about an item that the person did something with."""


class WordingError(ValueError):
    """A message catalogue cannot be read, or a message in it cannot be filled in."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The messages of one language, by name."""

    language: str
    messages: Mapping[str, str]

    def say(self, *names: str, **fields: str) -> str:
        """The first of the named messages that exists, filled in."""
        found = next(self.messages[name] for name in names if name in self.messages)
        return found.format_map(fields)


class Wording:
    """All languages.

    Raises:
        WordingError: a catalogue is damaged, or has a message or a placeholder that no label knows, or the default
            language has no catalogue.
    """

    def __init__(self, settings: LabelSettings) -> None:
        folders = [PACKAGED] + ([settings.folder] if settings.folder else [])
        languages: dict[str, dict[str, str]] = {}
        for file in (file for folder in folders for file in _files(folder)):
            languages.setdefault(file.stem.lower(), {}).update(_checked(file, read(file)))
        english = languages[ENGLISH]
        self._phrases = {name: Phrases(name, english | messages) for name, messages in languages.items()}
        if settings.language not in self._phrases:
            raise WordingError(f"labels have no language {settings.language!r}: there are {sorted(self._phrases)}")
        self._default = self._phrases[settings.language]

    def phrases(self, preferred: Iterable[str]) -> Phrases:
        """The messages in the first of the preferred languages that there is, or else in the default one.

        A language of a region, such as de-at, is served by that of all regions, de.
        """
        wanted = (name for language in preferred for name in (language, language.partition("-")[0]))
        return next((self._phrases[name] for name in wanted if name in self._phrases), self._default)


def read(file: Path) -> dict[str, str]:
    """The translated messages of one catalogue, by name.

    Raises:
        WordingError: it is no catalogue.
    """
    try:
        with file.open("rb") as stream:
            catalogue = read_po(stream, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise WordingError(f"{file}: {error}") from error
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}


def placeholders(message: str) -> set[str]:
    """The names in braces.

    Raises:
        ValueError: the braces do not match.
    """
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise WordingError(f"{folder}, which should hold the words of labels, is no folder")
    return sorted(folder.glob("*.po"))


def _checked(file: Path, messages: dict[str, str]) -> dict[str, str]:
    """The same messages; English says which there are and what can be filled in."""
    known = {name: placeholders(message) for name, message in read(PACKAGED / f"{ENGLISH}.po").items()}
    for name, message in messages.items():
        if not _is_known(name, known):
            raise WordingError(f"{file}: no label is named {name!r}")
        allowed = ABOUT_AN_ITEM if name.startswith("because_you") else known[name]
        try:
            unknown = placeholders(message) - allowed
        except ValueError as error:
            raise WordingError(f"{file}: {name!r}: {error}") from error
        if unknown:
            raise WordingError(f"{file}: {name!r} has {sorted(unknown)}, and only {sorted(allowed)} can be filled in")
    return messages


def _is_known(name: str, known: Mapping[str, set[str]]) -> bool:
    return name in known or name.startswith("because_you.")
