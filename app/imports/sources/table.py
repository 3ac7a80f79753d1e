"""Every source, by its name. To add one, write its file and add its line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.imports.sources.source import Source

_ALL: Final[tuple[Source, ...]] = ()

SOURCES: Final[Mapping[str, Source]] = {source.name: source for source in _ALL}
