"""Tracing: requests and their stages as spans, made when the answer is out, and sent in batches by a thread of its own.

Nothing is timed here: the times are those that the log and the meters have. A span names the operation, the method and
the status, and neither a person nor what was asked.
"""

from __future__ import annotations

import logging
import time
from importlib.metadata import version
from threading import Timer
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.insights.meters import Meters
from app.insights.telemetry.exporter import EXPORTED, FAILED, CountedExporter
from app.insights.telemetry.settings import TelemetrySettings
from app.insights.telemetry.stages import STAGES, Stages

NO_ROOM: Final = "no_room"
TRACEPARENT: Final = "traceparent"
_BATCH: Final = 512
_LAST_SECONDS: Final = 2.0
"""How long the end of the service waits before attempts that failed are not repeated any more."""

logger = logging.getLogger("penchant.telemetry")


class Tracing:
    """Traces of one service. Its resource's attributes come from OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME."""

    def __init__(self, settings: TelemetrySettings, meters: Meters) -> None:
        self._meters, self._most_waiting = meters, settings.most_waiting
        self._handed_on = 0
        self._exporter = CountedExporter(settings, meters)
        named = Resource({"service.name": "penchant", "service.version": version("penchant")})
        self._provider = TracerProvider(
            ParentBased(TraceIdRatioBased(settings.ratio)),
            named.merge(OTELResourceDetector().detect()),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(self._exporter, settings.most_waiting, settings.flush_seconds * 1e3, _BATCH)
        )
        self._tracer = self._provider.get_tracer("penchant")
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, traceparent: str | None) -> RequestTrace:
        """Trace a request from here on, in the context of its task."""
        carrier = {TRACEPARENT: traceparent} if traceparent else {}
        return RequestTrace(self, self._propagator.extract(carrier, Context()))

    def start(self, name: str, parent: Context, began: int, kind: SpanKind = SpanKind.INTERNAL) -> Span:
        """A span that began at `began`, in nanoseconds since 1970."""
        return self._tracer.start_span(name, parent, kind, start_time=began)

    def room(self, spans: int) -> bool:
        """Whether so many more spans may wait; they are counted as handed on or as lost."""
        waiting = self._handed_on - self._exporter.taken
        if waiting + spans > self._most_waiting:
            if not self._meters.spans[NO_ROOM]:
                logger.warning("spans are lost, since %d wait to be sent; further ones are counted only", waiting)
            self._meters.spans[NO_ROOM] += spans
            return False
        self._handed_on += spans
        return True

    def close(self) -> None:
        """Send what waits, and say what was lost; blocks, for little longer than one batch may take."""
        last = Timer(_LAST_SECONDS, self._exporter.shutdown)
        last.daemon = True
        last.start()
        self._provider.shutdown()
        last.cancel()
        spans = self._meters.spans
        if spans[FAILED] or spans[NO_ROOM]:
            told = (spans[EXPORTED], spans[FAILED], spans[NO_ROOM])
            logger.warning("%d spans were sent, %d could not be, and for %d there was no room", *told)


class RequestTrace:
    """One request, while it is answered."""

    def __init__(self, tracing: Tracing, parent: Context) -> None:
        self._tracing, self._parent = tracing, parent
        self._slates: list[Stages] = []
        self._token = STAGES.set(self._slates)

    def end(self, call: tuple[str | None, str, int], began: float, seconds: float) -> None:
        """Make the spans, if this request is one of the sample.

        Args:
            call: operation if there is one, method and status, 0 where no answer began.
            began: when the request came, in seconds of `time.perf_counter`.
            seconds: what it took.
        """
        STAGES.reset(self._token)
        operation, method, status = call
        zero = time.time_ns() - _nanoseconds(time.perf_counter())
        span = self._tracing.start(operation or "none", self._parent, zero + _nanoseconds(began), SpanKind.SERVER)
        stages = sum(len(slate.trace) for slate in self._slates)
        if not span.is_recording() or not self._tracing.room(1 + stages):
            return
        span.set_attribute("penchant.operation", operation or "none")
        if operation:  # whatever else is sent in place of a method is the caller's text
            span.set_attribute("http.request.method", method)
        if status:
            span.set_attribute("http.response.status_code", status)
        if status >= 500 or not status:
            span.set_status(StatusCode.ERROR)
        self._add_stages(set_span_in_context(span), zero)
        span.end(zero + _nanoseconds(began + seconds))

    def _add_stages(self, parent: Context, zero: int) -> None:
        for slate in self._slates:
            begins = zero + _nanoseconds(slate.began)
            for stage in slate.trace:
                ends = begins + round(stage.ms * 1e6)
                span = self._tracing.start(stage.stage, parent, begins)
                span.set_attributes({"penchant.rows_in": stage.n_in, "penchant.rows_out": stage.n_out})
                span.end(ends)
                begins = ends


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)
