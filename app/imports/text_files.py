"""Text files as they come: packed or not, in UTF-8 unless they or somebody say otherwise."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from indexer.readers import InputFileError

BEGINNING: Final = 1 << 20
"""Characters by which a file is judged."""
_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DAMAGED: Final = (EOFError, OSError, zlib.error)


def packed(path: Path) -> bool:
    """Whether a file is to be unpacked."""
    return path.suffix.lower() == ".gz"


def encoding_of(path: Path, said: str | None) -> str:
    """By what a text file is decoded: as somebody said, as its mark says, or UTF-8."""
    if said is not None:
        return said
    with reading(path), _bytes_of(path) as file:
        beginning = file.read(4)
    return next((name for mark, name in _MARKS if beginning.startswith(mark)), "utf-8-sig")


def beginning_of(path: Path, encoding: str) -> str:
    """The first characters, up to the end of a line where there is one."""
    with open_text(path, encoding) as file:
        text = file.read(BEGINNING)
    return text if len(text) < BEGINNING else text[: text.rfind("\n") + 1] or text


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[IO[str]]:
    """A text file with its own ends of lines.

    Raises:
        InputFileError: it is damaged, or is not written in this encoding.
    """
    with reading(path):
        unpacked = gzip.open if packed(path) else Path.open
        with unpacked(path, "rt", encoding=encoding, newline="") as file:
            yield file


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell what goes wrong within by the name of a file.

    Raises:
        InputFileError: something does.
    """
    try:
        yield
    except UnicodeError as error:
        raise InputFileError(
            f"{path} is not written in UTF-8 (or in what --encoding says): name its encoding, such as --encoding cp1252"
        ) from error
    except _DAMAGED as error:
        raise InputFileError(f"{path} cannot be read: {error}") from error


def _bytes_of(path: Path) -> IO[bytes]:
    return gzip.open(path) if packed(path) else path.open("rb")  # type: ignore[return-value]
