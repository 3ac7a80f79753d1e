"""XML files: feeds, read whole by feedparser, and product feeds, read an entry at a time.

Nothing outside the file is ever fetched: entities that a document defines are refused (defusedxml), and feedparser is
given bytes whose document type it strips.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from xml.etree.ElementTree import Element, ParseError

import feedparser
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from app.imports.kinds import Row
from app.imports.text_files import packed, reading
from indexer.readers import FileRow, InputFileError

MAX_FEED_BYTES: Final = 256 * 1024 * 1024
"""Bytes of a feed, which is read at once; a product feed may be of any size."""
_MERCHANT: Final = "{http://base.google.com/ns/1.0}"
_ENTRIES: Final = frozenset({"item", "entry"})


@dataclass(frozen=True, slots=True)
class Products:
    """A feed of products, in the names of Google Merchant Center."""

    path: Path

    def __str__(self) -> str:
        return "XML, a feed of products"

    def rows(self) -> Iterator[FileRow]:
        """The entries; a row's number is its place.

        Raises:
            InputFileError: the damaged place is reached.
        """
        try:
            with reading(self.path), _opened(self.path) as file:
                for number, entry in enumerate(_entries(file), start=1):
                    yield FileRow(number, _product(entry))
        except ParseError as error:
            raise InputFileError(f"{self.path} cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of articles.

    Attributes:
        path: the file.
        version: what feedparser takes it for, such as rss20; empty where it cannot tell.
        feed: what it says of itself.
        entries: its entries.
    """

    path: Path
    version: str
    feed: Any
    entries: list[Any]

    def __str__(self) -> str:
        return f"XML, a feed ({self.version})" if self.version else "XML"

    def rows(self) -> Iterator[FileRow]:
        """The entries; a row's number is its place."""
        for number, entry in enumerate(self.entries, start=1):
            yield FileRow(number, dict(entry))


XmlFile = Products | Feed


def xml_file(path: Path) -> XmlFile:
    """What an XML file is found to be.

    Raises:
        InputFileError: it is damaged, or no feed.
    """
    if _has_products(path):
        return Products(path)
    with reading(path), _opened(path) as file:
        text = file.read(MAX_FEED_BYTES)
    if not text.strip():
        raise InputFileError(f"{path} is empty")
    found = feedparser.parse(text)
    if not found.entries and not found.version:
        raise InputFileError(f"{path} is no feed: {found.get('bozo_exception') or 'it has no entries'}")
    return Feed(path, found.version, found.feed, list(found.entries))


def _has_products(path: Path) -> bool:
    """Whether the first entry has fields of Merchant Center; a feed that is not well formed is left to feedparser."""
    try:
        with reading(path), _opened(path) as file:
            for _, element in iterparse(file, ("end",)):
                if _name(element) in _ENTRIES:
                    return any(child.tag.startswith(_MERCHANT) for child in element)
    except DefusedXmlException as error:
        raise InputFileError(f"{path} defines entities of its own, which are not read: {error}") from error
    except ParseError:
        pass
    return False


def _entries(file: IO[bytes]) -> Iterator[Element]:
    """Every entry, which is let go once the next one is asked for, so that memory does not grow with the file."""
    opened: list[Element] = []
    for step, element in iterparse(file, ("start", "end")):
        if step == "start":
            opened.append(element)
            continue
        opened.pop()
        if _name(element) in _ENTRIES:
            yield element
            if opened:
                opened[-1].remove(element)


def _product(entry: Element) -> Row:
    """The fields of an entry by name; what is there several times is a list."""
    found: Row = {}
    for child in entry:
        name = _name(child)
        text = " ".join("".join(child.itertext()).split()) or child.get("href", "")
        if text and name in found:
            before = found[name]
            found[name] = [*before, text] if isinstance(before, list) else [before, text]
        elif text:
            found[name] = text
    return found


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if packed(path) else path.open("rb")  # type: ignore[return-value]
