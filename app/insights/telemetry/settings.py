"""Settings of traces."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, field_validator

from app.access.loopback import is_loopback
from models.config import Config

_PATH: Final = "/v1/traces"


class TelemetrySettings(Config):
    """Traces of requests, sent by OpenTelemetry's protocol; needs `pip install 'penchant[telemetry]'`."""

    endpoint: str | None = None
    """Base address of a collector that takes OTLP over HTTP, such as `http://localhost:4318`; https, or http on this
    machine. Nothing is traced without it."""

    ratio: float = Field(default=0.1, ge=0, le=1)
    """Share of requests that are traced; one that comes with a `traceparent` follows its caller's decision."""

    flush_seconds: float = Field(default=5.0, gt=0, le=3_600, allow_inf_nan=False)
    """Seconds after which spans are sent."""

    timeout_seconds: float = Field(default=5.0, gt=0, le=120, allow_inf_nan=False)
    """How long sending a batch may take, further attempts among it; then its spans are lost, and counted."""

    most_waiting: int = Field(default=10_000, ge=512)
    """Spans that may wait in memory to be sent; those of further requests are lost, and counted."""

    @field_validator("endpoint")
    @classmethod
    def _private(cls, endpoint: str | None) -> str | None:
        if endpoint is not None:
            url = urlsplit(endpoint)
            if url.username is not None or url.query or url.fragment:
                raise ValueError("may have no password and no query: OTEL_EXPORTER_OTLP_HEADERS is for what is secret")
            if not _is_private(url):
                raise ValueError("is neither https nor http on this machine")
        return endpoint

    @property
    def address(self) -> str:
        """Where spans are posted to; only with an endpoint."""
        return (self.endpoint or "").rstrip("/").removesuffix(_PATH) + _PATH

    @property
    def stays_here(self) -> bool:
        """Whether the collector runs on this machine."""
        return is_loopback(urlsplit(self.endpoint or "").hostname or "")


def _is_private(url: SplitResult) -> bool:
    host = url.hostname or ""
    return (url.scheme == "https" and host != "") or (url.scheme == "http" and is_loopback(host))
