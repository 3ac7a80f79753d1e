"""Byte search: looks for a person's id in every byte of every file of a folder, as whoever found the disk could.

The id is looked for in the forms of `forms_of`, in files as they are and in what gzip, bzip2, xz, zip and Parquet files
hold. What is packed otherwise is named, since it was not looked into. The database is written without compression of
texts, so that its file, the blocks in it that are free, and its write-ahead log are looked through like any other file.
"""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import json
import lzma
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final
from unicodedata import normalize
from urllib.parse import quote

_LEAST_IN_BASE64: Final = 6
"""Bytes of an id from which it is looked for within Base64."""
_CHUNK: Final = 4 * 1024 * 1024
_PACKED: Final[dict[bytes, Callable[[Any], Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
OF_ITEMS: Final = tuple(f'"{name}":{space}"'.encode() for name in ("provider", "author_id") for space in ("", " "))
"""What stands before the name of who provides or wrote an item, in the item as JSON."""
_COLUMNS_OF_ITEMS: Final = frozenset({"provider", "providers", "author_id"})
"""Columns of tables that hold such names: of items, and of answers that were served."""
SNAPSHOTS: Final = "snapshots"
_UNREADABLE: Final = {
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"Salted__": "encrypted by OpenSSL",
    b"age-encr": "encrypted by age",
}
"""How files begin that are packed or encrypted in a way that this cannot undo."""
LEXICAL: Final = "lexical"
"""Folder of a snapshot's index of words, which is packed and holds items only."""
_ZIP: Final = b"PK\x03\x04"
_PARQUET: Final = b"PAR1"


@dataclass(frozen=True, slots=True)
class Hit:
    """Where an id was found: in which file or part of a file, how often, and how often of these in an item."""

    place: str
    times: int
    in_items: int = 0


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep looked through, what it found, and what it could not look into."""

    files: int
    bytes: int
    hits: tuple[Hit, ...]
    unseen: tuple[str, ...] = ()


def sweep(folder: Path, user_id: str, without: Path | None = None) -> Swept:
    """Look for an id in every file below a folder, but for what is below another.

    A file that goes while this looks, as the database's log does, holds nothing any more.
    """
    forms = forms_of(user_id)
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and (without is None or without not in path.parents)
    )
    hits: list[Hit] = []
    unseen: list[str] = []
    size = 0
    for path in paths:
        named = str(path.relative_to(folder))
        if any(form in named.encode() for form in forms):
            hits.append(Hit(f"the name of {named}", 1))
        try:
            size += path.stat().st_size
            with path.open("rb") as file:
                if (packed := _unreadable(file)) and path.parent.name != LEXICAL:
                    unseen.append(f"{named} ({packed})")
                found = _look(file, named, forms)
                hits += [replace(hit, in_items=hit.times) for hit in found] if _of_catalogue(path) else found
        except FileNotFoundError:
            continue
    return Swept(len(paths), size, tuple(hits), tuple(unseen))


def _unreadable(file: IO[bytes]) -> str | None:
    magic = file.read(8)
    file.seek(0)
    return next((name for start, name in _UNREADABLE.items() if magic.startswith(start)), None)


def _of_catalogue(path: Path) -> bool:
    """Whether a file holds a snapshot's items, and nothing of people."""
    return path.parent.parent.name == SNAPSHOTS and (path.name.startswith("items.") or path.name == "vocabulary.json")


def forms_of(user_id: str) -> tuple[bytes, ...]:
    """The id as bytes, in every way in which it is likely to be written.

    As UTF-8, UTF-16 and UTF-32; in capital and in small letters; with accents composed and apart; as JSON, JSON within
    JSON, URLs and HTML escape it; and, of ids that are long enough not to be found by chance, within Base64.
    """
    spelt = [user_id, user_id.lower(), user_id.upper(), *(normalize(form, user_id) for form in ("NFC", "NFD"))]
    escaped = json.dumps(user_id)[1:-1]
    texts = [*spelt, json.dumps(user_id, ensure_ascii=False)[1:-1], escaped, escaped.replace("/", "\\/")]
    texts += [json.dumps(text)[1:-1] for text in texts]  # JSON that holds JSON as a text
    texts += [_upper_escapes(escaped), quote(user_id, safe=""), quote(user_id, safe="").lower(), quote(user_id)]
    texts += [html.escape(user_id), html.escape(user_id, quote=False)]
    forms = [text.encode() for text in texts]
    forms += [user_id.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
    within = (
        letters
        for text in (user_id, escaped, json.dumps(user_id, ensure_ascii=False)[1:-1])
        for letters in _within_base64(text.encode())
    )
    return tuple(dict.fromkeys([*forms, *within]))


def _within_base64(text: bytes) -> Iterator[bytes]:
    """The letters that do not depend on what stands before and behind, for each of three places in a group."""
    for before in range(3) if len(text) >= _LEAST_IN_BASE64 else ():
        whole = base64.b64encode(bytes(before) + text)
        inner = whole[(8 * before + 5) // 6 : 8 * (before + len(text)) // 6]
        yield from (inner, inner.translate(bytes.maketrans(b"+/", b"-_")))


def _upper_escapes(escaped: str) -> str:
    first, *rest = escaped.split("\\u")
    return first + "".join(f"\\u{each[:4].upper()}{each[4:]}" for each in rest)


def _look(file: IO[bytes], place: str, forms: Sequence[bytes]) -> Iterator[Hit]:
    """In the bytes as they are, and then in what they pack."""
    magic = file.read(8)
    file.seek(0)
    bare = list(_count(file, place, forms))
    file.seek(0)
    if magic.startswith(_PARQUET):
        rows = list(_look_in_parquet(file, place, forms))
        of_items = bool(rows) and all(hit.times == hit.in_items for hit in rows)
        yield from (replace(hit, in_items=hit.times) if of_items else hit for hit in bare)
        yield from rows
        return
    yield from bare
    if magic.startswith(_ZIP):
        yield from _look_in_zip(file, place, forms)
    for start, opened in _PACKED.items():
        if magic.startswith(start):
            with opened(file) as inner:
                yield from _look(inner, f"{place} (unpacked)", forms)


def _look_in_zip(file: IO[bytes], place: str, forms: Sequence[bytes]) -> Iterator[Hit]:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                yield from _look(member, f"{place} ({name})", forms)


def _look_in_parquet(file: IO[bytes], place: str, forms: Sequence[bytes]) -> Iterator[Hit]:
    """Parquet packs its pages; the values are compared as Arrow reads them.

    Where all values that hold the id name providers of items, so do the bytes of the file: its pages, and the largest
    and smallest values that it tells of each column.
    """
    import pyarrow.parquet  # noqa: PLC0415 - 10 MB that a service rarely needs

    for batch in pyarrow.parquet.ParquetFile(file).iter_batches():
        found = {name: _times(batch.column(name).to_pylist(), forms) for name in batch.schema.names}
        if times := sum(found.values()):
            yield Hit(f"{place} (rows)", times, sum(found.get(name, 0) for name in _COLUMNS_OF_ITEMS))


def _times(values: Sequence[Any], forms: Sequence[bytes]) -> int:
    text = "\n".join(_texts(values)).encode()
    return sum(text.count(form) for form in forms)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, bytes):
        yield value.decode(errors="replace")
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Sequence | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _count(file: IO[bytes], place: str, forms: Sequence[bytes]) -> Iterator[Hit]:
    """Chunk by chunk, each with the end of the one before, lest an id lie across the two."""
    named = [field + form for field in OF_ITEMS for form in forms]
    overlap = max(len(form) for form in named) - 1
    times, in_items, kept = 0, 0, b""
    while chunk := file.read(_CHUNK):
        text = kept + chunk
        times += sum(_ending_after(text, form, len(kept)) for form in forms)
        in_items += sum(_ending_after(text, form, len(kept)) for form in named)
        kept = text[-overlap:]
    if times:
        yield Hit(place, times, in_items)


def _ending_after(text: bytes, form: bytes, position: int) -> int:
    """How often a form stands in a text in such a way that it ends behind a position."""
    return text.count(form, max(0, position - len(form) + 1))
