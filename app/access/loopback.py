"""Whether only this machine is meant: by an address, or by the name that a request was sent to."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit


@lru_cache
def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`; names other than localhost are taken for the outside."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@lru_cache
def names_loopback(authority: str) -> bool:
    """Whether a Host header such as "127.0.0.1:8000" names this machine.

    >>> names_loopback("[::1]:8000"), names_loopback("rebound.example:8000")
    (True, False)
    """
    try:
        return is_loopback(urlsplit(f"//{authority}").hostname or "")
    except ValueError:
        return False
