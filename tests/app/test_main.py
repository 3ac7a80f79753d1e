"""The whole application, served by uvicorn over a real socket: real stores, real index, the small encoder."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import uvicorn

from app.api.schemas.alerts import Alert, AlertList
from app.api.schemas.person import ErasureReceipt, Profile, ResetReceipt
from app.api.schemas.policies import PolicyChange, PolicyList, PolicyTold, SnapshotList
from app.api.schemas.rows import EventResults, ItemResults
from app.api.schemas.service import Ready, Transparency
from app.api.schemas.slate import SimilarItems, Slate
from app.main import create_app
from app.policy.charter.charter import PACKAGED
from app.settings import HttpSettings, Settings

ODD_ID = "a/b %2F ü?#日本"


@pytest.fixture(scope="module", params=["httptools", "h11"])
def client(request, tmp_path_factory, open_household, an_item) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("service")
    with open_household(folder) as home:
        home.publish([an_item(number) for number in range(90)])
    charter = folder / "charter.toml"
    charter.write_text(f'{PACKAGED.read_text()}\n[attributes]\n"*" = {{ why = "to be tested" }}\n')
    http = HttpSettings(max_body_bytes=100_000)
    settings = Settings(data_dir=folder, as_of=home.settings.as_of, http=http, charter=charter)
    app = create_app(settings, home.encoder)
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=request.param, ws="none", log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as opened:
        yield opened
    server.should_exit = True
    thread.join()


def item(item_id: str, **more: Any) -> dict[str, Any]:
    described = {"title": "A new telescope", "text": "telescope galaxies nebula", "tags": ["astronomy"]}
    return {
        "item_id": item_id,
        **described,
        "format": "video",
        "language": "en",
        "published_at": "2026-02-28T00:00:00Z",
    } | more


def test_it_is_ready_and_says_from_what(client):
    ready = Ready.model_validate_json(client.get("/readyz").content)
    assert ready.ready
    assert (ready.items, ready.vectors) == (90, "content")
    Transparency.model_validate_json(client.get("/transparency").content)


@pytest.mark.parametrize("item_id", [ODD_ID, "é" * 128, "100%", "/", "a//b/"])
def test_items_of_any_id_come_and_go(client, item_id):
    path = f"/items/{quote(item_id, safe='')}"
    answer = client.post("/items", json=item(item_id))
    assert ItemResults.model_validate_json(answer.content).counts.created == 1
    assert client.get(path).json()["item_id"] == item_id
    assert SimilarItems.model_validate_json(client.get("/similar", params={"item_id": item_id}).content).items
    assert client.delete(path).status_code == 204
    assert client.get(path).json()["type"] == "/problems/unknown-item"


def test_feedback_acts_on_the_next_answer_and_a_reset_takes_it_back(client):
    user = f"/users/{quote(ODD_ID, safe='')}"
    wanted = {"user_id": ODD_ID, "limit": 10}
    first = Slate.model_validate_json(client.get("/recommend", params=wanted).content)
    assert not first.personalized
    event = {"user_id": ODD_ID, "item_id": "i000", "type": "save", "occurred_at": "2026-03-01T11:00:00Z"}
    events = [event | {"event_id": f"{client.base_url}1"}, event | {"event_id": "other", "item_id": "nowhere"}]
    results = EventResults.model_validate_json(client.post("/events", json=events).content)
    assert [row.status for row in results.results] == ["accepted", "awaiting_item"]
    second = Slate.model_validate_json(client.post("/recommend", json=wanted | {"debug": True}).content)
    assert second.personalized
    assert second.trace
    assert any(reason.item_id == "i000" for each in second.items for reason in each.reasons)
    profile = Profile.model_validate_json(client.get(f"{user}/profile").content)
    assert profile.implicit.topics[0].evidence[0].item_id == "i000"
    receipt = ResetReceipt.model_validate_json(client.post(f"{user}/reset-embedding").content)
    assert receipt.epoch == 1
    third = Slate.model_validate_json(client.get("/recommend", params=wanted).content)
    assert [each.item_id for each in third.items] == [each.item_id for each in first.items]


def test_what_a_person_states_is_merged_and_erased(client):
    client.patch("/users/u%2F2/profile", json={"role": "nurse", "preferences": {"tags": ["chess"]}})
    answer = client.patch("/users/u%2F2/profile", json={"role": None, "preferences": {"languages": ["en"]}})
    profile = Profile.model_validate_json(answer.content)
    assert profile.explicit.role is None
    assert profile.explicit.preferences is not None
    assert (profile.explicit.preferences.tags, profile.explicit.preferences.languages) == (["chess"], ["en"])
    receipt = ErasureReceipt.model_validate_json(client.delete("/users/u%2F2").content)
    assert receipt.deleted["users"] == 1
    assert not Profile.model_validate_json(client.get("/users/u%2F2/profile").content).known


def test_parts_that_are_valid_but_too_much_together_are_a_problem(client):
    for number in range(2):
        answer = client.patch("/users/u3/profile", json={"attributes": {str(number): "x" * 9_000}})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "attributes", "message": "is larger than 16384 bytes of JSON"}]


def test_a_body_without_an_announced_length_is_cut_off_at_the_limit(client):
    headers = {"Content-Type": "application/json"}
    answer = client.post("/events", content=(b" " * 10_000 for _ in range(20)), headers=headers)
    assert answer.status_code == 413
    assert client.get("/livez").status_code == 200


def exchange(client: httpx.Client, sent: bytes) -> bytes:
    """What the server answers to these bytes before it closes the connection."""
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=10) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_client_that_asks_first_is_spared_sending_a_body_that_is_too_large(client):
    head = b"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n"
    answer = exchange(client, head + b"Expect: 100-continue\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", [b"/items/%C3", b"/items/\xff", b"/recommend?user_id=%FF"])
def test_a_url_that_is_no_text_is_refused(client, path):
    answer = exchange(client, b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


class TestOperators:
    def test_alerts_are_listed_and_seen(self, client):
        told = AlertList.model_validate_json(client.get("/insights/alerts").content)
        assert len(told.alerts) == 10
        assert told.waiting_messages == 0
        answer = client.post("/insights/alerts/recall_low/acknowledge", json={"why": "it is known"})
        seen = Alert.model_validate_json(answer.content)
        assert seen.acknowledged is not None
        assert (seen.acknowledged.why, seen.state) == ("it is known", "unknown")
        again = AlertList.model_validate_json(client.get("/insights/alerts").content)
        assert again.history[0]["entry"] == "acknowledged"
        assert client.post("/insights/alerts/boredom/acknowledge").status_code == 422

    def test_prometheus_reads_the_recall_gauge(self, client):
        assert "penchant_recall_dropped_total" in client.get("/metrics").text

    def test_a_policy_is_made_put_in_force_and_gone_back_from(self, client):
        before = client.get("/admin/policies").json()["in_force"]
        wanted = {"overrides": {"floors": {"exploration_share": 0.4}}, "why": "to be tested"}
        made = PolicyTold.model_validate_json(client.post("/admin/policies", json=wanted).content)
        change = PolicyChange.model_validate_json(client.post(f"/admin/policies/{made.policy_id}/activate").content)
        assert change.changes["floors.exploration_share"].after == 0.4
        assert client.get("/transparency").json()["floors"]["exploration_share"] == 0.4
        assert client.get("/recommend", params={"user_id": "ada"}).json()["policy"] == made.policy_id
        assert client.post(f"/admin/policies/{made.policy_id}/release").status_code == 409
        back = client.post(f"/admin/policies/{before}/activate", json={"why": "enough"}).json()
        assert (back["policy"], back["policy_before"]) == (before, made.policy_id)
        released = PolicyTold.model_validate_json(client.post(f"/admin/policies/{made.policy_id}/release").content)
        assert not released.kept
        listed = PolicyList.model_validate_json(client.get("/admin/policies").content)
        assert [each.why for each in listed.policies[-1].activations] == ["as configured", "enough"]

    @pytest.mark.parametrize(
        ("overrides", "field"),
        [
            ({"floors": {"exploration_share": 7}}, "overrides.floors.exploration_share"),
            ({"colour": "red"}, "overrides.colour"),
            ({"labels": {"folder": "/etc"}}, "overrides.labels"),
        ],
    )
    def test_a_setting_that_cannot_be_is_named(self, client, overrides, field):
        answer = client.post("/admin/policies", json={"overrides": overrides, "why": "to be tested"})
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == [field]

    def test_snapshots_are_listed_and_put_in_service(self, client):
        told = SnapshotList.model_validate_json(client.get("/admin/snapshots").content)
        (only,) = told.snapshots
        assert only.in_service
        assert only.bytes > 0
        again = client.post(f"/admin/snapshots/{only.snapshot}/activate").json()
        assert not again["changed"]
        missing = client.post("/admin/snapshots/20200101T000000Z-00000000/activate")
        assert (missing.status_code, missing.json()["type"]) == (404, "/problems/unknown-snapshot")
        assert client.post("/admin/policies/0123456789ab/activate").json()["type"] == "/problems/unknown-policy"
