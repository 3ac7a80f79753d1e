"""Three replicas on one PostgreSQL, behind HAProxy in round-robin: whoever answers, it is as if there were one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from scripts.soak.caller import person
from scripts.soak.catalogue import subject_of
from tests.fleet.pairs import faults, run_pairs
from tests.fleet.replicas import ITEMS, Fleet, fleet
from tests.postgres import postgres_server

pytestmark = pytest.mark.server

REPLICAS = 3
BEGAN = datetime.now(UTC).isoformat()
LIKED = [f"i{number}" for number in range(0, 30, 6)]
"""All about one subject."""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with (
        postgres_server() as server,
        fleet(tmp_path_factory.mktemp("fleet"), REPLICAS, {"PENCHANT_STORAGE__URL": server.new_database()}) as started,
    ):
        yield started


def test_an_event_through_one_replica_is_followed_by_the_next_answer_of_another(three: Fleet) -> None:
    books = run_pairs(three.port, [f"pair{number}" for number in range(40)], each=6)
    assert books.missed == []
    assert books.apart > 100
    assert books.asked_again.keys() <= {503, 504}, "where the machine is too busy, and nothing else"


def test_a_replica_that_is_killed_costs_nothing_that_was_acknowledged(three: Fleet) -> None:
    def kill_and_start() -> None:
        time.sleep(0.5)
        three.replicas[0].kill()
        time.sleep(1.0)
        three.replicas[0].start()

    people = [f"killed{number}" for number in range(40)]
    books = run_pairs(three.port, people, 6, kill_and_start)
    assert books.missed == []
    for client in three.clients:
        exports = {user_id: client.get(person(user_id, "/export")).json() for user_id in people[::4]}
        assert faults(exports, books) == []


def opt_out(client: httpx.Client, user_id: str) -> None:
    client.put(person(user_id, "/personalization"), json={"enabled": False}).raise_for_status()


def erase(client: httpx.Client, user_id: str) -> None:
    client.delete(person(user_id)).raise_for_status()


def reset(client: httpx.Client, user_id: str) -> None:
    client.post(person(user_id, "/reset-embedding"), json={}).raise_for_status()


AFTERWARDS = {opt_out: "ignored", erase: "rejected", reset: "ignored"}
"""What becomes of events from before that are told then."""


@pytest.mark.parametrize("place", range(REPLICAS))
@pytest.mark.parametrize("act", list(AFTERWARDS), ids=lambda act: act.__name__)
def test_what_is_decided_through_one_replica_is_obeyed_by_the_next_answer_of_every_other(
    three: Fleet, act: Callable[[httpx.Client, str], None], place: int
) -> None:
    user_id = f"{act.__name__} {place}"
    clients = three.clients
    tell(clients[place - 1], user_id, LIKED)
    assert [slate(client, user_id)["personalized"] for client in clients] == [True] * REPLICAS
    act(clients[place], user_id)
    told = [slate(client, user_id) for client in clients]
    assert [each["personalized"] for each in told] == [False] * REPLICAS
    late = [tell(client, user_id, LIKED[:1], f"late{number}")[0]["status"] for number, client in enumerate(clients)]
    assert late == [AFTERWARDS[act]] * REPLICAS


@pytest.mark.parametrize("place", range(REPLICAS))
def test_what_is_muted_through_one_replica_is_shown_by_no_other(three: Fleet, place: int) -> None:
    user_id, clients = f"mutes {place}", three.clients
    tell(clients[place - 1], user_id, LIKED)
    subject = subject_of(0)
    assert all(subject in subjects(slate(client, user_id)) for client in clients)
    clients[place].patch(person(user_id, "/profile"), json={"muted": {"tags": [subject]}}).raise_for_status()
    assert not [client for client in clients if subject in subjects(slate(client, user_id))]


@pytest.mark.parametrize("place", range(REPLICAS))
def test_who_becomes_known_through_one_replica_is_known_to_every_other(three: Fleet, place: int) -> None:
    visitor, known, clients = f"visitor {place}", f"known {place}", three.clients
    tell(clients[place - 1], visitor, LIKED)
    assert [slate(client, known)["personalized"] for client in clients] == [False] * REPLICAS
    clients[place].post(person(known, "/merge"), json={"from": visitor}).raise_for_status()
    assert [slate(client, known)["personalized"] for client in clients] == [True] * REPLICAS
    assert [tell(client, visitor, LIKED)[0]["status"] for client in clients] == ["duplicate"] * REPLICAS


def test_an_item_that_is_deleted_through_one_replica_is_soon_shown_by_no_other(three: Fleet) -> None:
    clients, gone = three.clients, f"i{ITEMS - 1}"
    clients[0].delete(f"/items/{gone}").raise_for_status()
    deadline = time.monotonic() + 10
    while any(client.get(f"/items/{gone}").status_code != 404 for client in clients):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert all(gone not in shown(slate(client, "anybody", limit=ITEMS - 1)) for client in clients)


def tell(client: httpx.Client, user_id: str, items: list[str], prefix: str = "e") -> list[dict[str, Any]]:
    rows = [
        {"event_id": f"{prefix}{number}", "user_id": user_id, "item_id": each, "type": "like", "occurred_at": BEGAN}
        for number, each in enumerate(items)
    ]
    results: list[dict[str, Any]] = client.post("/events", json=rows).json()["results"]
    return results


def slate(client: httpx.Client, user_id: str, **more: Any) -> dict[str, Any]:
    wanted = {"user_id": user_id, "limit": 10} | more
    told: dict[str, Any] = client.get("/recommend", params=wanted).raise_for_status().json()
    return told


def shown(told: dict[str, Any]) -> set[str]:
    return {row["item_id"] for row in told["items"]}


def subjects(told: dict[str, Any]) -> set[str]:
    return {subject_of(int(item_id.removeprefix("i"))) for item_id in shown(told)}


def test_a_page_is_continued_by_any_replica(three: Fleet) -> None:
    clients = three.clients
    tell(clients[0], "reader", LIKED)
    page = slate(clients[0], "reader")
    seen = [row["item_id"] for row in page["items"]]
    for client in (*clients[1:], *clients):
        page = slate(client, "reader", cursor=page["next_cursor"])
        more = [row["item_id"] for row in page["items"]]
        assert more
        assert not set(more) & set(seen)
        seen += more
