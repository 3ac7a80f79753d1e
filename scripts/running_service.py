"""Figures of the service that runs on a data folder, for commands that print them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import httpx
import orjson

from app.settings import Settings
from app.storage.service_address import service_address

TIMEOUT_SECONDS: Final = 600.0


class Form(StrEnum):
    """How figures are printed."""

    TEXT = "text"
    JSON = "json"


def ask(settings: Settings, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """What the service on the folder answers; None where none runs.

    Raises:
        ValueError: it refuses.
    """
    address = service_address(settings.data_dir)
    if address is None:
        return None
    headers = {"X-API-Key": settings.api_key.get_secret_value()} if settings.api_key else {}
    try:
        with httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS, trust_env=False, headers=headers) as client:
            answer = client.get(path, params=query)
    except httpx.ConnectError:
        return None
    if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise ValueError(f"the service at {address} wants an operator's key: set PENCHANT_API_KEY")
    if not answer.is_success:
        raise ValueError(f"the service at {address} answers: {answer.json().get('detail', answer.status_code)}")
    told: dict[str, Any] = orjson.loads(answer.content)
    return told
