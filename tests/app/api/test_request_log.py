"""What a request leaves: its id, a line in the log and one in the audit log, and nothing personal in either."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.access.access import Access
from app.access.caller import KEYLESS, Scope
from app.access.keyfile import KeyFile
from app.access.settings import AccessSettings
from app.logs import JsonLines
from app.settings import HttpSettings

PERSON, TEXT, ITEM = "person-4711-äöü", "a secret wish of mine", "item-of-4711"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, at every level, as the server writes it."""
    written = io.StringIO()
    lines = logging.StreamHandler(written)
    lines.setFormatter(JsonLines())
    lines.addFilter(lambda record: not record.name.startswith("httpx"))  # which is the client's
    root = logging.getLogger()
    level = root.level
    root.addHandler(lines)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(lines)


def lines(log: io.StringIO, logger: str = "penchant.requests") -> list[dict[str, Any]]:
    read = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in read if line["logger"] == logger]


def audited(folder: Path) -> list[dict[str, Any]]:
    path = folder / "audit.ndjson"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def key(tmp_path: Path) -> str:
    return KeyFile(tmp_path).change(lambda ring: ring.with_key("ops", (), NOW))


def test_the_callers_request_id_is_taken_and_given_back(client, log):
    answer = client.get("/livez", headers={"X-Request-Id": "trace-7_b"})
    assert answer.headers["x-request-id"] == "trace-7_b"
    assert [line["request_id"] for line in lines(log)] == ["trace-7_b"]


@pytest.mark.parametrize("sent", ["", "with space", "x" * 65, "person@example.org", 'quoted"'])
def test_what_is_no_plain_request_id_is_replaced(client, sent):
    answer = client.get("/livez", headers={"X-Request-Id": sent})
    assert len(answer.headers["x-request-id"]) == 32


def test_problems_bear_a_request_id_too(client, service, log):
    service.failure = RuntimeError("broken")
    for path in ("/nowhere", "/recommend?user_id=u", "/items/%FF"):
        assert client.get(path).headers["x-request-id"] in {line["request_id"] for line in lines(log)}


def test_a_line_says_which_operation_how_it_went_and_who_called(client, key, log):
    client.get("/recommend?user_id=u", headers={"X-API-Key": key})
    (line,) = lines(log)
    assert line.pop("ms") >= 0
    assert line.pop("request_id")
    assert datetime.fromisoformat(line.pop("at")).tzinfo == UTC
    assert line == {
        "level": "info",
        "logger": "penchant.requests",
        "message": "answered",
        "operation": "recommend",
        "method": "GET",
        "status": 200,
        "caller": "operator",
        "key_id": key.split("_")[1],
    }


class TestQuiet:
    @pytest.fixture
    def http(self) -> HttpSettings:
        return HttpSettings(log_requests=False)

    def test_requests_need_not_be_logged(self, client, log):
        client.get("/livez")
        assert not lines(log)


def test_a_line_that_belongs_to_a_request_bears_its_id(client, service, log):
    service.failure = RuntimeError("broken")
    request_id = client.get("/recommend?user_id=u").headers["x-request-id"]
    (crash,) = lines(log, "app.api.crashes")
    assert crash["request_id"] == request_id


def test_a_crash_is_told_by_its_type_and_place_and_not_by_its_message(client, service, log):
    failure = KeyError(PERSON)
    failure.__cause__ = ValueError(TEXT)
    service.failure = failure
    client.get("/recommend?user_id=u")
    (crash,) = lines(log, "app.api.crashes")
    assert crash["exception"]["type"] == "builtins.KeyError"
    assert crash["exception"]["because"]["type"] == "builtins.ValueError"
    assert any("in recommend" in frame for frame in crash["exception"]["frames"])
    assert PERSON not in log.getvalue()
    assert TEXT not in log.getvalue()


