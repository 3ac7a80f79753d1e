"""Answers of any length: what fails at the beginning is still an error with its reason, and is not cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from fastapi import Response
from fastapi.responses import StreamingResponse

HELD_BYTES: Final = 1 << 20
"""Of an answer that are made before anything of it is sent."""


async def streamed(parts: Iterator[bytes], media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """An answer made in a thread; at once where it is short."""
    first, ended = await asyncio.to_thread(_begun, parts)
    if ended:
        return Response(first, headers=dict(headers or {}), media_type=media_type)
    return StreamingResponse(chain([first], parts), headers=headers, media_type=media_type)


def _begun(parts: Iterator[bytes]) -> tuple[bytes, bool]:
    """(The first bytes, whether that is all)."""
    first = bytearray()
    for part in parts:
        first += part
        if len(first) >= HELD_BYTES:
            return bytes(first), False
    return bytes(first), True
