"""Replicas whose database fails, is replaced, or cannot be reached: nothing acknowledged is lost or doubled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from scripts.soak.answers import Answers
from scripts.soak.caller import Caller, person
from scripts.soak.worker import Worker
from tests.fleet.cable import Cable, cable
from tests.fleet.nodes import DATABASE, Node, nodes, url
from tests.fleet.pairs import Books, faults, run_pairs
from tests.fleet.replicas import ITEMS, Fleet, fleet
from tests.fleet.standby import paired

pytestmark = [pytest.mark.server, pytest.mark.nightly]

REPLICAS = 3
HASTE = {"PENCHANT_STORAGE__CONNECT_SECONDS": "2", "PENCHANT_ACCESS__RATES__KEYLESS_PER_MINUTE": "1000000"}


@pytest.fixture
def primary() -> Iterator[Node]:
    with nodes(1) as (node,):
        node.created().start()
        node.execute(f"CREATE DATABASE {DATABASE}")
        yield node


@pytest.fixture
def three(primary: Node, tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path, REPLICAS, {"PENCHANT_STORAGE__URL": primary.url()}) as started:
        yield started


def check(three: Fleet, books: Books) -> None:
    """Nobody missed anything; one replica says of everybody what was acknowledged, and the others of some."""
    assert books.missed == []
    for number, client in enumerate(three.clients):
        some = list(books.acknowledged)[:: 10 if number else 1]
        exports = {user_id: client.get(person(user_id, "/export")).raise_for_status().json() for user_id in some}
        assert faults(exports, books) == []


def test_of_ten_thousand_events_the_next_answer_of_another_replica_misses_none(three: Fleet) -> None:
    books = run_pairs(three.port, [f"p{number}" for number in range(1_000)], each=16)
    assert books.apart >= 10_000
    assert books.missed == []
    assert not books.asked_again


def test_replicas_that_are_killed_in_turn_lose_nothing(three: Fleet) -> None:
    def kill_and_start() -> None:
        random = Random(0)
        for _ in range(6):
            time.sleep(random.uniform(0.2, 1.5))
            replica = random.choice(three.replicas)
            replica.kill()
            replica.start()

    books = run_pairs(three.port, [f"p{number}" for number in range(150)], 16, kill_and_start)
    check(three, books)


def test_a_primary_that_is_killed_under_load_loses_nothing(three: Fleet, primary: Node) -> None:
    def kill_and_start() -> None:
        for _ in range(3):
            time.sleep(1.5)
            primary.kill()
            time.sleep(1.0)
            primary.start()

    books = run_pairs(three.port, [f"p{number}" for number in range(120)], 16, kill_and_start)
    assert books.asked_again, "the primary was not missed by anybody"
    assert books.asked_again.keys() <= {0, 200, 503}
    check(three, books)


def test_a_standby_that_takes_over_has_all_that_was_acknowledged(tmp_path: Path) -> None:
    with nodes(2) as (primary, standby):
        paired(primary, standby)
        settings = {"PENCHANT_STORAGE__URL": url(DATABASE, primary.port, standby.port), **HASTE}
        with fleet(tmp_path, REPLICAS, settings) as three:

            def take_over() -> None:
                time.sleep(2.0)
                primary.kill()
                time.sleep(5.0)
                standby.promote()
                standby.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
                standby.execute("SELECT pg_reload_conf()")

            books = run_pairs(three.port, [f"p{number}" for number in range(120)], 16, take_over)
            assert books.asked_again
            check(three, books)


@pytest.fixture
def laid(primary: Node) -> Iterator[Cable]:
    with cable(primary.port) as one:
        yield one


@pytest.fixture
def cut_off(primary: Node, laid: Cable, tmp_path: Path) -> Iterator[Fleet]:
    """Two replicas that hold ada and bob, the first behind a cable that is cut; then bob opts out."""
    own = {0: {"PENCHANT_STORAGE__URL": url(DATABASE, laid.port), **HASTE}}
    with fleet(tmp_path, 2, {"PENCHANT_STORAGE__URL": primary.url()}, own) as two:
        for name in ("ada", "bob"):
            like(two.clients[1], name, "i0").raise_for_status()
            assert slate(two.clients[0], name)["personalized"]
        laid.cut()
        two.clients[1].put(person("bob", "/personalization"), json={"enabled": False}).raise_for_status()
        yield two


def test_a_replica_that_is_cut_off_answers_what_it_holds_and_says_so(cut_off: Fleet) -> None:
    alone = cut_off.clients[0]
    told = slate(alone, "ada")
    assert told["stale"] is True
    assert told["personalized"]
    for refused in (alone.get("/recommend", params={"user_id": "nobody it holds"}), like(alone, "ada", "i6")):
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
    ready = alone.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["state"] == "degraded"


def test_a_replica_that_was_cut_off_comes_back_to_what_happened_meanwhile(cut_off: Fleet, laid: Cable) -> None:
    alone, other = cut_off.clients
    assert slate(alone, "ada")["stale"]
    like(other, "ada", "i12").raise_for_status()
    laid.mend()
    wait_until(lambda: not slate(alone, "ada").get("stale"))
    assert "i12" not in {row["item_id"] for row in slate(alone, "ada", 100)["items"]}
    assert not slate(alone, "bob")["personalized"]
    wait_until(lambda: alone.get("/readyz").json()["state"] != "degraded")


def test_whatever_callers_do_through_whichever_replica_the_books_say_the_same(three: Fleet) -> None:
    answers = Answers()
    workers = [Worker(number, 0, Caller(three.address, answers), ITEMS, 0.01) for number in range(4)]
    for each in workers:
        each.start()
    time.sleep(60)
    for each in workers:
        each.ending.set()
    for each in workers:
        each.join()
        for ledger in each.ledgers:
            each.check(ledger)
        each.caller.close()
    assert [each.failure for each in workers if each.failure] == []
    assert [broken for each in workers for broken in each.broken] == []
    assert answers.unexcused() == []
    assert sum(each.acknowledged for each in workers) > 100


def like(client: httpx.Client, user_id: str, item_id: str) -> httpx.Response:
    event = {"event_id": item_id, "user_id": user_id, "item_id": item_id, "type": "like"}
    return client.post("/events", json=event)


def slate(client: httpx.Client, user_id: str, limit: int = 5) -> dict[str, Any]:
    answer = client.get("/recommend", params={"user_id": user_id, "limit": limit})
    told: dict[str, Any] = answer.raise_for_status().json()
    return told


def wait_until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)