def test_no_id_text_token_or_key_is_logged_whatever_is_asked(client, access, service, key, tmp_path, log):
    """Every kind of request, good, refused, invalid and crashing, as operator, as service, as a person, as nobody."""
    service_key = KeyFile(tmp_path).change(lambda ring: ring.with_key("shop", tuple(Scope), NOW))
    token = access.token(PERSON, None, KEYLESS).token
    path = f"/users/{httpx.QueryParams({'a': PERSON})['a']}"
    event = {"event_id": "e-4711", "user_id": PERSON, "item_id": ITEM, "type": "like"}
    shown = ({"X-API-Key": key}, {"X-API-Key": service_key}, {"Authorization": f"Bearer {token}"}, {})
    for headers in (*shown, {"X-API-Key": key + "x"}, {"Authorization": f"Bearer {token}x"}):
        for service.failure in (None, RuntimeError(f"{PERSON} {TEXT}")):
            client.get("/recommend", params={"user_id": PERSON, "exclude": ITEM}, headers=headers)
            client.get("/similar", params={"text": TEXT, "user_id": PERSON}, headers=headers)
        client.post("/events", json=[event, event | {"type": TEXT}], headers=headers)
        client.post("/items", json={"item_id": ITEM, "title": TEXT}, headers=headers)
        client.patch(f"{path}/profile", json={"goals": [TEXT]}, headers=headers)
        client.post(f"{path}/tokens", headers=headers)
        client.get(f"/{PERSON}/{TEXT}", headers=headers)
        client.delete(f"/items/{ITEM}", headers=headers)
        client.delete(path, headers=headers)
    written = log.getvalue() + (tmp_path / "audit.ndjson").read_text()
    assert len(lines(log)) == 6 * 11
    escaped = json.dumps(PERSON)[1:-1]
    secrets = [key.split("_", 2)[2], service_key.split("_", 2)[2], token, token.split(".")[2]]
    for personal in (PERSON, escaped, "-4711", "wish", "%C3%A4", *secrets):
        assert personal not in written


class TestAudit:
    def test_what_an_operator_does_is_written_down(self, client, access, key, tmp_path):
        answer = client.delete("/users/ada", headers={"X-API-Key": key, "X-Request-Id": "r1"})
        assert answer.status_code == 200
        (line,) = audited(tmp_path)
        assert datetime.fromisoformat(line.pop("at")).tzinfo == UTC
        assert line == {
            "key_id": key.split("_")[1],
            "action": "erase_user",
            "outcome": 200,
            "user": access.audit.digest("ada"),
            "request_id": "r1",
        }

    def test_the_same_person_is_the_same_digest_and_not_in_another_folder(self, access, tmp_path):
        again = Access(AccessSettings(), tmp_path, "127.0.0.1")
        other = Access(AccessSettings(), tmp_path / "other", "127.0.0.1")
        assert again.audit.digest("ada") == access.audit.digest("ada") != access.audit.digest("bob")
        assert other.audit.digest("ada") != access.audit.digest("ada")

    def test_what_fails_is_written_down_as_failed(self, client, key, tmp_path):
        client.delete("/items/none", headers={"X-API-Key": key})
        assert [(line["action"], line["outcome"]) for line in audited(tmp_path)] == [("delete_item", 404)]

    def test_ordinary_traffic_people_and_services_leave_no_line(self, client, access, key, tmp_path):
        shop = KeyFile(tmp_path).change(lambda ring: ring.with_key("shop", tuple(Scope), NOW))
        person = {"Authorization": f"Bearer {access.token('ada', None, KEYLESS).token}"}
        client.get("/recommend?user_id=u", headers={"X-API-Key": key})
        client.delete("/items/none", headers={"X-API-Key": shop})
        client.get("/users/ada/profile", headers=person)
        client.get("/livez", headers={"X-API-Key": key})
        client.delete("/users/ada")
        assert not audited(tmp_path)

    def test_who_speaks_for_people_or_takes_their_data_leaves_a_line(self, client, access, key, tmp_path):
        shop = KeyFile(tmp_path).change(lambda ring: ring.with_key("shop", tuple(Scope), NOW))
        token = client.post("/users/ada/tokens", headers={"X-API-Key": shop}).json()["token"]
        client.get("/users/ada/export", headers={"Authorization": f"Bearer {token}"})
        client.get("/users/ada/profile", headers={"Authorization": f"Bearer {token}"})
        client.delete("/users/ada", headers={"X-API-Key": shop})
        lines = [(line["action"], line["user"]) for line in audited(tmp_path)]
        assert lines == [(each, access.audit.digest("ada")) for each in ("issue_token", "export_user", "erase_user")]

    def test_without_keys_whoever_sits_at_this_machine_is_the_operator(self, client, tmp_path):
        client.delete("/users/ada")
        assert [(line["action"], line["key_id"]) for line in audited(tmp_path)] == [("erase_user", "")]

    def test_lines_are_appended_and_only_the_owner_reads_them(self, client, tmp_path):
        for _ in range(3):
            client.delete("/users/ada")
        assert len(audited(tmp_path)) == 3
        for name in ("audit.ndjson", "audit.key"):
            assert (tmp_path / name).stat().st_mode & 0o777 == 0o600

    def test_an_action_that_cannot_be_written_down_is_not_acknowledged(self, client, tmp_path):
        (tmp_path / "audit.ndjson").mkdir()
        answer = client.delete("/users/ada")
        assert answer.status_code == 500
        assert answer.json()["type"] == "/problems/unexpected-error"
