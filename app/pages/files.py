"""Scripts and styles of the pages: read once, and served under an address that changes whenever one of them does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "static"
MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of a page.

    Attributes:
        content: its bytes.
        media_type: by its name.
    """

    content: bytes
    media_type: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file by its path, such as `js/call.js`."""
    return {
        path.relative_to(_FOLDER).as_posix(): StaticFile(path.read_bytes(), MEDIA_TYPES[path.suffix])
        for path in sorted(_FOLDER.glob("*/*"))
        if path.suffix in MEDIA_TYPES
    }


@cache
def version() -> str:
    """Digest of all files: scripts name each other relatively, so that all of them move to a new address together."""
    digest = blake2b(digest_size=8)
    for name, file in static_files().items():
        digest.update(name.encode() + b"\0" + file.content)
    return digest.hexdigest()


def address_of(path: str) -> str:
    """Where a file is served.

    Raises:
        KeyError: there is no such file.
    """
    if path not in static_files():
        raise KeyError(path)
    return f"/static/{version()}/{path}"
