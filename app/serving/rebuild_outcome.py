"""What became of the last build that was due, in a file beside the snapshots: builds are processes of their own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, ValidationError

from models.config import Config

FILE: Final = "rebuild.json"


class RebuildOutcome(Config):
    """What became of a build."""

    at: AwareDatetime
    ok: bool
    said: str
    """The last line of what it complained of; empty where it went well."""


def write_outcome(folder: Path, outcome: RebuildOutcome) -> None:
    """Replace what is known."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{FILE}-{os.getpid()}"
    beside.write_text(outcome.model_dump_json())
    beside.replace(folder / FILE)


def read_outcome(folder: Path) -> RebuildOutcome | None:
    """None where no build was due yet."""
    try:
        return RebuildOutcome.model_validate_json((folder / FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
