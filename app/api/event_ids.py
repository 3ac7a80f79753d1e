"""Ids of events that came without one: made of all that a row says, so that the same row sent again is the same event.

A row that does not say when it happened may as well tell of the same thing done twice. It is taken for the same event
if the same row came in this hour or, where it got its id then, in the hour before: who tries again within an hour does
so with no effect, and what is done again two hours later is another event.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final

import orjson

from app.api.bodies import BodyRow
from indexer.fields import id_text

_FIELD: Final = "event_id"
_HOUR: Final = 3_600
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS

Known = Callable[[str, str], bool]
"""Whether an event of this person and this id is known."""


async def with_ids(rows: Sequence[BodyRow], now: float, known: Known) -> Sequence[BodyRow]:
    """The rows, each object among them with an id.

    Args:
        rows: as they came.
        now: seconds since 1970.
        known: asked, in a thread, of rows that say neither their id nor their time.
    """
    if all(not isinstance(row.value, dict) or row.value.get(_FIELD) is not None for row in rows):
        return rows
    return await asyncio.to_thread(_all_with_ids, rows, int(now // _HOUR), known)


def _all_with_ids(rows: Sequence[BodyRow], hour: int, known: Known) -> Sequence[BodyRow]:
    return [_with_id(row, hour, known) if isinstance(row.value, dict) else row for row in rows]


def _with_id(row: BodyRow, hour: int, known: Known) -> BodyRow:
    if row.value.get(_FIELD) is not None:
        return row
    said = {name: value for name, value in row.value.items() if value is not None}
    return replace(row, value=row.value | {_FIELD: _id(said, hour, known)})


def _id(said: dict[str, Any], hour: int, known: Known) -> str:
    if "occurred_at" in said:
        return _digest(said)
    earlier = _digest([hour - 1, said])
    user_id = id_text(said.get("user_id"))
    known_of = isinstance(user_id, str) and known(user_id, earlier)
    return earlier if known_of else _digest([hour, said])


def _digest(content: object) -> str:
    return "row-" + blake2b(orjson.dumps(content, option=_OPTIONS), digest_size=16).hexdigest()
