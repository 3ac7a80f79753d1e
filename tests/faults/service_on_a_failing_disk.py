"""Run by tests with scripts/soak/faulty_calls.c: what a service answers while the disk fails, and then; JSON lines."""

import json
import os
import sys
import time
from pathlib import Path

from fastapi.testclient import TestClient

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "app")]

from conftest import NOW, household, make_item  # noqa: E402 - found by the path above

from app.main import create_app  # noqa: E402
from app.settings import Settings  # noqa: E402
from models.encoder import HashingEncoder  # noqa: E402

FAULTS = Path(os.environ["FAULTS"])
PATIENCE_SECONDS = 20


def say(told):
    os.write(1, json.dumps(told).encode() + b"\n")


def event(number):
    return {"event_id": f"e{number}", "user_id": "ann", "item_id": "i001", "type": "like"}


def told(answer):
    return {"status": answer.status_code, "retry": answer.headers.get("Retry-After"), **answer.json()}


def cleared(client):
    """Whether the service takes writes again by itself, without being asked to write."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if client.get("/readyz").json()["writes"] == "taken":
            return True
        time.sleep(0.05)
    return False


def under(client, fault, number):
    FAULTS.write_text(fault)
    if fault.startswith("rename"):
        first = client.delete("/users/erasable")
    else:
        first = client.post("/events", json=event(number))
    during = {
        "write": told(first),
        "ready": told(client.get("/readyz")),
        "writer": told(client.get("/readyz?needs=writes")),
        "recommend": client.get("/recommend", params={"user_id": "ann"}).status_code,
    }
    FAULTS.write_text("")
    during["cleared"] = cleared(client)
    during["again"] = client.post("/events", json=event(number)).json()["results"][0]["status"]
    during["export"] = client.get("/users/ann/export").status_code
    return during


def main(folder):
    with household(folder) as home:
        home.publish([make_item(number) for number in range(12)])
    settings = Settings(data_dir=folder, as_of=NOW)
    with TestClient(
        create_app(settings, HashingEncoder(64)), client=("127.0.0.1", 9), base_url="http://127.0.0.1"
    ) as client:
        client.post("/events", json=event(0) | {"user_id": "erasable", "event_id": "gone"})
        for number, fault in enumerate(sys.argv[2:]):
            say(under(client, fault, number))
        if any(fault.startswith("rename") for fault in sys.argv[2:]):
            say({"erased": client.delete("/users/erasable").json()})


main(Path(sys.argv[1]))
