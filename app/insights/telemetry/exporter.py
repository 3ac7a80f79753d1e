"""The exporter: OpenTelemetry's own for OTLP over HTTP, counted, and silent about secrets."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from app.insights.meters import Meters
from app.insights.telemetry.settings import TelemetrySettings

EXPORTED: Final = "exported"
FAILED: Final = "failed"


class CountedExporter(SpanExporter):
    """Sends batches, in the thread of whoever batches; headers come from OTEL_EXPORTER_OTLP_HEADERS.

    Attributes:
        taken: spans that came here so far.
    """

    def __init__(self, settings: TelemetrySettings, meters: Meters) -> None:
        _keep_secrets_out_of_the_log()
        session = requests.Session()
        session.trust_env = not settings.stays_here  # a proxy is no part of this machine
        session.hooks["response"] = [_refuse_redirect]
        self._inner = OTLPSpanExporter(settings.address, timeout=settings.timeout_seconds, session=session)
        self._meters = meters
        self._closed = False
        self.taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch; what cannot be sent in time is lost."""
        self.taken += len(spans)
        result = SpanExportResult.FAILURE if self._closed else self._inner.export(spans)
        self._meters.spans[EXPORTED if result is SpanExportResult.SUCCESS else FAILED] += len(spans)
        return result

    def shutdown(self) -> None:
        """Send no more, and wait no longer for another attempt."""
        if not self._closed:
            self._closed = True
            self._inner.shutdown()  # type: ignore[no-untyped-call] # OpenTelemetry's own lack


def _refuse_redirect(response: requests.Response, **_: object) -> None:
    """It is not followed, and OpenTelemetry would count the batch as sent."""
    if response.is_redirect:
        response.close()
        raise requests.TooManyRedirects(f"status {response.status_code}", response=response)


def _keep_secrets_out_of_the_log() -> None:
    """OpenTelemetry logs a header that it cannot read, and messages of exceptions, which quote headers too."""
    logging.getLogger("opentelemetry.util.re").addFilter(_without_texts)
    logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter").addFilter(_without_messages)


def _without_texts(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple("(not shown)" for _ in record.args)
    return True


def _without_messages(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            type(each).__qualname__ if isinstance(each, BaseException) else each for each in record.args
        )
    return True
