"""`/insights/metrics`: how the service does, in figures; `/metrics`: what Prometheus reads."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response

from app.api.answers import json_answer
from app.api.documentation import URL_ERRORS, answers, problems, query_of
from app.api.queries import read_query, refuse_query
from app.api.query_or_body import checked
from app.api.schemas.insights import Figure, MetricsReport
from app.api.state import service_of
from app.insights.exposition import CONTENT_TYPE
from app.requests.operators import MetricsRequest

router = APIRouter(tags=["service"])

CSV: Final = "text/csv"
_REPORT: Final = answers(MetricsReport, "Every metric.", *URL_ERRORS)
_REPORT[200]["content"] = {CSV: {"schema": {"type": "string"}}}
_TEXT: Final = {"description": "Prometheus' text format.", "content": {"text/plain": {"schema": {"type": "string"}}}}


@router.get(
    "/insights/metrics",
    operation_id="metrics_report",
    summary="Read how the service does",
    openapi_extra=query_of(MetricsRequest),
    responses=_REPORT,
)
async def metrics_report(request: Request) -> Response:
    """Engagement, diversity, negative feedback and the other metrics over some days, in buckets by one dimension.

    Their formulas stand in docs/guides/metrics.md. Machines are set aside and counted; small segments are withheld.
    """
    wanted = checked(MetricsRequest, read_query(request, MetricsRequest))
    told = await service_of(request).reports.metrics(wanted)
    if wanted.format == "csv":
        return Response(_csv(told["by"], told["metrics"]), media_type=CSV)
    return json_answer(told)


@router.get(
    "/metrics",
    operation_id="prometheus",
    summary="Read the gauges for Prometheus",
    response_class=Response,
    responses={200: _TEXT, **problems(*URL_ERRORS)},
    dependencies=[Depends(refuse_query)],
)
async def prometheus(request: Request) -> Response:
    """Latency of requests and stages, events, queues and ages; nothing about any person."""
    text = await asyncio.to_thread(service_of(request).reports.exposition.text)
    return Response(text, media_type=CONTENT_TYPE)


def _csv(by: str, figures: Sequence[dict[str, Any]]) -> str:
    """One line a figure; `by` stands in each, so that several reports can be put together."""
    sheet = io.StringIO()
    names = list(Figure.model_fields)
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["by", *names])
    writer.writerows([by, *(each[name] for name in names)] for each in figures)
    return sheet.getvalue()
