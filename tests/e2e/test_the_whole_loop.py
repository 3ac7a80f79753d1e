"""The whole loop on real data: real films, the real encoder, a real server process, everything over HTTP."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.pipeline.labels.reason_text import brief

pytestmark = [pytest.mark.real_model, pytest.mark.server]

VERBS = {"like": "liked", "click": "opened"}
POSITIVE = set(VERBS)
NUMBERS = count()


def an_event(user_id: str, item_id: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"event_id": f"e2e-{next(NUMBERS)}", "user_id": user_id, "item_id": item_id, "type": kind, **more}


def a_film(item_id: str, title: str, **more: Any) -> dict[str, Any]:
    film = {"item_id": item_id, "title": title, "text": f"{title}. Sci-Fi.", "tags": ["sci-fi"], "format": "film"}
    return film | {"language": "en", "published_at": "1998-04-01T00:00:00Z"} | more


def ids(slate: dict[str, Any]) -> list[str]:
    return [item["item_id"] for item in slate["items"]]


def history_of(town, user_id: str) -> dict[str, dict[str, Any]]:
    return {event["item_id"]: event for event in town.events if event["user_id"] == user_id}


def test_everybody_gets_a_slate_of_their_own(town):
    slates = {person: town.slate(person) for person in town.people}
    assert all(slate["personalized"] for slate in slates.values())
    assert all(len(set(ids(slate))) == 10 for slate in slates.values())
    assert not any(set(ids(slate)) & history_of(town, person).keys() for person, slate in slates.items())
    assert len({tuple(ids(slate)) for slate in slates.values()}) == len(town.people)


def test_a_fifth_of_what_a_person_is_shown_is_exploration_and_the_receipts_say_so(town):
    for person in town.people[:20]:
        slates = [town.slate(person, limit) for limit in (5, 20, 25)]  # together the 50 slots of a window
        for slate in slates:
            receipt = {entry["floor"]: entry for entry in slate["receipt"]}
            assert receipt["exploration"]["achieved"] == sum(item["exploration"] for item in slate["items"])
            recent = [item for item in slate["items"] if town.films[item["item_id"]]["published_at"] >= "1997"]
            assert receipt["recency"]["achieved"] == len(recent)
            assert receipt["recency"]["required"] == math.ceil(len(slate["items"]) / 10)
            floors = [receipt[name] for name in ("exploration", "recency", "length")]
            assert all((entry["achieved"] >= entry["required"]) == (entry["reason"] is None) for entry in floors)
        assert sum(item["exploration"] for slate in slates for item in slate["items"]) >= 10


def test_labels_name_what_really_happened(town):
    assert named_evidence(town) > len(town.people)


def named_evidence(town) -> int:
    """How many labels of everybody's slates name an event, each of which is checked."""
    named = 0
    for person in town.people:
        history = history_of(town, person)
        for item in town.slate(person)["items"]:
            reason = item["reasons"][0]
            if reason["code"] not in {"because_you", "similar_to"}:
                continue
            named += 1
            event, evidence = history[reason["item_id"]], town.films[reason["item_id"]]
            assert (reason["event"], reason["occurred_at"]) == (event["type"], event["occurred_at"])
            assert reason["event"] in POSITIVE
            assert reason["title"] == evidence["title"]
            assert reason["share"] > 0
            tagged = f" ({reason['tag']})" if "tag" in reason else ""
            because = f"because you {reason.get('verb')} {brief(reason['title'])}{tagged}"
            expected = f"similar to {brief(reason['title'])}" if reason.get("link") == "content" else because
            assert item["label"].lower() == expected.lower()
            shared = set(evidence["tags"]) & set(town.films[item["item_id"]]["tags"])
            assert reason["tag"] in shared if reason["code"] == "because_you" else "tag" not in reason
    return named


def test_feedback_acts_on_the_very_next_answer(town):
    before = town.slate("beginner")
    assert not before["personalized"]
    assert town.send("/events", an_event("beginner", "50", "save")) == ["accepted"]
    after = town.slate("beginner")
    assert after["personalized"]
    assert "50" not in ids(after)
    assert any(reason.get("item_id") == "50" for item in after["items"] for reason in item["reasons"])
    dismissed = ids(after)[0]
    assert town.send("/events", an_event("beginner", dismissed, "dismiss")) == ["accepted"]
    third = town.slate("beginner")
    assert dismissed not in ids(third)
    assert third["items"] != after["items"]


