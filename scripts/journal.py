"""What was written over HTTP, for a build: from the database, or from the service that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import orjson

from app.address import service_address
from app.settings import Settings
from app.storage.duckdb import open_stores
from app.storage.errors import DatabaseInUseError
from app.storage.rows import ItemChange


class ServiceUnreachableError(Exception):
    """The database is in use, and the service that uses it does not answer."""


def read_changes(settings: Settings) -> Sequence[ItemChange]:
    """All changes of the items' journal.

    Raises:
        ServiceUnreachableError: the database is in use and nobody answers for it.
    """
    try:
        stores = open_stores(settings.data_dir)
    except DatabaseInUseError as error:
        return _ask_service(settings, error)
    try:
        return stores.items.changes()
    finally:
        stores.close()


def _ask_service(settings: Settings, in_use: DatabaseInUseError) -> Sequence[ItemChange]:
    address = service_address(settings.data_dir)
    if address is None:
        raise ServiceUnreachableError(str(in_use)) from in_use
    try:
        answer = httpx.get(f"{address}/admin/items/changes", timeout=60.0, trust_env=False).raise_for_status()
    except httpx.HTTPError as error:
        raise ServiceUnreachableError(f"the service at {address} holds the database and says: {error}") from error
    return [_change(orjson.loads(line)) for line in answer.content.splitlines()]


def _change(row: dict[str, Any]) -> ItemChange:
    document = row.pop("document")
    return ItemChange(document=orjson.dumps(document) if document is not None else None, **row)
