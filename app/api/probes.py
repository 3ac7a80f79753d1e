"""`/livez` and `/readyz`: for whoever starts, watches and balances the service. A query is ignored here."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from app.api.answers import json_answer
from app.api.documentation import answers
from app.api.schemas.service import Alive, Ready
from app.api.state import access_of, service_of
from app.disk import DiskProblemError
from app.errors import UnavailableError

_RETRY_SECONDS: Final = "5"

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
    """503 with the reasons until an index is served; `writes` says whether events and changes are taken.

    While they are not, answers go on: `state` is `degraded`, and the status 200, lest what still works be taken out of
    service. Who balances writers asks `/readyz?needs=writes`, which is 503 then. `GET /admin/status` says more.
    """
    service = service_of(request)
    readiness = service.readiness() | {"access": _access(request)}
    if not readiness["ready"]:
        raise UnavailableError("; ".join(readiness["reasons"]), **readiness)
    try:
        readiness |= {"awaiting_item": await service.awaiting()}
    except DiskProblemError as error:  # answers are made from memory: what serves is told all the same
        reasons = [*dict.fromkeys([*readiness["reasons"], error.detail])]
        readiness |= {"writes": "failing", "state": "degraded", "reasons": reasons}
    if readiness.get("writes") == "failing" and request.query_params.get("needs") == "writes":
        detail = "; ".join(readiness["reasons"])
        raise UnavailableError(detail, headers={"Retry-After": _RETRY_SECONDS}, **readiness | {"ready": False})
    return json_answer(readiness)


def _access(request: Request) -> str:
    return "this-machine-only" if access_of(request).keyless else "keys"
