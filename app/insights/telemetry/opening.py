"""Opens traces where the settings ask for them, and loads nothing of OpenTelemetry where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.insights.meters import Meters
from app.insights.telemetry.settings import TelemetrySettings

if TYPE_CHECKING:
    from app.insights.telemetry.tracing import Tracing


class TelemetryMissingError(RuntimeError):
    """Traces are asked for, and the packages for them are not installed."""


def open_tracing(settings: TelemetrySettings, meters: Meters) -> Tracing | None:
    """Traces of this service, to be closed at its end; None without an endpoint.

    Raises:
        TelemetryMissingError: OpenTelemetry is not installed.
    """
    if settings.endpoint is None:
        return None
    try:
        from app.insights.telemetry.tracing import Tracing  # noqa: PLC0415 - an optional package, loaded when asked for
    except ImportError as error:
        raise TelemetryMissingError(
            "insights.telemetry.endpoint needs packages of its own: pip install 'penchant[telemetry]'"
        ) from error
    return Tracing(settings, meters)
