"""How many events of one person are taken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.access.access import Access
from app.access.caller import KEYLESS, Scope
from app.access.event_rates import EventRates
from app.access.keyfile import KeyFile
from app.access.settings import AccessSettings, RateSettings
from app.settings import HttpSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access(AccessSettings(rates=RateSettings(user_events_per_minute=5, user_rows=4)), tmp_path, "127.0.0.1")


@pytest.fixture
def http() -> HttpSettings:
    return HttpSettings()


@pytest.fixture
def now(access):
    """Seconds on the clock of the limits; set by tests."""
    time = [600.0]
    access.event_rates = EventRates(5, lambda: time[0])
    return time


def key(folder: Path, *scopes: Scope) -> dict[str, str]:
    return {"X-API-Key": KeyFile(folder).change(lambda ring: ring.with_key("k", scopes, NOW))}


@pytest.fixture
def shop(tmp_path):
    return key(tmp_path, Scope.EVENTS)


def events(*people: str, begin: int = 0):
    return [
        {"event_id": f"e{n}", "user_id": user, "item_id": "i1", "type": "like"} for n, user in enumerate(people, begin)
    ]


def test_a_service_is_told_which_events_of_a_person_were_too_many_and_when_to_send_them_again(client, shop, now):
    now[0] += 20
    answer = client.post("/events", json=events(*["ada"] * 3, "bob", *["ada"] * 4), headers=shop)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["counts"]["accepted"], told["counts"]["rejected"]) == (6, 2)
    assert [each["status"] for each in told["results"]] == ["accepted"] * 6 + ["rejected"] * 2
    assert told["results"][7]["reason"] == "too_many"
    assert told["results"][7]["errors"][0]["field"] == "user_id"
    assert told["results"][7]["message"] == "send it again in 40 seconds"
    now[0] += 40
    assert client.post("/events", json=events("ada", "ada", begin=6), headers=shop).json()["counts"]["accepted"] == 2


def test_a_request_of_which_nothing_can_be_taken_now_says_when_to_come_back(client, shop, now):
    now[0] += 50
    client.post("/events", json=events(*["ada"] * 5), headers=shop)
    answer = client.post("/events", json=events("ada", begin=5), headers=shop)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "10"
    assert answer.json()["detail"] == "At most 5 events of one person are taken a minute; come back in 10 seconds."


@pytest.mark.usefixtures("now", "shop")
def test_of_what_a_person_sends_all_is_taken_or_nothing(client, access, service):
    token = {"Authorization": f"Bearer {access.token('ada', None, KEYLESS).token}"}
    assert client.post("/events", json=events(*["ada"] * 5), headers=token).status_code == 413
    assert client.post("/events", json=events(*["ada"] * 3), headers=token).status_code == 200
    refused = client.post("/events", json=events(*["ada"] * 3, begin=3), headers=token)
    assert refused.status_code == 429
    assert len(service.events) == 3
    assert client.post("/events", json=events("ada", "ada", begin=3), headers=token).status_code == 200


@pytest.mark.usefixtures("now")
def test_an_operators_import_is_not_cut(client, tmp_path):
    answer = client.post("/events", json=events(*["ada"] * 50), headers=key(tmp_path))
    assert answer.json()["counts"]["accepted"] == 50


def test_without_a_limit_everything_is_taken():
    rates = EventRates(None, lambda: 0.0)
    assert rates.admit(["ada"] * 10_000) == [True] * 10_000
    assert rates.has_room("ada", 10_000)
