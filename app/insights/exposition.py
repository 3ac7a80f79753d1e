"""Exposition: what Prometheus reads at `/metrics`, gathered when it asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.insights.meters import Distribution, Meters

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
Gauges = Mapping[str, float | None]

GAUGES: Final = {
    "penchant_writer_queue": "Writes that wait for the disk.",
    "penchant_people": "People whose state is held in memory.",
    "penchant_items": "Rows of the catalogue in service.",
    "penchant_snapshot_age_seconds": "Seconds since the snapshot in service was built.",
    "penchant_personalization_switches": "Of everybody, scenarios and segments, those without personalisation.",
    "penchant_stored_slates": "Answers that can be continued.",
    "penchant_served_log_waiting": "Served answers that are in no file yet.",
    "penchant_writes_failing": "1 while nothing can be written, 0 while all is well.",
    "penchant_disk_free_bytes": "Bytes that are free on the disk of the data folder.",
    "penchant_backup_age_seconds": "Seconds since the last good backup.",
    "penchant_build_failing": "1 after the last build failed, 0 after it went well.",
    "penchant_retention_age_seconds": "Seconds since what is too old was last deleted.",
    "penchant_encoder_failing": "1 where the encoder could not be loaded, 0 otherwise.",
    "penchant_vector_engine_failing": "1 where the vector engine does not answer, 0 otherwise.",
    "penchant_job_failures": "How often what goes on by itself failed since the start, all jobs together.",
}
"""What is read of the service at the moment of asking."""


class Exposition:
    """A registry of this service's own; others may register collectors with it.

    Args:
        meters: what is counted.
        gauges: values by the names in GAUGES; None where there is none now.
        dropped: served answers that were not logged.
    """

    def __init__(self, meters: Meters, gauges: Callable[[], Gauges], dropped: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Counted(meters, gauges, dropped))

    def text(self) -> bytes:
        """In Prometheus' text format, CONTENT_TYPE."""
        return generate_latest(self.registry)


class _Counted(Collector):
    def __init__(self, meters: Meters, gauges: Callable[[], Gauges], dropped: Callable[[], int]) -> None:
        self._meters, self._gauges, self._dropped = meters, gauges, dropped

    def collect(self) -> Iterable[Metric]:
        yield self._requests()
        yield self._stages()
        yield self._events()
        if self._meters.spans:
            yield self._spans()
        yield CounterMetricFamily(
            "penchant_served_log_dropped", "Served answers that were not logged.", self._dropped()
        )
        for name, value in self._gauges().items():
            if value is not None:
                yield GaugeMetricFamily(name, GAUGES[name], value)

    def _requests(self) -> Metric:
        family = HistogramMetricFamily(
            "penchant_request_seconds", "Seconds to an answer.", labels=["operation", "status"]
        )
        for (operation, status), found in list(self._meters.requests.items()):
            _add(family, [operation, str(status)], found)
        return family

    def _stages(self) -> Metric:
        family = HistogramMetricFamily("penchant_stage_seconds", "Seconds of a stage of a query.", labels=["stage"])
        for stage, found in list(self._meters.stages.items()):
            _add(family, [stage], found)
        return family

    def _events(self) -> Metric:
        family = CounterMetricFamily("penchant_events", "Events that came.", labels=["type", "status"])
        for (kind, status), count in list(self._meters.events.items()):
            family.add_metric([kind, status], count)
        return family

    def _spans(self) -> Metric:
        family = CounterMetricFamily("penchant_spans", "Spans of traces.", labels=["status"])
        for status, count in list(self._meters.spans.items()):
            family.add_metric([status], count)
        return family


def _add(family: HistogramMetricFamily, labels: list[str], found: Distribution) -> None:
    family.add_metric(labels, buckets=found.cumulative(), sum_value=found.total)
