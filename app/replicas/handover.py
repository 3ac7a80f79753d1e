"""What a data folder knew alone, given to the processes of a database."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.policy.personalization_switch import Lines, SwitchFile
from app.replicas.secret import secret_of_all
from app.replicas.shared_lines import SharedLines
from app.storage.protocols import SharedState

_SWITCHES: Final = "personalization"


def switches(data_dir: Path, shared: SharedState | None) -> Lines:
    """Where it is written what an administrator switched off: in the folder, or in the database that it shares."""
    file = SwitchFile(data_dir)
    return file if shared is None else SharedLines(shared, _SWITCHES, file.read())


def hand_over(data_dir: Path, shared: SharedState) -> None:
    """Give a database the folder's secret and what is switched off, before anybody else gives it theirs; blocks."""
    secret_of_all(data_dir, shared)
    switches(data_dir, shared)
