"""`/livez` and `/readyz`: for whoever starts, watches and balances the service. A query is ignored here."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.api.answers import json_answer
from app.api.documentation import answers
from app.api.schemas.service import Alive, Ready
from app.api.state import access_of, service_of
from app.disk import DiskProblemError
from app.errors import UnavailableError

router = APIRouter(tags=["probes"])


@router.get("/livez", operation_id="livez", summary="Is the process alive?", responses=answers(Alive, "It is."))
async def livez() -> Response:
    """Answers for as long as the process can; look at `/readyz` before sending requests."""
    return json_answer({"status": "alive"})


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Can requests be answered?",
    responses=answers(Ready, "They can, and from this index.", UnavailableError),
)
async def readyz(request: Request) -> Response:
    """503 with the reasons until an index is served; `writes` says whether events and changes are taken."""
    service = service_of(request)
    readiness = service.readiness() | {"access": _access(request)}
    if not readiness["ready"]:
        raise UnavailableError("; ".join(readiness["reasons"]), **readiness)
    try:
        waiting = await service.awaiting()
    except DiskProblemError as error:  # answers are made from memory: what serves is told all the same
        return json_answer(
            readiness | {"writes": "failing", "reasons": [*dict.fromkeys([*readiness["reasons"], error.detail])]}
        )
    return json_answer(readiness | {"awaiting_item": waiting})


def _access(request: Request) -> str:
    return "this-machine-only" if access_of(request).keyless else "keys"
