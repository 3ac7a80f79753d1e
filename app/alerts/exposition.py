"""Alerts and the recall gauge, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.alerts.board import Board
from app.alerts.finding import State
from app.serving.recall_gauge import RecallGauge


class WatchCollector(Collector):
    """How alerts stand, and how much live searches find."""

    def __init__(self, board: Board, gauge: RecallGauge) -> None:
        self._board = board
        self._gauge = gauge

    def collect(self) -> Iterable[Metric]:
        """One sample an alert that can be told, and one a bucket of searches."""
        firing = GaugeMetricFamily(
            "penchant_alert_firing", "1 while an alert fires, 0 while all is well.", labels=["alert"]
        )
        for standing in self._board.standings.values():
            if standing.state is not State.UNKNOWN:
                firing.add_metric([standing.name], float(standing.state is State.FIRING))
        yield firing
        told = self._gauge.payload()
        recall = GaugeMetricFamily(
            "penchant_recall_at_10", "Of the ten best by exact search, the share found.", labels=["allowed"]
        )
        for name, bucket in told["by_allowed_share"].items():
            recall.add_metric([name], bucket["recall_at_10"])
        yield recall
        yield CounterMetricFamily("penchant_recall_dropped", "Sampled searches without time for.", told["dropped"])
