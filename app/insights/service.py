"""What the endpoints of figures call: reports, one at a time and off the event loop, and what Prometheus reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from app.clock import Clock
from app.errors import InvalidPayloadError
from app.insights.exposition import Exposition
from app.insights.reading import Insights
from app.insights.report import CONTEXT, DIMENSIONS, SEGMENT, Asked, Report, report
from app.insights.settings import InsightsSettings
from app.policy.charter.charter import ANY
from app.requests.operators import MetricsRequest
from indexer.problems import FieldProblem

_USUAL_DAYS = 28


class InsightService:
    """Reports and gauges.

    Args:
        insights: what was served, and what came of it.
        settings: what is told of it.
        clock: the time.
        exposition: for Prometheus.
        items: how many items there are; None before there is a catalogue.
    """

    def __init__(
        self,
        insights: Insights,
        settings: InsightsSettings,
        clock: Clock,
        exposition: Exposition,
        items: Callable[[], int | None],
    ) -> None:
        self._insights, self._settings, self._clock, self._items = insights, settings, clock, items
        self.exposition = exposition
        self._turn = asyncio.Lock()

    async def metrics(self, request: MetricsRequest) -> dict[str, Any]:
        """Every metric of a period.

        Raises:
            InvalidPayloadError: it is to be told apart by what there is not, or what the charter does not permit.
        """
        asked = self._asked(request)
        async with self._turn:
            told = await asyncio.to_thread(report, self._insights, asked)
        return _payload(asked, told)

    def _asked(self, request: MetricsRequest) -> Asked:
        segments = self._insights.segments
        circumstances = [CONTEXT + name for name in segments.contexts]
        dimensions = [*DIMENSIONS, *(SEGMENT + name for name in segments.names), *circumstances]
        free = CONTEXT + ANY in circumstances and request.by.startswith(CONTEXT)
        if request.by not in dimensions and not free:
            raise InvalidPayloadError([FieldProblem("by", f"must be one of {', '.join(dimensions)}")])
        now = self._clock.now()
        last = request.to or datetime.fromtimestamp(now, UTC).date()
        first = request.from_ or last - timedelta(days=_USUAL_DAYS - 1)
        if not timedelta() <= last - first <= timedelta(days=self._settings.most_days - 1):
            message = f"must be at most `to`, and within the {self._settings.most_days} days before it"
            raise InvalidPayloadError([FieldProblem("from", message)])
        return Asked(
            first,
            last,
            request.by,
            now,
            window_hours=self._settings.attribution_hours,
            least_people=self._settings.least_people,
            items=self._items(),
        )


def _payload(asked: Asked, told: Report) -> dict[str, Any]:
    return {
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "by": asked.by,
        "attribution_hours": asked.window_hours,
        "metrics": [{name: getattr(each, name) for name in each.__slots__} for each in told.figures],
        "set_aside": {"machines": told.machines, "answers": told.machine_answers},
        "unattributed_events": told.unattributed_events,
        "withheld_buckets": told.withheld_buckets,
    }