def test_a_person_who_was_reset_is_one_who_never_came(town):
    never_seen, obscure = (
        town.slate("visitor"),
        town.by_popularity()[-1],
    )  # popularity is everybody's: a reset leaves it
    events = [an_event("visitor", obscure, "click"), an_event("visitor", ids(never_seen)[0], "dismiss")]
    assert town.send("/events", *events) == ["accepted", "accepted"]
    assert town.slate("visitor")["personalized"]
    assert town.client.post("/users/visitor/reset-embedding").json()["epoch"] == 1
    after = town.slate("visitor")
    assert (ids(after), after["receipt"], after["personalized"]) == (ids(never_seen), never_seen["receipt"], False)
    assert [item["label"] for item in after["items"]] == [item["label"] for item in never_seen["items"]]
    late = an_event("visitor", ids(after)[1], "like", occurred_at="1998-04-20T12:00:00Z")
    assert town.send("/events", late) == ["ignored"]
    assert town.slate("visitor") == after
    assert town.profile("visitor")["implicit"]["topics"] == []


def held(town) -> list[Any]:
    """All that a restart must not change; slates as long as the window of the floors do not depend on earlier ones."""
    people = ("196", "keeper", "forgotten", *town.people[:10])
    film = town.client.get("/items/new%2Fkept")
    return [
        film.status_code,
        film.json(),
        *(town.slate(each, limit=50) for each in people),
        *(town.profile(p) for p in people),
    ]


def test_killed_and_started_again_it_knows_all_that_it_acknowledged(town):
    assert town.send("/items", a_film("new/kept", "Robots of the Void")) == ["created"]
    events = [an_event("keeper", "50", "like"), an_event("keeper", "new/kept", "save")]
    town.send("/events", *events, an_event("forgotten", "1", "like"))
    town.client.patch("/users/keeper/profile", json={"goals": ["space opera"], "preferences": {"tags": ["sci-fi"]}})
    town.client.post("/users/forgotten/reset-embedding")
    before = held(town)
    with steadily(
        lambda: _acknowledged(town, writing := an_event("hurried", "100", "impression")) or writing
    ) as hurried:
        time.sleep(1.0)
        town.kill()
    town.start()
    acknowledged = [answer for answer in hurried if isinstance(answer, dict)]
    assert acknowledged
    assert set(town.send("/events", *events, *acknowledged)) == {"duplicate"}
    assert town.profile("hurried")["signals"]["neutral"] >= len(acknowledged)
    assert nearly(held(town), before)


def _acknowledged(town, event: dict[str, Any]) -> None:
    town.client.post("/events", json=event).raise_for_status()


def nearly(one: Any, other: Any) -> bool:
    """Equality to float tolerance: sums that were added live are added in another order after a restart."""
    if isinstance(one, float):
        return isinstance(other, float) and math.isclose(one, other, abs_tol=2e-5)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(nearly(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(nearly, one, other))
    return bool(one == other)


@contextmanager
def steadily(request: Callable[[], Any], threads: int = 1) -> Iterator[list[Any]]:
    """Repeat a request until the context ends; what came of each, exceptions included."""
    results: list[Any] = []
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            try:
                results.append(request())
            except httpx.HTTPError as error:
                results.append(error)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield results
    finally:
        stopped.set()
        for worker in workers:
            worker.join()


def test_a_new_snapshot_is_swapped_in_under_load_without_one_failed_request(town):
    old = town.readiness()["snapshot"]
    town.send("/items", a_film("new/1", "Starfighters at Dawn"), a_film("new/2", "The Last Android"))
    town.send("/items", a_film("new/2", "The Very Last Android"), a_film("gone", "Gone in a Minute"))
    assert town.client.delete("/items/gone").status_code == 204
    users = iter(town.people * 10_000)
    with (
        steadily(lambda: town.client.get("/recommend", params={"user_id": next(users)}), threads=2) as slates,
        steadily(lambda: town.client.post("/events", json=an_event("busy", "50", "impression"))) as events,
    ):
        said = town.run("rebuild-index")
        swapped_by = time.monotonic() + 30
        while town.readiness()["snapshot"] == old and time.monotonic() < swapped_by:
            time.sleep(0.1)
        time.sleep(0.5)
    new = town.readiness()["snapshot"]
    assert new in said
    assert "interactions (exact)" in said
    assert all(isinstance(answer, httpx.Response) and answer.is_success for answer in (*slates, *events))
    assert {answer.json()["snapshot"] for answer in slates} == {old, new}
    assert town.profile("busy")["signals"]["neutral"] == len(events)
    indexed = town.indexed()
    assert indexed["new/2"]["title"] == "The Very Last Android"
    assert {"new/1", "new/2"} <= indexed.keys()
    assert "gone" not in indexed
    assert "new/1" in ids(town.client.get("/similar", params={"text": "star fighter pilots"}).json())


def test_what_was_learned_from_behaviour_is_labelled_as_truly(town):
    """The snapshot that was swapped in has learned from what people did: its space is another one."""
    for gone in ("new/1", "new/2", "new/kept"):
        town.client.delete(f"/items/{quote(gone, safe='')}")
    assert named_evidence(town) > len(town.people)
