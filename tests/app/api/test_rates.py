"""Who asks too often is told when to come back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.access.access import Access
from app.access.caller import KEYLESS, Caller, Kind, Scope
from app.access.keyfile import KeyFile
from app.access.rates import Rates, SweptMemory
from app.access.settings import AccessSettings, RateSettings
from app.errors import RateLimitedError

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def access(tmp_path: Path) -> Access:
    rates = RateSettings(key_per_minute=5, user_per_minute=2)
    return Access(AccessSettings(rates=rates), tmp_path, "127.0.0.1")


@pytest.fixture
def shop(tmp_path: Path) -> dict[str, str]:
    return {"X-API-Key": KeyFile(tmp_path).change(lambda ring: ring.with_key("shop", [Scope.RECOMMEND], NOW))}


def test_a_key_that_asks_too_often_is_told_to_wait(client, shop):
    for _ in range(5):
        assert client.get("/recommend?user_id=u", headers=shop).status_code == 200
    answer = client.get("/recommend?user_id=u", headers=shop)
    assert answer.status_code == 429
    assert answer.json()["type"] == "/problems/rate-limited"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["retry-after"] in answer.json()["detail"]


def test_each_key_has_its_own_count(client, shop, tmp_path):
    other = KeyFile(tmp_path).change(lambda ring: ring.with_key("other", [Scope.RECOMMEND], NOW))
    for _ in range(6):
        last = client.get("/recommend?user_id=u", headers=shop)
    assert last.status_code == 429
    assert client.get("/recommend?user_id=u", headers={"X-API-Key": other}).status_code == 200


@pytest.mark.usefixtures("shop")
def test_a_person_is_counted_over_all_tokens(client, access):
    def ask(user_id: str) -> int:
        token = access.token(user_id, None, KEYLESS).token
        return client.get(f"/users/{user_id}/profile", headers={"Authorization": f"Bearer {token}"}).status_code

    assert [ask("ada") for _ in range(3)] == [200, 200, 429]
    assert ask("bob") == 200


def test_refusals_count_so_that_nobody_probes_for_free(client, shop):
    for _ in range(5):
        assert client.get("/items/i", headers=shop).status_code == 403
    assert client.get("/items/i", headers=shop).status_code == 429


def test_probes_and_what_is_public_are_never_refused(client, shop):
    assert {client.get("/livez", headers=shop).status_code for _ in range(20)} == {200}


def test_without_keys_nothing_is_counted_unless_asked_for(client):
    assert {client.get("/recommend?user_id=u").status_code for _ in range(20)} == {200}


def test_without_keys_a_limit_may_be_set():
    rates = Rates(RateSettings(keyless_per_minute=1))
    rates.count(Caller(Kind.KEYLESS))
    with pytest.raises(RateLimitedError):
        rates.count(Caller(Kind.KEYLESS))


def test_the_defaults_let_a_replay_and_a_load_test_through():
    rates = Rates(RateSettings())
    for _ in range(30_000):
        rates.count(Caller(Kind.OPERATOR, "k"))


def test_counters_of_those_who_left_are_swept(monkeypatch):
    storage = SweptMemory()
    storage.incr("gone", expiry=-1)
    storage.incr("here", expiry=100)
    monkeypatch.setattr(storage, "_sweep_at", 0.0)
    assert storage.incr("here", expiry=100) == 2
    assert set(storage.storage) == set(storage.expirations) == {"here"}
