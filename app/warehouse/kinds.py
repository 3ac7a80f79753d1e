"""What can be exported, and the columns of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final

import pyarrow as pa


class Kind(StrEnum):
    """What is exported."""

    EVENTS = "events"
    PEOPLE = "people"
    ITEMS = "items"


_TIME: Final = pa.timestamp("us", tz="UTC")
_TEXTS: Final = pa.list_(pa.string())
PERSON: Final = "person"
"""A digest of the person's id under a secret of the data folder: who was erased is named by it and by nothing else."""

SCHEMAS: Final = {
    Kind.EVENTS: pa.schema(
        [
            ("sequence", pa.int64()),
            ("event_id", pa.string()),
            (PERSON, pa.string()),
            ("user_id", pa.string()),
            ("item_id", pa.string()),
            ("type", pa.string()),
            ("value", pa.float64()),
            ("occurred_at", _TIME),
            ("received_at", _TIME),
            ("recommendation_id", pa.string()),
            ("position", pa.int64()),
            ("context", pa.string()),
        ]
    ),
    Kind.PEOPLE: pa.schema(
        [
            (PERSON, pa.string()),
            ("user_id", pa.string()),
            ("role", pa.string()),
            ("time_zone", pa.string()),
            ("goals", _TEXTS),
            ("preferred_tags", _TEXTS),
            ("preferred_topics", _TEXTS),
            ("preferred_providers", _TEXTS),
            ("preferred_formats", _TEXTS),
            ("preferred_languages", _TEXTS),
            ("attributes", pa.string()),
            ("created_at", _TIME),
            ("updated_at", _TIME),
            ("resets", pa.int64()),
        ]
    ),
    Kind.ITEMS: pa.schema(
        [
            ("item_id", pa.string()),
            ("title", pa.string()),
            ("text", pa.string()),
            ("tags", _TEXTS),
            ("format", pa.string()),
            ("language", pa.string()),
            ("provider", pa.string()),
            ("url", pa.string()),
            ("published_at", _TIME),
            ("expires_at", _TIME),
            ("sensitive_topics", _TEXTS),
            ("attributes", pa.string()),
        ]
    ),
}
KEYS: Final = {Kind.EVENTS: "sequence", Kind.PEOPLE: PERSON, Kind.ITEMS: "item_id"}
"""The column by which a row is deleted in the warehouse."""


def statement(name: str) -> str:
    """SQL of this folder."""
    return (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")


def schema_of(kind: Kind, *, pseudonyms: bool) -> pa.Schema:
    """The columns of a file, in their order."""
    schema = SCHEMAS[kind]
    place = schema.get_field_index("user_id")
    return schema.remove(place) if pseudonyms and place >= 0 else schema
