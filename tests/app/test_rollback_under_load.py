"""Policies and snapshots are put in force over HTTP while people ask and tell: no request fails."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from app.access.caller import Scope
from app.access.keyfile import KeyFile
from app.main import create_app
from app.settings import Settings


class Crowd:
    """People who ask and tell until they are told to stop, each on a thread and a connection of their own."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.address, self.headers = address, headers
        self.answers: list[tuple[int, str, str]] = []
        self.failures: list[str] = []
        self._enough = threading.Event()

    @contextmanager
    def asking(self, people: int) -> Iterator[None]:
        threads = [threading.Thread(target=self._live, args=(f"u{number}",)) for number in range(people)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._enough.set()
            for thread in threads:
                thread.join()

    def _live(self, user: str) -> None:
        with httpx.Client(base_url=self.address, headers=self.headers, trust_env=False, timeout=60) as client:
            for number in count():
                if self._enough.is_set():
                    return
                self._step(client, user, number)

    def _step(self, client: httpx.Client, user: str, number: int) -> None:
        slate = self._told(client.get("/recommend", params={"user_id": user, "limit": 5}))
        if slate:
            first = number % 20  # what is liked is seen, and the catalogue is small
            liked = {"event_id": f"{user}-{first}", "user_id": user, "item_id": f"i{first:03}"}
            self._told(client.post("/events", json=liked | {"type": "like", "occurred_at": "2026-03-01T12:00:00Z"}))
            self._told(client.get("/recommend", params={"user_id": user, "cursor": slate["next_cursor"]}))
        self._told(client.get("/similar", params={"item_id": "i001", "user_id": user}))

    def _told(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.is_error:
            self.failures.append(f"{answer.status_code} {answer.text}")
            return {}
        told: dict[str, Any] = answer.json()
        if "policy" in told:
            self.answers.append((answer.status_code, told["policy"], told["snapshot"]))
        return told


@pytest.fixture
def served(tmp_path, open_household, an_item) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Address, an operator's headers and a service's, of a server with two snapshots and keys."""
    with open_household(tmp_path) as home:
        for items in (90, 80):
            home.publish([an_item(number) for number in range(items)])
    made = [(), (Scope.EVENTS, Scope.RECOMMEND, Scope.SIMILAR)]
    now = home.settings.as_of
    keys = [KeyFile(tmp_path).change(lambda ring, scopes=scopes: ring.with_key("k", scopes, now)) for scopes in made]
    settings = Settings(data_dir=tmp_path, as_of=now, snapshots={"poll_seconds": 0.05}, access={"rates": {}})
    server = uvicorn.Server(uvicorn.Config(create_app(settings, home.encoder), port=0, ws="none", log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", *({"X-API-Key": key} for key in keys)
    server.should_exit = True
    thread.join()


@pytest.fixture
def roll(served) -> Callable[[int, int], Crowd]:
    """Puts policies and snapshots in force by turns, so many times, while people ask."""
    address, operator, service = served

    def go(times: int, people: int) -> Crowd:
        crowd = Crowd(address, service)
        with (
            httpx.Client(base_url=address, headers=operator, trust_env=False, timeout=60) as office,
            crowd.asking(people),
        ):
            first = office.get("/admin/policies").json()["in_force"]
            snapshots = [each["snapshot"] for each in office.get("/admin/snapshots").json()["snapshots"]]
            wanted = {"overrides": {"floors": {"exploration_share": 0.6}}, "why": "to be tested"}
            other = office.post("/admin/policies", json=wanted).raise_for_status().json()["policy_id"]
            for turn in range(times):
                office.post(
                    f"/admin/policies/{(other, first)[turn % 2]}/activate", json={"why": "a turn"}
                ).raise_for_status()
                changed = office.post(f"/admin/snapshots/{snapshots[turn % 2 - 1]}/activate").raise_for_status().json()
                assert changed["snapshot"] == snapshots[turn % 2 - 1]
        return crowd

    return go


def check(crowd: Crowd, data_dir: Any) -> None:
    assert crowd.failures == []
    snapshots: dict[str, set[str]] = {}
    for _, policy, snapshot in crowd.answers:
        snapshots.setdefault(policy, set()).add(snapshot)
    assert len(snapshots) >= 3
    for policy, served in snapshots.items():
        assert served == {orjson.loads((data_dir / "policies" / f"{policy}.json").read_bytes())["snapshot"]}


@pytest.mark.server
def test_no_request_fails_while_operators_go_back_and_forth(roll, tmp_path):
    check(roll(4, people=3), tmp_path)
    audited = [orjson.loads(line) for line in (tmp_path / "audit.ndjson").read_bytes().splitlines()]
    assert [each["action"] for each in audited].count("activate_policy") == 4
    entered = [orjson.loads(line) for line in (tmp_path / "policies" / "activations.ndjson").read_bytes().splitlines()]
    assert entered[-1]["by"] == audited[-1]["key_id"] != ""


@pytest.mark.server
@pytest.mark.nightly
def test_nor_over_two_hundred_turns(roll, tmp_path):
    check(roll(200, people=8), tmp_path)
