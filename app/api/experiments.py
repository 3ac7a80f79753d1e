"""`/admin/experiments`: begin and end experiments; `/insights/experiments`: what came of them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response

from app.api.answers import json_answer
from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, URL_ERRORS, answers, body_of, query_of
from app.api.guard import key_of
from app.api.queries import read_query, refuse_query
from app.api.query_or_body import checked
from app.api.schemas.experiments import Comparison, ExperimentList, ExperimentPlan, ExperimentTold
from app.api.state import service_of
from app.errors import ExperimentNotFoundError, ExperimentRefusedError, PolicyNotFoundError
from app.insights.experiments.comparison import LIFTS, Wanted
from app.insights.experiments.experiment import Plan
from app.insights.experiments.experiments import told
from app.requests.operators import ExperimentRequest, PlanRequest

router = APIRouter(tags=["insights"])
_PLAIN: Final = (Depends(refuse_query),)

NameInPath = Annotated[str, Path(description="Name of an experiment.")]
_KEYLESS: Final = "keyless"
_CHANGED: Final = answers(
    ExperimentTold, "The experiment.", *URL_ERRORS, ExperimentNotFoundError, ExperimentRefusedError
)


@router.get(
    "/admin/experiments",
    operation_id="list_experiments",
    dependencies=_PLAIN,
    summary="List experiments",
    responses=answers(ExperimentList, "Every experiment, newest first.", *URL_ERRORS),
)
async def list_experiments(request: Request) -> Response:
    """What runs, what ran, and by whose key."""
    return json_answer({"experiments": service_of(request).experiments.listed()})


@router.post(
    "/admin/experiments",
    operation_id="add_experiment",
    dependencies=_PLAIN,
    summary="Begin an experiment",
    openapi_extra=body_of(ExperimentRequest),
    responses=answers(
        ExperimentTold, "The experiment.", *URL_ERRORS, *BODY_ERRORS, ExperimentRefusedError, PolicyNotFoundError
    ),
)
async def add_experiment(request: Request) -> Response:
    """People are assigned by a salted hash of their ids, which nothing else knows, so that each keeps their variant.

    Of variants, shares and policies nothing is changed afterwards: stop it, and begin another.
    """
    wanted = checked(ExperimentRequest, await read_object(request))
    plan = Plan.model_validate(wanted.model_dump(include=set(Plan.model_fields)))
    experiments = service_of(request).experiments
    by = key_of(request) or _KEYLESS
    return json_answer(told(await asyncio.to_thread(experiments.add, wanted.name, plan, by, start=wanted.start)))


@router.post(
    "/admin/experiments/{name}/start",
    operation_id="start_experiment",
    dependencies=_PLAIN,
    summary="Start an experiment that was made without starting it",
    responses=_CHANGED,
)
async def start_experiment(request: Request, name: NameInPath) -> Response:
    """People are assigned from their next request on."""
    return json_answer(told(await asyncio.to_thread(service_of(request).experiments.start, name)))


@router.post(
    "/admin/experiments/{name}/stop",
    operation_id="stop_experiment",
    dependencies=_PLAIN,
    summary="Stop an experiment",
    responses=_CHANGED,
)
async def stop_experiment(request: Request, name: NameInPath) -> Response:
    """Everybody gets what is in force from their next request on."""
    return json_answer(told(await asyncio.to_thread(service_of(request).experiments.stop, name)))


@router.get(
    "/insights/experiments/{name}",
    operation_id="compare_experiment",
    dependencies=_PLAIN,
    summary="Compare the variants of an experiment",
    responses=answers(Comparison, "The comparison as of now.", *URL_ERRORS, ExperimentNotFoundError),
)
async def compare_experiment(request: Request, name: NameInPath) -> Response:
    """Lift of each variant over the control, with intervals that hold however often one looks."""
    return json_answer(await asyncio.to_thread(service_of(request).comparisons.compare, name))


@router.get(
    "/insights/experiments/{name}/plan",
    operation_id="plan_experiment",
    openapi_extra=query_of(PlanRequest),
    summary="How many people an experiment needs",
    responses=answers(ExperimentPlan, "People needed.", *URL_ERRORS, ExperimentNotFoundError),
)
async def plan_experiment(request: Request, name: NameInPath) -> Response:
    """By what people did in the last four weeks, whatever they were given."""
    asked = checked(PlanRequest, read_query(request, PlanRequest))
    wanted = Wanted(asked.lift or LIFTS, asked.power, asked.alpha)
    return json_answer(await asyncio.to_thread(service_of(request).comparisons.plan, name, wanted))
