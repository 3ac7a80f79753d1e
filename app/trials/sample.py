"""The people on whom settings are tried: drawn by chance among those who did anything and are followed."""

from __future__ import annotations

import asyncio
from heapq import nsmallest
from typing import Final
from zlib import crc32

from app.serving.people import People
from app.serving.person import Person

_TIMES: Final = 20
"""Times as many people are looked at as are wanted, before fewer are taken."""


async def drawn(people: People, count: int, seed: int) -> list[str]:
    """Ids of at most `count` people, the same for the same people and seed.

    Who switched personalisation off is answered alike by all settings, and who is taken for a machine is nobody.
    """
    salt, known = str(seed).encode(), people.ids()

    def first() -> list[str]:
        return nsmallest(_TIMES * count, known, key=lambda user_id: (crc32(user_id.encode(), crc32(salt)), user_id))

    found: list[str] = []
    for user_id in await asyncio.to_thread(first):
        if len(found) == count:
            break
        if _is_followed(people.get(user_id)):
            found.append(user_id)
    return found


def _is_followed(person: Person | None) -> bool:
    return person is not None and person.row.personalization and not person.machine and len(person.history) > 0
