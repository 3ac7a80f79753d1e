"""`/insights/policies/{policy_id}/estimate`: what a policy that was not served would have earned."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from app.api.answers import json_answer
from app.api.documentation import URL_ERRORS, answers, query_of
from app.api.policies import PolicyId
from app.api.queries import read_query
from app.api.query_or_body import checked
from app.api.schemas.estimates import Estimate
from app.api.state import service_of
from app.errors import EstimateRefusedError, PolicyNotFoundError
from app.requests.operators import EstimateRequest

router = APIRouter(tags=["insights"])


@router.get(
    "/insights/policies/{policy_id}/estimate",
    operation_id="estimate_policy",
    summary="Estimate a policy from the log of others",
    openapi_extra=query_of(EstimateRequest),
    responses=answers(Estimate, "The estimates.", *URL_ERRORS, PolicyNotFoundError, EstimateRefusedError),
)
async def estimate_policy(request: Request, policy_id: PolicyId) -> Response:
    """IPS, SNIPS and doubly robust estimates, from the draws of exploration: nothing else in a slate is random.

    The policy may differ from those that were served in how it draws, and in nothing else.
    """
    wanted = checked(EstimateRequest, read_query(request, EstimateRequest))
    return json_answer(await asyncio.to_thread(service_of(request).off_policy.estimate, policy_id, wanted.days))
