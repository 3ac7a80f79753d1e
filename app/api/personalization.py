"""`/admin/personalization`: the administrator's switch."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from app.api.answers import json_answer
from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, URL_ERRORS, WRITING_ERRORS, answers, body_of, query_of
from app.api.guard import key_of
from app.api.queries import read_query, refuse_query
from app.api.query_or_body import checked
from app.api.schemas.personalization import PersonalizationSwitches
from app.api.state import service_of
from app.policy.personalization_switch import Target
from app.requests.operators import SwitchedRequest, SwitchRequest

router = APIRouter(prefix="/admin/personalization", tags=["service"])

_KEYLESS = "keyless"
_HOLDS = "What is switched off now, and the record."


@router.get(
    "",
    operation_id="list_personalization_switches",
    summary="See where personalisation is switched off",
    dependencies=[Depends(refuse_query)],
    responses=answers(PersonalizationSwitches, _HOLDS, *URL_ERRORS),
)
async def list_personalization_switches(request: Request) -> Response:
    """What the operator has switched off, for everybody, in a scenario or for a segment; and all that ever was."""
    return json_answer(service_of(request).administrators_switch.payload())


@router.put(
    "",
    operation_id="switch_personalization_off",
    summary="Switch personalisation off for everybody, in a scenario or for a segment",
    dependencies=[Depends(refuse_query)],
    openapi_extra=body_of(SwitchRequest, optional=True),
    responses=answers(PersonalizationSwitches, _HOLDS, *URL_ERRORS, *BODY_ERRORS, *WRITING_ERRORS),
)
async def switch_personalization_off(request: Request) -> Response:
    """From the next answer on, and over restarts: such answers follow nothing of the person, and say so.

    What a person has seen, dismissed or muted stays away all the same. Events are stored and learned from as ever.
    Answers that were begun before cannot be continued.
    """
    wanted = checked(SwitchRequest, await read_object(request, optional=True))
    return await _set(request, wanted, why=wanted.why, enabled=False)


@router.delete(
    "",
    operation_id="switch_personalization_on",
    summary="Switch personalisation on again",
    openapi_extra=query_of(SwitchedRequest),
    responses=answers(PersonalizationSwitches, _HOLDS, *URL_ERRORS, *WRITING_ERRORS),
)
async def switch_personalization_on(request: Request) -> Response:
    """Takes one switch back, which is named as it was set; what people switched off for themselves stays off."""
    return await _set(request, checked(SwitchedRequest, read_query(request, SwitchedRequest)), why="", enabled=True)


async def _set(request: Request, wanted: SwitchedRequest, *, why: str, enabled: bool) -> Response:
    target = Target(wanted.scenario, wanted.segment, wanted.value)
    switch, key_id = service_of(request).administrators_switch, key_of(request) or _KEYLESS
    return json_answer(await switch.set(target, key_id, why, enabled=enabled))
