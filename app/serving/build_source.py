"""What was written over HTTP, for a build: from the database, or from the service that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from app.serving.declared_types import with_types
from app.serving.training_events import training_events
from app.settings import Settings
from app.storage.errors import DatabaseInUseError
from app.storage.opening import open_stores
from app.storage.protocols import Stores
from app.storage.rows import ItemChange
from app.storage.service_address import service_address
from indexer.behaviour import EventTable

TIMEOUT = 300.0


class ServiceUnreachableError(Exception):
    """The database is in use, and the service that uses it does not answer."""


@dataclass(frozen=True, slots=True)
class Written:
    """What the stores hold that a build needs.

    Attributes:
        changes: the items' journal.
        events: what may be learned from.
    """

    changes: Sequence[ItemChange]
    events: EventTable


def read_written(settings: Settings) -> Written:
    """All changes of the items' journal, and all events that may be learned from.

    Raises:
        ServiceUnreachableError: the database is in use and nobody answers for it.
    """
    try:
        stores = open_stores(settings.data_dir, settings.storage)
    except DatabaseInUseError as error:
        return _ask_service(settings, error)
    try:
        return written_in(stores, settings)
    finally:
        stores.close()


def written_in(stores: Stores, settings: Settings) -> Written:
    """The same of stores that are open."""
    signals = with_types(settings, stores.events).events.table()
    events = training_events(stores.events.columns(), stores.users.all(), signals)
    return Written(stores.items.changes(), events)


def _ask_service(settings: Settings, in_use: DatabaseInUseError) -> Written:
    address = service_address(settings.data_dir)
    if address is None:
        raise ServiceUnreachableError(str(in_use)) from in_use
    try:
        with httpx.Client(base_url=address, timeout=TIMEOUT, trust_env=False, headers=_key(settings)) as client:
            changes = client.get("/admin/items/changes").raise_for_status().content
            events = client.get("/admin/events").raise_for_status().content
    except httpx.HTTPStatusError as error:
        raise ServiceUnreachableError(_refusal(address, error.response)) from error
    except httpx.HTTPError as error:
        raise ServiceUnreachableError(f"the service at {address} holds the database and says: {error}") from error
    return Written([_change(orjson.loads(line)) for line in changes.splitlines()], EventTable.from_bytes(events))


def _key(settings: Settings) -> dict[str, str]:
    return {"X-API-Key": settings.api_key.get_secret_value()} if settings.api_key else {}


def _refusal(address: str, answer: httpx.Response) -> str:
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return f"the service at {address} holds the database and wants an operator's key: set PENCHANT_API_KEY"
    return f"the service at {address} holds the database and answers {answer.status_code}"


def _change(row: dict[str, Any]) -> ItemChange:
    document = row.pop("document")
    return ItemChange(document=orjson.dumps(document) if document is not None else None, **row)
