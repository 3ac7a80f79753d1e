"""What is said of a file beside its name: on the command line, or in a mapping file (TOML)."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError

from app.imports.kinds import Kind
from app.imports.times import Unit
from indexer.problems import problems
from indexer.readers import InputFileError
from models.config import Config

REST: Final = "*"
"""In place of a column: all that have no other place."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not the name of a time zone, such as Europe/Berlin") from error
    return name


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ValueError("is not the name of an encoding, such as cp1252") from error
    return name


class Wishes(Config):
    """How a file is to be read; what is left out is found out, or taken from its source."""

    source: str | None = None
    """The program or format that wrote it, by the name of one of `app.imports.sources`."""

    map: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Field -> the columns that it is taken from, in this order; `attributes.NAME` for an entry, `*` for the rest."""

    set: dict[str, str] = Field(default_factory=dict)
    """Field -> the value that all rows have."""

    types: dict[str, str] = Field(default_factory=dict)
    """A type of event as the file names it -> as Penchant does; empty leaves such rows out."""

    time_unit: Unit | None = None
    """Of numbers that stand for times: s, ms, us or ns since 1970."""

    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    """Of times that are written without an offset."""

    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    """Of a text file; UTF-8 (or UTF-16 with its mark) where absent."""

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    """Between the cells of a table."""

    decimal: Annotated[str, Field(pattern="^[.,]$")] | None = None
    """Sign before the decimals of numbers in a table."""


class MappingFile(Config):
    """Wishes for files of each kind, kept."""

    items: Wishes = Wishes()
    events: Wishes = Wishes()
    users: Wishes = Wishes()

    @classmethod
    def read(cls, path: Path) -> MappingFile:
        """That of a file.

        Raises:
            InputFileError: it is missing, or says what cannot be.
        """
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputFileError(f"{path} cannot be read: {error}") from error
        except ValidationError as error:
            raise InputFileError(f"{path}: {'; '.join(map(str, problems(error)))}") from error

    def of(self, kind: Kind) -> Wishes:
        """Those for one kind."""
        wishes: Wishes = getattr(self, kind.value)
        return wishes


def pairs(given: Iterable[str], option: str, *, last: bool = False) -> list[tuple[str, str]]:
    """What ``LEFT=RIGHT`` says, parted at the first sign of equality, or at the last.

    Raises:
        InputFileError: there is no sign of equality, or nothing before it.
    """
    split = [each.rpartition("=") if last else each.partition("=") for each in given]
    for text, (left, sign, _) in zip(given, split, strict=True):
        if not sign or not left.strip():
            raise InputFileError(f"{option} wants NAME=VALUE, not {text!r}")
    return [(left.strip(), right.strip()) for left, _, right in split]


def wishes_of(kept: Wishes, said: dict[str, object]) -> Wishes:
    """What is kept, with what is said now in its place, field by field and entry by entry.

    Raises:
        InputFileError: what is said cannot be.
    """
    stated = {name: value for name, value in said.items() if value not in (None, {}, ())}
    merged = {
        name: {**getattr(kept, name), **value} if isinstance(value, dict) else value for name, value in stated.items()
    }
    try:
        return Wishes.model_validate({**kept.model_dump(), **merged})
    except ValidationError as error:
        told = (f"{each.field.replace('_', '-')} {each.message}" for each in problems(error))
        raise InputFileError("; ".join(told)) from error
