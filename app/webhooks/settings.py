"""Settings of webhooks."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Self, get_args
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, model_validator

from app.access.loopback import is_loopback
from app.webhooks.messages import MessageName
from models.config import Config

_LEAST_SECRET = 16


class WebhookSettings(Config):
    """Who is told, by a signed POST."""

    url: str | None = None
    """Where to; https, or http on this machine or on a host of `plain_hosts`. Nothing is sent without it."""

    plain_hosts: tuple[str, ...] = ()
    """Hosts to which the url may lead without TLS, such as one of the same private network."""

    secret: SecretStr | None = None
    """Key of the signature, 16 characters or more."""

    secret_file: Path | None = None
    """File with the key, in place of `secret`."""

    attempts: int = Field(default=8, ge=1, le=20)
    """How often a message is sent until it is taken; after that it is given up: put aside, counted, told in the log."""

    first_wait_seconds: float = Field(default=5.0, gt=0, le=3_600, allow_inf_nan=False)
    """Wait after the first attempt; each further one is twice as long, up to an hour, give or take a quarter."""

    timeout_seconds: float = Field(default=10.0, gt=0, le=120, allow_inf_nan=False)
    """How long an attempt may take."""

    most_waiting: int = Field(default=10_000, ge=1)
    """Messages that may wait; further ones are lost, and counted."""

    most_given_up: int = Field(default=1_000, ge=0)
    """Messages that were given up and are kept, to be sent again; the oldest go first."""

    @model_validator(mode="after")
    def _signed_and_private(self) -> Self:
        if self.url is None:
            return self
        if problem := _problem(urlsplit(self.url), self.plain_hosts):
            raise ValueError(problem)
        if (self.secret is None) == (self.secret_file is None):
            raise ValueError("has a url and needs either secret or secret_file")
        if self.secret is not None and len(self.secret.get_secret_value()) < _LEAST_SECRET:
            raise ValueError("has a secret of fewer than 16 characters")
        return self


class HookSettings(WebhookSettings):
    """Who is told of what."""

    url: str
    """Where to; https, or http on this machine or on a host of `plain_hosts`."""

    messages: tuple[MessageName, ...] = get_args(MessageName)
    """What is told; everything by default."""


def _problem(url: SplitResult, plain_hosts: tuple[str, ...]) -> str | None:
    """Why nothing is sent there; credentials of a url would stand in settings and logs as plain text."""
    host = url.hostname or ""
    if url.username or url.password:
        return "has a url with a name or a password: what is sent is signed"
    if _is_link_local(host):
        return "has a url of a link-local address, where machines are told their secrets"
    if url.scheme != "https" and not (url.scheme == "http" and (is_loopback(host) or host in plain_hosts)):
        return "has a url that is neither https nor http on this machine, nor on a host of plain_hosts"
    return None


def _is_link_local(host: str) -> bool:
    try:
        return ip_address(host).is_link_local
    except ValueError:
        return False
