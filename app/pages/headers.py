"""What a page may do, told to the browser with every page and every file of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_COMMON: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def page_headers(embedders: Iterable[str] = ()) -> dict[str, str]:
    """Of a page: scripts, styles and calls to this server only, nothing inline, and in no frame but those named.

    Args:
        embedders: origins whose pages may show this one in a frame.
    """
    frames = " ".join(["'self'", *embedders]) if embedders else "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {frames}"
    )
    return {**_COMMON, "Content-Security-Policy": policy, "Cache-Control": "no-cache"}


FILE_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Of a script or a style: the same for everybody, so that pages of adopters may load the element that embeds one."""
