"""Signing in on the pages: what is shown becomes a cookie, which changes things from this server's own pages only."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import orjson
import pytest

from app.access.access import Access
from app.access.audit import FILE
from app.access.caller import KEYLESS, Scope
from app.access.keyfile import KeyFile
from app.access.settings import AccessSettings

pytestmark = pytest.mark.usefixtures("access")  # with a key from the beginning

OWN_PAGE = {"Origin": "http://localhost"}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path)


@pytest.fixture
def access(tmp_path: Path, keys: KeyFile) -> Access:
    keys.change(lambda ring: ring.with_key("first", (), now()))
    return Access(AccessSettings(session_seconds=600), tmp_path, "127.0.0.1", ["http://shop.example"])


@pytest.fixture
def key(keys: KeyFile) -> str:
    return keys.change(lambda ring: ring.with_key("ops", (), now()))


def signed_in(client, headers: dict[str, str]) -> dict[str, str]:
    """The cookie as a browser sends it back; the client of these tests keeps none."""
    answer = client.post("/session", headers=headers)
    assert answer.status_code == 200
    client.forget_cookies()
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_key_becomes_a_cookie_that_no_script_reads(client, key, tmp_path):
    answer = client.post("/session", headers={"X-API-Key": key})
    told = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(told.split("; "))
    assert 590 <= int(told.partition("Max-Age=")[2].partition(";")[0]) <= 600
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["kind"] == "operator"
    assert key.rpartition("_")[2] not in answer.text + told
    line = orjson.loads((tmp_path / FILE).read_bytes().splitlines()[-1])
    assert (line["action"], line["key_id"]) == ("sign_in", key.split("_")[1])


def test_away_from_this_machine_the_cookie_needs_tls(client, key):
    answer = client.post("/session", headers={"X-API-Key": key, "Host": "penchant.example"})
    assert "Secure" in answer.headers["set-cookie"].split("; ")


def test_the_cookie_reads_and_changes_from_an_own_page(client, key):
    cookie = signed_in(client, {"X-API-Key": key})
    assert client.get("/session", headers=cookie).json()["kind"] == "operator"
    assert client.get("/admin/policies", headers=cookie).status_code != 401
    wanted = {"enabled": False}
    assert client.put("/users/u/personalization", json=wanted, headers=cookie | OWN_PAGE).status_code == 200


@pytest.mark.parametrize("origin", [None, "null", "http://shop.example", "http://evil.example", "http://localhost:81"])
def test_the_cookie_changes_nothing_from_elsewhere(client, key, origin):
    headers = signed_in(client, {"X-API-Key": key}) | ({"Origin": origin} if origin else {})
    answer = client.put("/users/u/personalization", json={"enabled": False}, headers=headers)
    assert answer.status_code == 403
    assert "from the pages of this server" in answer.json()["detail"]


def test_a_key_that_is_shown_needs_no_origin_whatever_cookie_comes_along(client, key):
    cookie = signed_in(client, {"X-API-Key": key})
    headers = cookie | {"X-API-Key": key}
    assert client.put("/users/u/personalization", json={"enabled": False}, headers=headers).status_code == 200
    assert client.get("/users/u/profile", headers=cookie | bearer("nonsense")).status_code == 401


def test_a_person_signs_in_for_themselves_until_their_token_ends(client, access):
    token = access.token("ada", 120, KEYLESS).token
    answer = client.post("/session", headers=bearer(token))
    client.forget_cookies()
    assert (answer.json()["kind"], answer.json()["user_id"]) == ("user", "ada")
    assert answer.json()["may"] == ["erase", "export"]
    assert int(answer.headers["set-cookie"].partition("Max-Age=")[2].partition(";")[0]) <= 120
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert client.get("/users/ada/profile", headers=cookie).status_code == 200
    assert client.get("/users/bob/profile", headers=cookie).status_code == 403
    assert client.get("/admin/policies", headers=cookie).status_code == 403


def test_a_person_has_no_more_drawn_than_their_page_needs(client, access):
    shown = bearer(access.token("ada", None, KEYLESS).token)
    for count, status in ((200, 200), (201, 422)):
        series = [{"name": "all", "values": [1.0] * count}]
        asked = {"kind": "bar", "title": "Hours", "labels": ["0"] * count, "series": series}
        assert client.post("/plots", json=asked, headers=shown).status_code == status


def test_a_service_does_not_sign_in(client, keys):
    service = keys.change(lambda ring: ring.with_key("shop", [Scope.RECOMMEND], now()))
    assert client.post("/session", headers={"X-API-Key": service}).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "penchant_x_y"}, {"Authorization": "Bearer x"}])
def test_nothing_good_signs_nobody_in(client, headers):
    answer = client.post("/session", headers=headers)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert client.get("/session", headers=headers).json()["kind"] is None


def test_a_cookie_does_not_renew_itself(client, key):
    assert client.post("/session", headers=signed_in(client, {"X-API-Key": key}) | OWN_PAGE).status_code == 401


def test_a_revoked_key_ends_its_sessions_and_so_does_time(client, keys, key):
    cookie = signed_in(client, {"X-API-Key": key})
    keys.change(lambda ring: (ring.without(key.split("_")[1], now()), None))
    assert client.get("/session", headers=cookie).json()["kind"] is None
    assert client.get("/admin/policies", headers=cookie).status_code == 401


def test_neither_passes_for_the_other(client, keys, key):
    cookie = signed_in(client, {"X-API-Key": key})["Cookie"].partition("=")[2]
    assert client.get("/admin/policies", headers=bearer(cookie)).status_code == 401
    signing, audience = keys.current().signing[-1], AccessSettings().token_audience
    claims = {"sub": key.split("_")[1], "aud": audience, "iat": now(), "exp": now() + timedelta(minutes=5)}
    forged = jwt.encode(claims, signing.secret, "HS256", {"kid": signing.key_id})
    told = client.get("/session", headers={"Cookie": f"penchant_session={forged}"}).json()
    assert told["kind"] == "user"  # a token for a person who is called like the key


def test_signing_out_takes_the_cookie_back(client):
    told = client.request("DELETE", "/session").headers["set-cookie"]
    assert "Max-Age=0" in told
