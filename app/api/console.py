"""What operators look at and try: a slate stage by stage, settings on a sample, the catalogue's map, rejected rows."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from app.api.answers import json_answer
from app.api.documentation import BODY_ERRORS, READING_ERRORS, URL_ERRORS, answers, body_of
from app.api.guard import for_own_user
from app.api.queries import refuse_query
from app.api.query_or_body import asked
from app.api.schemas.console import CatalogueMap, Inspection, RejectedRows, Trial
from app.api.state import service_of
from app.requests.operators import InspectionRequest, TrialRequest

router = APIRouter(prefix="/admin", tags=["insights"], dependencies=[Depends(refuse_query)])


@router.post(
    "/inspections",
    operation_id="inspect_slate",
    summary="Inspect a slate, stage by stage",
    openapi_extra=body_of(InspectionRequest),
    responses=answers(Inspection, "The slates, the one in force first.", *URL_ERRORS, *BODY_ERRORS, *READING_ERRORS),
)
async def inspect_slate(request: Request) -> Response:
    """What somebody would be answered now, and by other settings, with what every stage did and what filters dropped.

    Nothing is logged as served, and no later answer follows it.
    """
    wanted = await asked(request, InspectionRequest)
    await for_own_user(request, wanted.user_id)
    return json_answer(await service_of(request).trials.inspect(wanted))


@router.post(
    "/trials",
    operation_id="try_settings",
    summary="Try settings on a sample of people",
    openapi_extra=body_of(TrialRequest),
    responses=answers(Trial, "The effect.", *URL_ERRORS, *BODY_ERRORS, *READING_ERRORS),
)
async def try_settings(request: Request) -> Response:
    """How the slates of some people would change: before they are a policy, and served to nobody.

    `held_out_recall` is the share found of what people took up last, from what they did before. The index may have
    learned from it: it compares settings, and is no measure of quality.
    """
    return json_answer(await service_of(request).trials.try_on_sample(await asked(request, TrialRequest)))


@router.get(
    "/catalogue-map",
    operation_id="catalogue_map",
    summary="See the catalogue as a map of topics",
    responses=answers(CatalogueMap, "The topics, the largest first.", *URL_ERRORS, *READING_ERRORS),
)
async def catalogue_map(request: Request) -> Response:
    """Where the topics lie to one another, how many items each has, and how much it was shown lately."""
    return json_answer(await service_of(request).catalogue_map())


@router.get(
    "/rejected-rows",
    operation_id="rejected_rows",
    summary="See why rows were rejected",
    responses=answers(RejectedRows, "How many, and every reason, the last one first.", *URL_ERRORS),
)
async def rejected_rows(request: Request) -> Response:
    """Rows of items and events that were rejected or ignored; by field and reason, since the service started."""
    return json_answer(service_of(request).rejected_rows())
