"""deploy/haproxy.cfg with the real HAProxy: who is sent where, and what becomes of requests whose replica goes."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from scripts.benchmarks.scaling.balancer import balanced, servers
from scripts.benchmarks.serving.checkout import free_port
from tests.fleet.named_server import NamedServer, named_servers

CONFIG = Path(__file__).parents[2] / "deploy" / "haproxy.cfg"
PEOPLE = [f"person {number}/ö&{number}" for number in range(60)]


def deployed(ports: list[int]) -> str:
    """The configuration, with servers of this machine in place of those that a name stands for."""
    text, found = re.subn(r"^    server-template .*$", servers(ports), CONFIG.read_text(), flags=re.MULTILINE)
    assert found == 1
    return text


@pytest.fixture
def replicas() -> Iterator[list[NamedServer]]:
    with named_servers(3) as started:
        yield started


@pytest.fixture
def client(replicas: list[NamedServer], tmp_path: Path) -> Iterator[httpx.Client]:
    port = free_port()
    places = {"BALANCER_ADDRESS": f"127.0.0.1:{port}", "METRICS_ADDRESS": f"127.0.0.1:{free_port()}"}
    with (
        balanced(deployed([each.port for each in replicas]), port, tmp_path, places),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


def of(client: httpx.Client, person: str) -> list[str]:
    """Who answers whatever names a person where the balancer can see it."""
    event = {"event_id": "e", "user_id": person, "item_id": "i", "type": "like"}
    path = f"/users/{quote(person, safe='')}"
    answers = [
        client.get("/recommend", params={"limit": 5, "user_id": person}),
        client.post("/recommend", json={"limit": 5, "user_id": person}),
        client.post("/events", json=event),
        client.post("/events", json=[event, event | {"user_id": "somebody else"}]),
        client.get(f"{path}/profile"),
        client.delete(path),
    ]
    return [answer.text for answer in answers]


def test_a_person_is_sent_to_one_replica_wherever_the_id_stands(client: httpx.Client) -> None:
    places = {person: of(client, person) for person in PEOPLE}
    assert not {person: seen for person, seen in places.items() if len(set(seen)) > 1}
    assert min(Counter(seen[0] for seen in places.values()).values()) > len(PEOPLE) / 10
    assert len({seen[0] for seen in places.values()}) == 3


def test_what_names_nobody_goes_round(client: httpx.Client) -> None:
    many = "\n".join(f'{{"event_id": "{n}", "user_id": "ada", "item_id": "i", "type": "like"}}' for n in range(400))
    asked = [client.get("/popular").text for _ in range(9)] + [client.post("/events", content=many).text]
    assert set(Counter(asked)) == {"replica1", "replica2", "replica3"}


def test_when_a_replica_goes_its_people_move_and_hardly_anybody_else(
    client: httpx.Client, replicas: list[NamedServer]
) -> None:
    before = {person: of(client, person)[0] for person in PEOPLE}
    replicas[0].ready = False
    wait_until(lambda: "replica1" not in {of(client, person)[0] for person in PEOPLE})
    others = [person for person, name in before.items() if name != "replica1"]
    moved = [person for person in others if of(client, person)[0] != before[person]]
    assert len(moved) <= len(others) / 10  # by the bound on a replica's load, and for no other reason


def test_a_replica_that_hangs_up_costs_no_answer_that_may_be_asked_for_twice(
    client: httpx.Client, replicas: list[NamedServer]
) -> None:
    replicas[0].hangs_up = True
    for person in PEOPLE[:20]:
        assert client.get("/recommend", params={"user_id": person}).text in {"replica2", "replica3"}
        assert client.post("/events", json={"user_id": person}).text in {"replica2", "replica3"}
    assert {method for method, _ in replicas[0].asked} == {"GET", "POST"}


def test_a_change_is_never_asked_for_twice(client: httpx.Client, replicas: list[NamedServer]) -> None:
    for each in replicas:
        each.hangs_up = True
    assert client.post("/users/ada/reset-embedding", json={}).status_code == 502
    assert len([asked for each in replicas for asked in each.asked if asked[1].startswith("/users/ada")]) == 1


def wait_until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
