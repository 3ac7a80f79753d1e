"""What operators look at and try, over HTTP: numbers are those of real answers, and nothing is left behind."""

from datetime import UTC, datetime

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.access.caller import Scope
from app.access.keyfile import KeyFile
from app.main import create_app
from app.settings import Settings

PEOPLE = ["ada", "bob", "cyd", "dee"]
EXPLORING = {"floors": {"exploration_share": 0.9}}
NO_EXPLORATION = {"floors": {"exploration_share": 0.0}, "weights": {"recency": 0.0}}


@pytest.fixture(scope="module")
def shop(tmp_path_factory, open_household, an_item, an_event):
    """A service with 48 items, the last four expired, and four people, of whom each likes two themes."""
    folder = tmp_path_factory.mktemp("trials")
    with open_household(folder) as home:
        over = [{} if number < 44 else {"expires_at": "2026-02-01T00:00:00Z"} for number in range(48)]
        home.publish([an_item(number, **over[number]) for number in range(48)])
        home.ingest(
            *(
                an_event(f"{user}-{number}", user, f"i{number:03}", "like", days_ago=number)
                for place, user in enumerate(PEOPLE)
                for number in range(48)
                if number % 6 in {place, (place + 1) % 6} and number < 36
            )
        )
    ring = KeyFile(folder)
    operator = ring.change(lambda keys: keys.with_key("ops", (), datetime.now(UTC)))
    service = ring.change(lambda keys: keys.with_key("site", tuple(Scope), datetime.now(UTC)))
    app = create_app(Settings(data_dir=folder, as_of=home.settings.as_of), home.encoder)
    with TestClient(app, headers={"X-API-Key": operator}) as client:
        yield client, service


@pytest.fixture
def client(shop):
    return shop[0]


