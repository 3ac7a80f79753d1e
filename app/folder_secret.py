"""The secret of a data folder: digests of people's ids are made with it, which nobody without it can look up."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

SECRET: Final = "audit.key"  # noqa: S105 - the name of a file
_OWNER_ONLY: Final = 0o600
_SECRET_BYTES: Final = 32


def folder_secret(data_dir: Path) -> bytes:
    """The folder's secret; whoever comes first makes it, as a whole and at once."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / SECRET
    if not path.exists():
        beside = path.with_suffix(f".{os.getpid()}")
        beside.touch(mode=_OWNER_ONLY, exist_ok=True)
        beside.write_bytes(secrets.token_bytes(_SECRET_BYTES))
        try:
            path.hardlink_to(beside)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    return path.read_bytes()
