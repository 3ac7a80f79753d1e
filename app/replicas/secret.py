"""The secret of all processes on one database: an id that was erased through one of them is known to every other."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import orjson

from app.folder_secret import folder_secret
from app.storage.protocols import SharedState

NAME: Final = "secret"

log = logging.getLogger("penchant.replicas")


def secret_of_all(data_dir: Path, shared: SharedState | None) -> bytes:
    """The database's secret where several processes share one, or else the folder's; blocks.

    Whoever comes first gives the secret of their folder, so that what was erased before a move stays known.
    """
    own = folder_secret(data_dir)
    if shared is None:
        return own
    shared.put(NAME, orjson.dumps({"secret": own.hex()}), expected=0).result()
    document = shared.get(NAME)
    assert document is not None  # noqa: S101 - somebody put one, here or before
    secret = bytes.fromhex(orjson.loads(document.content)["secret"])
    if secret != own:
        log.info("erased ids are known by the secret of the database, which is not that of this data folder")
    return secret
