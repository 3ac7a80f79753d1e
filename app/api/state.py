"""What the application holds for as long as it runs, and how an endpoint gets at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from fastapi import Request

from app.access.access import Access
from app.insights.meters import Meters
from app.service import Service
from app.settings import HttpSettings

if TYPE_CHECKING:
    from app.insights.telemetry.tracing import Tracing


class State(TypedDict):
    """What the application's lifespan yields."""

    service: Service
    http: HttpSettings
    access: Access
    meters: Meters
    tracing: Tracing | None


def service_of(request: Request) -> Service:
    """The service that answers."""
    service: Service = request.state.service
    return service


def http_of(request: Request) -> HttpSettings:
    """The limits of requests."""
    http: HttpSettings = request.state.http
    return http


def access_of(request: Request) -> Access:
    """The door."""
    access: Access = request.state.access
    return access
