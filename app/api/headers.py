"""Headers of a request, found without reading all of them."""

from __future__ import annotations

from starlette.types import Scope


def header(scope: Scope, name: bytes) -> str | None:
    """The value of the first header of this name, in lower case; None where there is none."""
    value = next((value for given, value in scope["headers"] if given == name), None)
    return None if value is None else value.decode("latin-1")
