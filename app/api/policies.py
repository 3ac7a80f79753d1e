"""`/admin/policies` and `/admin/snapshots`: what shapes answers, versioned; going back needs no restart."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from app.api.answers import json_answer
from app.api.bodies import read_object
from app.api.documentation import BODY_ERRORS, READING_ERRORS, URL_ERRORS, answers, body_of
from app.api.guard import key_of
from app.api.queries import refuse_query
from app.api.query_or_body import checked
from app.api.schemas.policies import PolicyChange, PolicyList, PolicyTold, SnapshotList
from app.api.state import service_of
from app.errors import PolicyNotFoundError, PolicyRefusedError, SnapshotNotFoundError
from app.requests.operators import ActivationRequest, PolicyRequest

router = APIRouter(prefix="/admin", tags=["service"], dependencies=[Depends(refuse_query)])

PolicyId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="Id of a policy: 12 hexadecimal digits.")]
SnapshotId = Annotated[str, Path(pattern="^[0-9A-Za-z-]{1,64}$", description="Id of a snapshot.")]
_KEYLESS = "keyless"


@router.get(
    "/policies",
    operation_id="list_policies",
    summary="List the policies",
    responses=answers(PolicyList, "Every policy, newest first.", *URL_ERRORS),
)
async def list_policies(request: Request) -> Response:
    """Weights, floors and snapshot, versioned as one; with when and why each was made and put in force."""
    return json_answer(await asyncio.to_thread(service_of(request).policies.listed))


@router.post(
    "/policies",
    operation_id="add_policy",
    summary="Make a policy",
    openapi_extra=body_of(PolicyRequest),
    responses=answers(PolicyTold, "The policy.", *URL_ERRORS, *BODY_ERRORS, SnapshotNotFoundError, *READING_ERRORS),
)
async def add_policy(request: Request) -> Response:
    """A policy like the one in force with other settings in some places. It is not put in force by that."""
    wanted = checked(PolicyRequest, await read_object(request))
    policies = service_of(request).policies
    made = await policies.add(wanted.overrides, wanted.snapshot, key_of(request) or _KEYLESS, wanted.why)
    listed = (await asyncio.to_thread(policies.listed))["policies"]
    return json_answer(next(each for each in listed if each["policy_id"] == made.policy_id))


@router.post(
    "/policies/{policy_id}/activate",
    operation_id="activate_policy",
    summary="Put a policy in force",
    openapi_extra=body_of(ActivationRequest, optional=True),
    responses=answers(
        PolicyChange,
        "What changed.",
        *URL_ERRORS,
        *BODY_ERRORS,
        PolicyNotFoundError,
        PolicyRefusedError,
        *READING_ERRORS,
    ),
)
async def activate_policy(request: Request, policy_id: PolicyId) -> Response:
    """Its weights and floors hold from the next answer on, its snapshot once it is loaded; no request is dropped.

    It outlasts a restart, until the configuration's own weights or floors are changed.
    """
    wanted = checked(ActivationRequest, await read_object(request, optional=True))
    by = key_of(request) or _KEYLESS
    return json_answer((await service_of(request).policies.activate(policy_id, by, wanted.why)).payload())


@router.post(
    "/policies/{policy_id}/release",
    operation_id="release_policy",
    summary="Keep no snapshot for a policy any longer",
    responses=answers(PolicyTold, "The policy.", *URL_ERRORS, PolicyNotFoundError, PolicyRefusedError),
)
async def release_policy(request: Request, policy_id: PolicyId) -> Response:
    """Its snapshot may be removed by the next build, as `snapshots.keep` says; then it cannot be put in force."""
    policies = service_of(request).policies
    await policies.release(policy_id)
    listed = (await asyncio.to_thread(policies.listed))["policies"]
    return json_answer(next(each for each in listed if each["policy_id"] == policy_id))


@router.get(
    "/snapshots",
    operation_id="list_snapshots",
    summary="List the snapshots",
    responses=answers(SnapshotList, "Every snapshot on disk, newest first.", *URL_ERRORS),
)
async def list_snapshots(request: Request) -> Response:
    """Every build of the index that is kept, and for what."""
    return json_answer(await asyncio.to_thread(service_of(request).policies.snapshots))


@router.post(
    "/snapshots/{snapshot}/activate",
    operation_id="activate_snapshot",
    summary="Put a snapshot in service",
    openapi_extra=body_of(ActivationRequest, optional=True),
    responses=answers(
        PolicyChange,
        "What changed.",
        *URL_ERRORS,
        *BODY_ERRORS,
        SnapshotNotFoundError,
        PolicyRefusedError,
        *READING_ERRORS,
    ),
)
async def activate_snapshot(request: Request, snapshot: SnapshotId) -> Response:
    """With the weights and floors in force, once it is loaded; until then the present one answers.

    What people did, and items that came over HTTP, are the same in every snapshot.
    """
    wanted = checked(ActivationRequest, await read_object(request, optional=True))
    by = key_of(request) or _KEYLESS
    return json_answer((await service_of(request).policies.activate_snapshot(snapshot, by, wanted.why)).payload())
