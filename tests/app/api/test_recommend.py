"""`/recommend`: the same request in a query and in a body."""

import orjson
import pytest

from app.errors import CursorError, InvalidPayloadError, SnapshotMissingError
from app.requests.slates import RecommendRequest
from app.storage.errors import WriterBusyError, WriterClosedError
from indexer.problems import FieldProblem


def test_a_query_is_answered_with_a_slate(client):
    answer = client.get("/recommend?user_id=u1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    slate = answer.json()
    assert slate["items"][0]["label"] == "Because you liked rust"
    kept = {"floor": "exploration", "required": 4, "achieved": 4, "reason": None, "window": None}
    assert slate["receipt"] == [kept]
    assert "trace" not in slate
    assert slate["next_cursor"] is None


def test_query_and_body_ask_for_the_same(client, service):
    client.get("/recommend?user_id=u%2F1&limit=7&exclude=a&exclude=b%26c&scenario=home&debug=true&filter=price+%3C+5")
    wanted = {"user_id": "u/1", "limit": 7, "exclude": ["a", "b&c"], "scenario": "home", "debug": True}
    wanted["filter"] = "price < 5"
    client.post("/recommend", json=wanted)
    assert service.asked == [RecommendRequest(**wanted)] * 2


def test_what_is_left_out_has_its_default(client, service):
    client.get("/recommend?user_id=u1")
    client.post("/recommend", json={"user_id": "u1", "limit": None, "exclude": None, "scenario": None})
    assert service.asked == [RecommendRequest(user_id="u1", limit=20, exclude=[], debug=False)] * 2


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("", "user_id", "is required"),
        ("user_id=", "user_id", "must not be empty"),
        ("user_id=u&limit=0", "limit", "must be at least 1"),
        ("user_id=u&limit=501", "limit", "must be at most 500"),
        ("user_id=u&limit=many", "limit", "must be a whole number, not a string"),
        ("user_id=u&limit=1.5", "limit", "must be a whole number, not a string"),
        ("user_id=u&debug=perhaps", "debug", "must be true or false, not a string"),
        ("user_id=u&colour=red", "colour", "is not a known field"),
        ("user_id=u&user_id=v", "user_id", "is given more than once"),
        ("user_id=u&exclude=", "exclude.0", "must not be empty"),
        ("user_id=" + "u" * 257, "user_id", "is longer than 256 bytes of UTF-8"),
    ],
)
def test_a_wrong_query_is_told_what_is_wrong(client, query, field, message):
    answer = client.get(f"/recommend?{query}")
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/invalid-payload"
    assert answer.json()["errors"] == [{"field": field, "message": message}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"limit": "20"}, "must be a whole number, not a string"),
        ({"limit": True}, "must be a whole number, not true or false"),
        ({"exclude": "a"}, "must be a list, not a string"),
        ({"debug": 1}, "must be true or false, not a number"),
    ],
)
def test_a_body_is_taken_literally(client, change, message):
    answer = client.post("/recommend", json={"user_id": "u"} | change)
    assert answer.json()["errors"] == [{"field": next(iter(change)), "message": message}]


def test_a_body_that_is_no_object_is_invalid(client):
    assert client.post("/recommend", json=[{"user_id": "u"}]).json()["detail"] == "the request must be an object."


def test_a_query_beside_a_body_is_refused(client):
    answer = client.post("/recommend?limit=3", json={"user_id": "u"})
    assert answer.json()["errors"] == [{"field": "limit", "message": "is not a known query parameter"}]


def test_thousands_of_items_can_be_excluded(client, service):
    exclude = [f"i{number}" for number in range(700)]
    assert client.get("/recommend", params={"user_id": "u", "exclude": exclude}).status_code == 200
    assert service.asked[0].exclude == exclude
    with pytest.raises(ValueError, match="at most 10000 items"):
        RecommendRequest(user_id="u", exclude=["i"] * 10_001)


@pytest.mark.parametrize("query", ["user_id=%FF", "user_id=%ED%A0%80"])
def test_a_query_that_is_not_utf8_is_a_problem(client, query):
    answer = client.get(f"/recommend?{query}")
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/malformed-url"


def test_a_cursor_is_not_known(client, service):
    service.failure = CursorError("No answer goes on under this cursor.")
    answer = client.get("/recommend?user_id=u&cursor=abc")
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/unknown-cursor"


def test_without_a_snapshot_the_answer_is_503_and_says_what_to_do(client, service):
    service.failure = SnapshotMissingError()
    answer = client.get("/recommend?user_id=u")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/no-snapshot"
    assert "penchant rebuild-index" in answer.json()["detail"]


@pytest.mark.parametrize("failure", [WriterBusyError(10), WriterClosedError()])
def test_a_store_that_takes_no_more_is_503(client, service, failure):
    service.failure = failure
    answer = client.get("/recommend?user_id=u")
    assert answer.status_code == 503
    assert answer.json()["type"] == failure.type
    assert answer.headers.get("retry-after") == failure.headers.get("Retry-After")


class TestBatch:
    def test_a_line_each_and_an_error_is_a_line(self, client):
        answer = client.post("/recommend/batch", json={"user_ids": ["ann", "nobody", "bob"], "limit": 3})
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        first, error, last = map(orjson.loads, answer.content.splitlines())
        assert (first["user_id"], last["user_id"]) == ("ann", "bob")
        assert (error["user_id"], error["error"]["type"]) == ("nobody", "/problems/unknown-item")

    def test_what_is_wrong_with_the_first_is_wrong_with_all(self, client, service):
        service.failure = InvalidPayloadError([FieldProblem("filter", "cannot be used")])
        assert client.post("/recommend/batch", json={"user_ids": ["ann", "bob"]}).status_code == 422
        assert client.post("/recommend/batch", json={"user_ids": []}).status_code == 422
