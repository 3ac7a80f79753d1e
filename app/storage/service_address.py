"""Where the service that uses a data folder listens: a file that it writes while it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FILE = "service.json"


@contextmanager
def announced(data_dir: Path, address: str) -> Iterator[None]:
    """Say for as long as the context lasts that a service listens at `address`, such as http://127.0.0.1:8000."""
    path = data_dir / _FILE
    path.write_text(json.dumps({"address": address}))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def service_address(data_dir: Path) -> str | None:
    """The address of the service on this folder, as far as is known."""
    try:
        return str(json.loads((data_dir / _FILE).read_text())["address"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
