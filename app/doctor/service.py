"""What a running service says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any

import httpx

from app.doctor.finding import Finding, look, ok, wrong

_SECONDS = 10.0
_APART = 5.0
"""Seconds that two clocks may be apart."""


def of_service(address: str | None, key: str | None = None) -> Iterator[Finding]:
    """What is to be said of the service at an address; None where none runs. `key` is shown for what needs one."""
    if address is None:
        yield ok("service", "none runs on this folder")
        return
    try:
        with httpx.Client(base_url=address, timeout=_SECONDS, trust_env=False) as client:
            answer = client.get("/readyz")
            told = [*_told(address, answer.json()), *_clock(answer.headers.get("date")), *_alerts(client, key)]
            running = str(client.get("/openapi.json").json()["info"]["version"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        restart = "start it anew; where it is gone, delete service.json"
        yield wrong("service", f"{address} does not answer as Penchant does: {type(error).__name__}", restart)
        return
    yield from told
    mine = version("penchant")
    same = running == mine
    said = f"it is version {running}, and this command {mine}"
    yield (
        ok("version", said)
        if same
        else look("version", said, "start the service anew with the version that is installed")
    )


def _clock(told: str | None) -> Iterator[Finding]:
    """Whether its clock is that of this machine, as far as the second in its answer tells."""
    if told is None:
        return
    apart = (datetime.now(UTC) - parsedate_to_datetime(told)).total_seconds()
    if abs(apart) > _APART:
        before = "behind" if apart > 0 else "ahead of"
        yield look("clock", f"the service's is {abs(apart):,.0f} seconds {before} this machine's", "set both by NTP")


def _alerts(client: httpx.Client, key: str | None) -> Iterator[Finding]:
    """Those that are up; nothing of them is said to who may not see them."""
    answer = client.get("/insights/alerts", headers={"X-API-Key": key} if key else {})
    if answer.status_code in {401, 403}:
        yield look("alerts", "they are not shown without an operator's key", "set PENCHANT_API_KEY")
    elif answer.is_success:
        for alert in answer.json().get("alerts", []):
            if alert["state"] == "firing":
                yield look("alerts", f"{alert['name']}: {alert['message']}", "GET /insights/alerts says since when")


def _told(address: str, ready: dict[str, Any]) -> Iterator[Finding]:
    reasons = "; ".join(ready["reasons"])
    if not ready["ready"]:
        yield wrong("service", f"{address} is not ready: {reasons}", "as it says")
        return
    yield (
        look("service", f"{address} serves, but: {reasons}", "as it says")
        if reasons
        else ok("service", f"{address} serves {ready['items']:,} items to {ready['people']:,} known people")
    )
    if ready.get("writes") not in {None, "taken"}:
        yield wrong("writes", "nothing can be written", "look at the disk; it clears itself")
    if waiting := ready.get("awaiting_item", {}).get("events"):
        yield look(
            "events",
            f"{waiting:,} wait for items that the catalogue does not have",
            "GET /admin/awaited-items names the items",
        )
    if undeclared := ready.get("undeclared_events"):
        told = ", ".join(f"{name} ({count:,})" for name, count in undeclared.items())
        yield look(
            "events", f"types that are no longer declared teach nothing: {told}", "declare them under [events.types]"
        )
    if people := ready.get("set_aside", {}).get("people"):
        yield look(
            "people",
            f"{people:,} ids act as machines do, and count in no aggregate",
            "see whether these are crawlers, or shared ids",
        )
    if faults := ready.get("not_finite"):
        yield wrong("numbers", f"scores that are no numbers were met: {faults}", "report this with the service's log")
