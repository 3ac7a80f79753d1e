"""Who may call what: everybody that could come, at every endpoint that the OpenAPI document has."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from app.access.access import Access
from app.access.caller import KEYLESS, Scope
from app.access.keyfile import KeyFile
from app.access.settings import AccessSettings
from app.api.application import build
from app.api.rules import RULES
from app.errors import AccessUnknownError

EVERYBODY = "everybody"
OWN = "own token"
ANOTHERS = "another's token"

WHO_MAY = {
    ("get", "/recommend"): {"recommend", OWN},
    ("post", "/recommend"): {"recommend", OWN},
    ("post", "/recommend/batch"): {"recommend"},
    ("get", "/similar"): {"similar", OWN},
    ("post", "/similar"): {"similar", OWN},
    ("post", "/events"): {"events", OWN},
    ("post", "/recommend/page"): {"recommend", OWN},
    ("post", "/items"): {"items"},
    ("get", "/items"): {"items"},
    ("post", "/delete-items"): {"items"},
    ("patch", "/items/{item_id}"): {"items"},
    ("get", "/popular"): {"recommend", OWN},
    ("get", "/trending"): {"recommend", OWN},
    ("get", "/together"): {"recommend", OWN},
    ("get", "/tags"): {"recommend", OWN, ANOTHERS},
    ("get", "/topics"): {"recommend", OWN, ANOTHERS},
    ("get", "/items/{item_id}"): {"items", OWN, ANOTHERS},
    ("delete", "/items/{item_id}"): {"items"},
    ("post", "/users/{user_id}/tokens"): {"tokens"},
    ("get", "/users/{user_id}/profile"): {OWN},
    ("patch", "/users/{user_id}/profile"): {OWN},
    ("post", "/users/{user_id}/reset-embedding"): {OWN},
    ("delete", "/users/{user_id}"): {"erase", OWN},
    ("post", "/users/{user_id}/return"): {"tokens", OWN},
    ("put", "/users/{user_id}/personalization"): {OWN},
    ("put", "/users/{user_id}/interests/{topic}"): {OWN},
    ("delete", "/users/{user_id}/interests/{topic}"): {OWN},
    ("delete", "/users/{user_id}/events/{event_id}"): {OWN},
    ("post", "/users/{user_id}/undo-reset"): {OWN},
    ("get", "/users/{user_id}/export"): {"export", OWN},
    ("get", "/users/{user_id}/controls"): {OWN},
    ("post", "/users/{user_id}/merge"): {"tokens"},
    ("get", "/admin/items/changes"): set(),
    ("get", "/admin/awaited-items"): set(),
    ("get", "/admin/status"): {"metrics"},
    ("get", "/admin/events"): set(),
    ("get", "/insights/metrics"): set(),
    ("get", "/metrics"): {"metrics"},
    ("get", "/insights/alerts"): set(),
    ("post", "/insights/alerts/{name}/acknowledge"): set(),
    ("get", "/admin/webhooks"): set(),
    ("post", "/admin/webhooks/{name}/resend"): set(),
    ("get", "/admin/policies"): set(),
    ("get", "/admin/personalization"): set(),
    ("put", "/admin/personalization"): set(),
    ("delete", "/admin/personalization"): set(),
    ("post", "/admin/policies"): set(),
    ("post", "/admin/policies/{policy_id}/activate"): set(),
    ("post", "/admin/policies/{policy_id}/release"): set(),
    ("get", "/admin/snapshots"): set(),
    ("post", "/admin/snapshots/{snapshot}/activate"): set(),
    ("get", "/admin/experiments"): set(),
    ("post", "/admin/experiments"): set(),
    ("post", "/admin/experiments/{name}/start"): set(),
    ("post", "/admin/experiments/{name}/stop"): set(),
    ("get", "/insights/experiments/{name}"): set(),
    ("get", "/insights/experiments/{name}/plan"): set(),
    ("get", "/insights/policies/{policy_id}/estimate"): set(),
    ("post", "/admin/audits"): set(),
    ("get", "/insights/audits"): set(),
    ("get", "/insights/audits/{audit_id}"): set(),
    ("post", "/admin/inspections"): set(),
    ("post", "/admin/trials"): set(),
    ("get", "/admin/catalogue-map"): set(),
    ("get", "/admin/rejected-rows"): set(),
    ("get", "/admin/similar-people"): set(),
    ("get", "/transparency"): {EVERYBODY},
    ("get", "/"): {EVERYBODY},
    ("get", "/console"): {EVERYBODY},
    ("get", "/me"): {EVERYBODY},
    ("get", "/static/{release}/{folder}/{name}"): {EVERYBODY},
    ("get", "/session"): {EVERYBODY},
    ("delete", "/session"): {EVERYBODY},
    ("post", "/plots"): {OWN, ANOTHERS},
    ("get", "/docs"): {EVERYBODY},
    ("get", "/livez"): {EVERYBODY},
    ("get", "/readyz"): {EVERYBODY},
}
"""Who may besides operators."""

PERSON, OTHER = "ada/1%", "bob"
EVENT = {"event_id": "e1", "user_id": PERSON, "item_id": "i1", "type": "like", "occurred_at": "2024-05-01T12:00:00Z"}
ITEM = {"item_id": "i1", "title": "Title", "text": "", "tags": [], "format": "article", "language": "en"}
BODIES: dict[str, Any] = {
    "ingest_events": [EVENT],
    "upsert_items": ITEM | {"published_at": "2024-05-01T12:00:00Z"},
    "delete_items": {"item_ids": ["i1"]},
    "recommend_batch": {"user_ids": [PERSON]},
    "recommend_by_post": {"user_id": PERSON},
    "recommend_page": {"user_id": PERSON, "placements": [{"limit": 3}]},
    "similar_by_post": {"text": "robots", "user_id": PERSON},
    "draw_plot": {"kind": "bar", "title": "Hours", "labels": ["0"], "series": [{"name": "all", "values": [1.0]}]},
}
QUERIES = {
    "popular": {"user_id": PERSON},
    "trending": {"user_id": PERSON},
    "together": {"item_id": "i1", "user_id": PERSON},
    "similar_people": {"user_id": PERSON},
    "recommend": {"user_id": PERSON},
    "similar": {"text": "robots", "user_id": PERSON},
}
AUDIENCE = AccessSettings().token_audience

DOCUMENT = build(lambda _: None).openapi()
OPERATIONS = {
    (method, path): operation for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
}


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path)


@pytest.fixture
def access(tmp_path: Path, keys: KeyFile) -> Access:
    keys.change(lambda ring: ring.with_key("ops", (), now()))
    return Access(AccessSettings(), tmp_path, "127.0.0.1")


@pytest.fixture
def comers(keys: KeyFile, access: Access) -> dict[str, dict[str, str]]:
    """Who comes, by the headers that they show."""

    def made(*scopes: Scope) -> str:
        return keys.change(lambda ring: ring.with_key("one", scopes, now()))

    operator, revoked = made(), made()
    keys.change(lambda ring: (ring.without(revoked.split("_")[1], now()), None))
    services = {str(scope): {"X-API-Key": made(scope)} for scope in Scope}
    return {
        "operator": {"X-API-Key": operator},
        **services,
        OWN: bearer(access.token(PERSON, None, KEYLESS).token),
        ANOTHERS: bearer(access.token(OTHER, None, KEYLESS).token),
        **{name: bearer(token) for name, token in bad_tokens(keys).items()},
        "token as key": {"X-API-Key": access.token(PERSON, None, KEYLESS).token},
        "key as token": bearer(operator),
        "key as basic": {"Authorization": f"Basic {operator}"},
        "revoked": {"X-API-Key": revoked},
        "unknown key": {"X-API-Key": f"penchant_0123456789ab_{'x' * 43}"},
        "wrong secret": {"X-API-Key": operator[:-1] + ("a" if operator[-1] != "a" else "b")},
        "other prefix": {"X-API-Key": operator.replace("penchant", "pinchant")},
        "empty key": {"X-API-Key": ""},
        "nothing": {},
    }


def bad_tokens(keys: KeyFile) -> dict[str, str]:
    signing = keys.current().signing[-1]
    good = {"sub": PERSON, "aud": AUDIENCE, "iat": now(), "exp": now() + timedelta(minutes=5)}

    def signed(secret: str = signing.secret, algorithm: str = "HS256", kid: Any = signing.key_id, **claims: Any) -> str:
        kept = {name: value for name, value in (good | claims).items() if value is not None}
        return jwt.encode(kept, secret, algorithm, {"kid": kid} if kid else {})

    return {
        "expired": signed(iat=now() - timedelta(hours=1), exp=now() - timedelta(seconds=1)),
        "from the future": signed(iat=now() + timedelta(hours=1)),
        "without end": signed(exp=None),
        "for nobody": signed(sub=None),
        "wrong key": signed(secret="x" * 43),
        "wrong audience": signed(aud="elsewhere"),
        "several audiences": signed(aud=[AUDIENCE, "elsewhere"]),
        "no algorithm": signed(secret="", algorithm="none"),
        "other algorithm": signed(algorithm="HS512", secret=signing.secret * 2),
        "unknown signing key": signed(kid="000000000000"),
        "no signing key": signed(kid=None),
        "no token": "nonsense",
        "cut": signed()[:-4],
    }


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def now() -> datetime:
    return datetime.now(UTC)


def ask(client, method: str, path: str, headers: dict[str, str]) -> int:
    operation_id = OPERATIONS[method, path]["operationId"]
    url = re.sub(r"\{\w+\}", "x", path.replace("{user_id}", "ada%2F1%25").replace("{item_id}", "i1"))
    body: dict[str, Any] = {}
    if "requestBody" in OPERATIONS[method, path]:
        body["json"] = BODIES.get(operation_id, {})
    return client.request(method.upper(), url, params=QUERIES.get(operation_id), headers=headers, **body).status_code


def test_every_endpoint_has_its_rule_and_every_rule_its_endpoint():
    assert {operation["operationId"] for operation in OPERATIONS.values()} == set(RULES)
    assert set(OPERATIONS) == set(WHO_MAY) | {SIGNING_IN}


SIGNING_IN = ("post", "/session")
"""Everybody may, and it looks itself at what they show: tests/app/api/test_sessions.py."""


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each != SIGNING_IN])
def test_everybody_at_every_endpoint(client, service, comers, method, path):
    client.post("/items", json=BODIES["upsert_items"], headers=comers["operator"])
    kept = dict(service.items)
    allowed = WHO_MAY.get((method, path), set())
    for comer, headers in comers.items():
        status = ask(client, method, path, headers)
        service.items = dict(kept)
        if comer in allowed | {"operator"} or EVERYBODY in allowed:
            assert status not in {401, 403, 429}, f"{comer} was refused: {status}"
        else:
            known = comer in {*Scope, OWN, ANOTHERS}
            assert status == (403 if known else 401), f"{comer} was answered {status}"


def test_a_persons_own_requests_are_answered_discreetly(client, service, comers):
    for path in ("/recommend", "/similar"):
        for comer in (path.removeprefix("/"), OWN):
            assert ask(client, "get", path, comers[comer]) == 200
    assert service.discreet == [False, True] * 2


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_document_says_who(method, path):
    security, allowed = OPERATIONS[method, path]["security"], WHO_MAY.get((method, path), set())
    if EVERYBODY in allowed or (method, path) == SIGNING_IN:
        assert security == []
        return
    scopes = [{"key": [scope]} for scope in sorted(allowed - {OWN, ANOTHERS})]
    assert security == [{"key": ["operator"]}, *scopes, *([{"token": []}] if OWN in allowed else [])]
    assert {"401", "403", "429"} <= OPERATIONS[method, path]["responses"].keys()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/events", [EVENT, EVENT | {"event_id": "e2", "user_id": OTHER}]),
        ("/recommend", {"user_id": OTHER}),
        ("/recommend/page", {"user_id": OTHER, "placements": [{}]}),
        ("/similar", {"text": "robots", "user_id": OTHER}),
    ],
)
def test_a_person_asks_and_tells_for_nobody_else(client, service, comers, path, body):
    answer = client.post(path, json=body, headers=comers[OWN])
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/forbidden"
    assert not service.events
    assert not service.asked


def test_who_shows_nothing_is_told_what_to_show(client):
    answer = client.get("/users/u/profile")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="penchant", ApiKey realm="penchant", header="X-API-Key"'
    assert "X-API-Key" in answer.json()["detail"]


def test_a_bad_token_is_called_so_and_not_repeated(client, comers):
    answer = client.get("/users/u/profile", headers=comers["expired"])
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert comers["expired"]["Authorization"].split()[1] not in answer.text


def test_rules_come_before_anything_that_a_request_says(client, comers):
    assert client.get("/users/u/profile?colour=red").status_code == 401
    assert client.post("/recommend", content=b"{").status_code == 401
    assert client.get("/nowhere").status_code == 404
    assert client.get("/users/u/profile?colour=red", headers=comers["operator"]).status_code == 422


def test_the_document_is_for_everybody(client):
    assert client.get("/openapi.json").json()["components"]["securitySchemes"].keys() == {"key", "token"}


class TestTokens:
    @pytest.fixture
    def issued(self, client, comers) -> Callable[..., Any]:
        return lambda body=None: client.post("/users/ada%2F1%25/tokens", json=body or {}, headers=comers["tokens"])

    def test_a_service_lets_a_person_speak(self, client, issued):
        answer = issued()
        assert answer.headers["cache-control"] == "no-store"
        token = answer.json()
        assert (token["user_id"], token["token_type"]) == (PERSON, "Bearer")
        lasts = datetime.fromisoformat(token["expires_at"]) - now()
        assert timedelta(seconds=895) < lasts <= timedelta(seconds=900)
        assert client.get("/users/ada%2F1%25/profile", headers=bearer(token["token"])).json()["user_id"] == PERSON

    @pytest.mark.parametrize("asked", [60, 900])
    def test_it_may_be_shorter_than_the_settings_say(self, issued, asked):
        ends = datetime.fromisoformat(issued({"lifetime_seconds": asked}).json()["expires_at"])
        assert asked - 5 < (ends - now()).total_seconds() <= asked

    @pytest.mark.parametrize("asked", [901, 86_400, 10**9])
    def test_it_is_refused_rather_than_cut(self, issued, asked):
        answer = issued({"lifetime_seconds": asked})
        assert answer.status_code == 422
        message = "must be at most 900, the setting access.token_seconds"
        assert answer.json()["errors"] == [{"field": "lifetime_seconds", "message": message}]

    def test_tokens_outlive_a_rotation_of_keys_until_they_end(self, client, issued, keys):
        before = bearer(issued().json()["token"])
        keys.change(lambda ring: (ring.rotated(now(), timedelta(minutes=15)), None))
        after = bearer(issued().json()["token"])
        assert jwt.get_unverified_header(before["Authorization"][7:])["kid"] != keys.current().signing[-1].key_id
        assert jwt.get_unverified_header(after["Authorization"][7:])["kid"] == keys.current().signing[-1].key_id
        for headers in (before, after):
            assert client.get("/users/ada%2F1%25/profile", headers=headers).status_code == 200

    def test_a_rotation_at_once_ends_all_tokens(self, client, issued, keys):
        before = bearer(issued().json()["token"])
        keys.change(lambda ring: (ring.rotated(now(), timedelta(0)), None))
        assert client.get("/users/ada%2F1%25/profile", headers=before).status_code == 401
        assert len(keys.current().signing) == 1
        assert client.get("/users/ada%2F1%25/profile", headers=bearer(issued().json()["token"])).status_code == 200

    def test_the_grace_of_a_rotation_ends(self, client, issued, keys):
        before = bearer(issued().json()["token"])
        keys.change(lambda ring: (ring.rotated(now() - timedelta(minutes=20), timedelta(minutes=15)), None))
        assert client.get("/users/ada%2F1%25/profile", headers=before).status_code == 401

    def test_it_takes_data_along_or_away_only_if_the_key_could(self, client, issued, keys):
        plain = bearer(issued().json()["token"])
        for refused, scope in (
            (client.get("/users/ada%2F1%25/export", headers=plain), "export"),
            (client.delete("/users/ada%2F1%25", headers=plain), "erase"),
        ):
            assert refused.status_code == 403
            assert refused.json()["detail"] == f"The token was issued by a key without the scope {scope}."
        shown = keys.change(lambda ring: ring.with_key("shop", [Scope.TOKENS, Scope.EXPORT, Scope.ERASE], now()))
        answer = client.post("/users/ada%2F1%25/tokens", json={}, headers={"X-API-Key": shown})
        able = bearer(answer.json()["token"])
        assert client.get("/users/ada%2F1%25/export", headers=able).status_code == 200
        assert client.delete("/users/ada%2F1%25", headers=able).status_code == 200

    def test_a_service_is_told_which_scope_it_lacks(self, client, comers):
        answer = client.post("/users/ada/tokens", json={}, headers=comers["items"])
        assert answer.json()["detail"] == "The key needs the scope tokens."


class TestKeys:
    def test_a_key_is_good_and_revoked_while_the_service_runs(self, client, keys):
        shown = keys.change(lambda ring: ring.with_key("late", [Scope.RECOMMEND], now()))
        headers = {"X-API-Key": shown}
        assert client.get("/recommend?user_id=u", headers=headers).status_code == 200
        keys.change(lambda ring: (ring.without(shown.split("_")[1], now()), None))
        assert client.get("/recommend?user_id=u", headers=headers).status_code == 401

    def test_once_there_were_keys_nothing_opens_the_door_again(self, client, keys):
        for key in keys.current().active:
            keys.change(lambda ring, key=key: (ring.without(key.key_id, now()), None))
        assert client.get("/recommend?user_id=u").status_code == 401
        keys.path.unlink()
        assert client.get("/recommend?user_id=u").status_code == 503
        with pytest.raises(AccessUnknownError):  # nor after a restart
            assert Access(AccessSettings(), keys.path.parent, "127.0.0.1").keyless
        keys.change(lambda ring: ring.with_key("new", (), now()))
        assert client.get("/recommend?user_id=u").status_code == 401

    def test_keys_that_cannot_be_read_let_nobody_in(self, client, keys, comers):
        keys.path.write_text("{")
        answer = client.get("/recommend?user_id=u", headers=comers["operator"])
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/access-unknown"
        assert client.get("/livez").status_code == 200

    def test_only_their_owner_reads_the_keys_and_no_secret_of_a_key_is_in_them(self, keys, comers):
        assert keys.path.stat().st_mode & 0o777 == 0o600
        shown = [comers[name]["X-API-Key"] for name in ("operator", "revoked", *Scope)]
        assert not [key for key in shown if key.split("_", 2)[2] in keys.path.read_text()]


class TestWithoutKeys:
    @pytest.fixture
    def access(self, tmp_path: Path) -> Access:
        return Access(AccessSettings(), tmp_path, "127.0.0.1", ["https://shop.example"])

    def test_this_machine_may_do_all(self, client):
        assert client.get("/admin/events").status_code == 200
        assert client.get("/readyz").json()["access"] == "this-machine-only"

    def test_whatever_it_shows(self, client):
        assert client.get("/admin/events", headers={"X-API-Key": "penchant_x_y"}).status_code == 200

    @pytest.mark.parametrize(
        "host", ["rebound.example", "rebound.example:8000", "192.168.1.10", "", "localhost.example"]
    )
    def test_a_page_that_found_its_way_here_under_another_name_may_not(self, client, host):
        assert client.get("/admin/events", headers={"Host": host}).status_code == 403

    @pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "LOCALHOST"])
    def test_this_machine_has_several_names(self, client, host):
        assert client.get("/admin/events", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://127.0.0.1:9999", "null"])
    def test_a_page_of_another_origin_may_change_nothing(self, client, origin):
        headers = {"Host": "127.0.0.1:8000", "Origin": origin}
        answer = client.post("/users/ada/reset-embedding", headers=headers)
        assert answer.status_code == 403
        assert "another origin" in answer.json()["detail"]
        assert client.get("/livez", headers=headers).status_code == 200

    @pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://shop.example", None])
    def test_its_own_pages_and_those_that_are_named_may(self, client, origin):
        headers = {"Host": "127.0.0.1:8000"} | ({"Origin": origin} if origin else {})
        assert client.post("/users/ada/reset-embedding", headers=headers).status_code == 200

    def test_there_is_nothing_to_sign_tokens_with(self, client):
        answer = client.post("/users/u/tokens")
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/no-keys"

    def test_the_first_key_closes_the_door(self, client, tmp_path):
        KeyFile(tmp_path).change(lambda ring: ring.with_key("ops", (), now()))
        assert client.get("/admin/events").status_code == 401


class TestForOtherMachinesWithoutKeys:
    @pytest.fixture
    def access(self, tmp_path: Path) -> Access:
        return Access(AccessSettings(), tmp_path, "0.0.0.0")  # noqa: S104 - what is tested

    def test_nobody_is_let_in(self, client):
        assert client.get("/admin/events").status_code == 401
        assert client.get("/readyz").json()["access"] == "keys"