def inspection(client, **fields):
    answer = client.post("/admin/inspections", json={"user_id": "ada", "limit": 8} | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def stages(slate):
    return [(each["stage"], each["n_in"], each["n_out"]) for each in slate["trace"]]


def told(slate):
    """What of a slate does not depend on when it was made."""
    return {name: slate[name] for name in ("items", "receipt", "withheld", "policy", "snapshot")}


def test_what_is_inspected_is_what_is_served_with_the_numbers_of_its_trace(client):
    (one,) = inspection(client)["slates"]
    served = client.post("/recommend", json={"user_id": "ada", "limit": 8, "debug": True}).json()
    assert stages(one["slate"]) == stages(served)
    assert told(one["slate"]) == told(served)


def test_dropped_counts_as_the_trace_does_and_names_items(client):
    (one,) = inspection(client)["slates"]
    lost = {stage: n_in - n_out for stage, n_in, n_out in stages(one["slate"]) if n_in > n_out}
    dropped = {each["filter"]: each["count"] for each in one["dropped"]}
    assert dropped["expired"] > 0
    assert dropped == {name: lost[name] for name in dropped}
    assert all(len(each["items"]) == min(each["count"], 20) for each in one["dropped"])
    assert not {item["item_id"] for item in one["slate"]["items"]} & {item["item_id"] for item in one["next"]}


def test_what_sources_pass_over_is_named_too_and_both_make_up_what_was_withheld(client):
    (one,) = inspection(client)["slates"]
    held: dict[str, int] = {}
    for each in [*one["dropped"], *one["passed_over"]]:
        held[each["filter"]] = held.get(each["filter"], 0) + each["count"]
    assert held == {each["filter"]: each["count"] for each in one["slate"]["withheld"]}
    liked = {f"i{number:03}" for number in range(36) if number % 6 in {0, 1}}
    (seen,) = [each["items"] for each in one["passed_over"] if each["filter"] == "seen"]
    assert {item["item_id"] for item in seen} <= liked


def test_other_settings_stand_beside_with_what_differs(client):
    now, other = inspection(client, alternatives=[NO_EXPLORATION])["slates"]
    assert now["changes"] == {}
    assert other["changes"]["weights.recency"]["after"] == 0.0
    asked = {each["floor"]: each["required"] for each in other["slate"]["receipt"]}
    assert asked["exploration"] == 0
    assert now["slate"]["policy"] != other["slate"]["policy"]


def test_looking_leaves_nothing_behind(client):
    before = inspection(client)["slates"][0]["slate"]
    for _ in range(3):
        inspection(client, alternatives=[NO_EXPLORATION])
        client.post("/admin/trials", json={"overrides": NO_EXPLORATION, "limit": 8})
    assert told(inspection(client)["slates"][0]["slate"]) == told(before)
    assert len(client.get("/admin/policies").json()["policies"]) == 1


def test_an_impossible_setting_is_named_where_it_stands(client):
    wanted = {"user_id": "ada", "alternatives": [{}, {"floors": {"exploration_share": 2}}]}
    (error,) = client.post("/admin/inspections", json=wanted).json()["errors"]
    assert error["field"] == "alternatives.1.floors.exploration_share"
    (error,) = client.post("/admin/trials", json={"overrides": {"weights": {"recentness": 1}}}).json()["errors"]
    assert error["field"] == "overrides.weights.recentness"


def test_settings_that_change_nothing_have_no_effect(client):
    effect = client.post("/admin/trials", json={"overrides": {}, "limit": 8}).json()
    assert (effect["people"], effect["slates_changed"], effect["items_kept"]) == (4, 0, 1.0)
    assert all(each["before"] == each["after"] and each["low"] == each["high"] == 0 for each in effect["measures"])
    assert effect["topics"] == effect["most_changed"] == []


def test_the_effect_on_a_sample_is_that_of_the_slates_themselves(client):
    wanted = {"overrides": EXPLORING, "limit": 8, "people": 4}
    effect = client.post("/admin/trials", json=wanted).json()
    pairs = [inspection(client, user_id=user, alternatives=[EXPLORING])["slates"] for user in PEOPLE]
    ids = [[[item["item_id"] for item in one["slate"]["items"]] for one in pair] for pair in pairs]
    assert effect["slates_changed"] == sum(before != after for before, after in ids) > 0
    shares = [np.mean([each["exploration"] for each in one["slate"]["items"]]) for pair in pairs for one in pair]
    measured = {each["name"]: each for each in effect["measures"]}
    assert measured["exploration"]["before"] == pytest.approx(np.mean(shares[::2]), abs=1e-6)
    assert measured["exploration"]["after"] == pytest.approx(np.mean(shares[1::2]), abs=1e-6)
    assert measured["exploration"]["after"] > measured["exploration"]["before"]
    assert measured["exploration"]["high"] > 0
    assert measured["held_out_recall"]["people"] == 4
    assert effect["changes"]["floors.exploration_share"]["after"] == 0.9
    slots = [sum(each[side] for each in effect["topics"]) for side in ("before", "after")]
    assert slots[0] == slots[1]


def test_equal_seeds_draw_equal_people(client):
    two = {"overrides": NO_EXPLORATION, "people": 2}
    first, again = (client.post("/admin/trials", json=two).json() for _ in range(2))
    assert first == again
    assert first["people"] == 2


def test_the_map_has_every_item_once_and_stays_as_it_is(client):
    drawn = client.get("/admin/catalogue-map").json()
    assert sum(each["items"] for each in drawn["topics"]) == 48
    assert all(-1 <= each[axis] <= 1 for each in drawn["topics"] for axis in "xy")
    assert len({(each["x"], each["y"]) for each in drawn["topics"]}) == len(drawn["topics"])
    assert client.get("/admin/catalogue-map").json()["topics"] == drawn["topics"]


def test_the_map_counts_what_was_shown(client):
    before = sum(each["slots"] for each in client.get("/admin/catalogue-map").json()["topics"])
    slate = client.get("/recommend", params={"user_id": "newcomer", "limit": 7}).json()
    drawn = client.get("/admin/catalogue-map").json()
    assert drawn["logged"]
    assert sum(each["slots"] for each in drawn["topics"]) == before + len(slate["items"])


def test_rejected_rows_are_counted_by_field_and_reason_without_what_they_held(client, an_item):
    good = an_item(0).model_dump(mode="json", exclude_none=True)
    address = "ada@example.org"
    bad = [good | {"tags": each, "title": address} for each in (["a", "b", {}], [{}])]
    client.post("/items", json=[good, *bad])
    counted = client.get("/admin/rejected-rows")
    (reason,) = counted.json()["reasons"]
    told = (reason["kind"], reason["status"], reason["field"], reason["rows"], reason["last_row"])
    assert told == ("items", "rejected", "tags.*", 2, 3)
    assert counted.json()["day"]["rejected"] == 2
    assert address not in counted.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/admin/inspections"),
        ("POST", "/admin/trials"),
        ("GET", "/admin/catalogue-map"),
        ("GET", "/admin/rejected-rows"),
    ],
)
def test_the_key_of_a_service_is_not_enough(shop, method, path):
    client, service = shop
    assert client.request(method, path, headers={"X-API-Key": service}).status_code == 403
