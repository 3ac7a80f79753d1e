"""Headers of a request, found without reading all of them."""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

SESSION: Final = "penchant_session"
"""Cookie of a page's session."""


def header(scope: Scope, name: bytes) -> str | None:
    """The value of the first header of this name, in lower case; None where there is none."""
    value = next((value for given, value in scope["headers"] if given == name), None)
    return None if value is None else value.decode("latin-1")


def cookie(scope: Scope, name: str) -> str | None:
    """The value of a cookie; None where there is none."""
    pairs = (header(scope, b"cookie") or "").split(";")
    named = (pair.strip().partition("=") for pair in pairs)
    return next((value for given, _, value in named if given == name), None)
