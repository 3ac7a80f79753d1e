"""Tiny files of every kind, as they are or gzipped."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

Writer = Callable[[str, str], None]


@pytest.fixture(params=["plain", "gzipped"])
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Writer:
    def as_is(name: str, text: str) -> None:
        (tmp_path / name).write_text(text, encoding="utf-8")

    def gzipped(name: str, text: str) -> None:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(text.encode()))

    return as_is if request.param == "plain" else gzipped
