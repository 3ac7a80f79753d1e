"""An items file as people have it, CSV or NDJSON, as rows with the fields of an items file."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

ENDINGS: Final = (".csv", ".csv.gz", ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "item_id": ("item_id", "sku", "movieId", "anime_id", "book_id", "id"),
    "title": ("title", "name"),
    "text": ("text", "description"),
    "language": ("language",),
    "format": ("format", "type"),
    "provider": ("provider", "brand"),
    "published_at": ("published_at",),
}
_TAGS: Final = ("tags", "genres", "genre", "category", "subcategory", "colour")
_SEPARATORS: Final = re.compile(r"[|,;]")


def read_table(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file; fields that a row does not have are left out."""
    for row in _csv(path) if ".csv" in path.suffixes else _json(path):
        found = {ours: row[name] for ours, names in _NAMES.items() for name in names[::-1] if row.get(name)}
        yield {**found, "item_id": str(found.get("item_id", "")), "tags": _tags(row)}


def _tags(row: Mapping[str, Any]) -> list[str]:
    tags: list[str] = []
    for name in _TAGS:
        value = row.get(name) or ""
        tags += value if isinstance(value, list) else _SEPARATORS.split(value)
    return [tag.strip() for tag in tags if tag.strip() and not tag.strip().startswith("(")]


def _csv(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def _json(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        yield from (orjson.loads(line) for line in lines)
