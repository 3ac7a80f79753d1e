"""Bodies: what is read, what is refused, and how clearly."""

import gzip
from collections.abc import AsyncIterator

import pytest

EVENT = b'{"event_id": "e1", "user_id": "u1", "item_id": "i1", "type": "like"}'
JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
)
def test_json_is_taken_under_every_spelling_of_its_name(client, content_type):
    assert client.post("/events", content=EVENT, headers={"Content-Type": content_type}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "Say in Content-Type what the body is: application/json or application/x-ndjson."),
        ({"Content-Type": ""}, "Say in Content-Type what the body is: application/json or application/x-ndjson."),
        ({"Content-Type": "text/plain"}, "The body must be application/json or application/x-ndjson."),
        (
            {"Content-Type": "application/merge-patch+json"},
            "The body must be application/json or application/x-ndjson.",
        ),
        ({"Content-Type": "application/json; charset=latin-1"}, "JSON is UTF-8; no other charset can be read."),
        (JSON | {"Content-Encoding": "br"}, "Of Content-Encodings, gzip is read and no other."),
    ],
)
def test_other_content_types_are_refused_and_the_right_ones_named(client, headers, said):
    answer = client.post("/events", content=EVENT, headers=headers)
    assert answer.status_code == 415
    assert answer.json()["type"] == "/problems/unsupported-media-type"
    assert answer.json()["detail"] == said
    assert answer.json()["accepted"] == ["application/json", "application/x-ndjson"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "Input is a zero-length, empty document (line 1, column 1)"),
        (b'[{"a": 1},\n {"b": NaN}]', "(line 2, column 8)"),
        (b'{"value": Infinity}', "(line 1, column 11)"),
        (b'{"value": 1e999}', "number is infinity when parsed as double"),
        (b"{'a': 1}", "(line 1, column 2)"),
        (b'{"a": 1} {"a": 2}', "(line 1, column 10)"),
        (b'[1,\n "caf\xe9"]', "it is not UTF-8 (line 2, column 6)"),
        (b"[" * 2000, "depth limit exceeded"),
        (b'"\\ud800"', "surrogate"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
    ],
)
def test_what_is_not_json_is_refused_with_the_place(client, body, said):
    answer = client.post("/events", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/malformed-body"
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"7", b'"text"', b"null", b"true"])
def test_json_that_is_neither_object_nor_array_is_invalid(client, body):
    answer = client.post("/events", content=body, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "the request must be an object or an array of objects."


def test_of_two_members_of_one_name_the_last_counts(client, service):
    client.post("/events", content=EVENT.replace(b'"e1"', b'"e1", "event_id": "e2"'), headers=JSON)
    assert list(service.events) == [("u1", "e2")]


@pytest.mark.parametrize("path", ["/items", "/events", "/recommend", "/similar", "/users/u/reset-embedding"])
def test_a_body_that_announces_too_much_is_refused(client, path):
    answer = client.post(path, content=b" " * 5000, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/body-too-large"
    assert answer.json()["max_bytes"] == 4096


def test_a_body_that_announces_nothing_is_read_up_to_the_limit_only(client):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b" " * 1000

    assert client.post("/events", content=endless(), headers=JSON).status_code == 413
    assert sent == 5000


def test_a_body_in_pieces_is_one_body(client):
    async def pieces() -> AsyncIterator[bytes]:
        for position in range(len(EVENT)):
            yield EVENT[position : position + 1]

    assert client.post("/events", content=pieces(), headers=JSON).status_code == 200


def test_a_body_of_exactly_the_limit_is_taken(client):
    assert client.post("/events", content=EVENT + b" " * (4096 - len(EVENT)), headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("body", "headers"), [(b"[%s]" % b",".join([EVENT] * 6), JSON), (b"\n".join([EVENT] * 6), NDJSON)]
)
def test_more_rows_than_allowed_are_refused_and_none_is_stored(client, service, body, headers):
    answer = client.post("/events", content=body, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-many-rows"
    assert answer.json()["max_rows"] == 5
    assert not service.events


def test_as_many_rows_as_allowed_are_taken(client):
    assert client.post("/events", content=b"\n".join([EVENT] * 5), headers=NDJSON).status_code == 200


PACKED = JSON | {"Content-Encoding": "gzip"}
PACK = gzip.compress(EVENT)


def test_a_packed_body_is_unpacked(client, service):
    assert client.post("/events", content=PACK, headers=PACKED).status_code == 200
    assert [event_id for _, event_id in service.events] == ["e1"]


@pytest.mark.parametrize("cut", [PACK[:-9], EVENT, PACK + b"more", b""], ids=["cut off", "plain", "more", "empty"])
def test_what_says_that_it_is_packed_and_is_not_is_refused(client, cut):
    answer = client.post("/events", content=cut, headers=PACKED)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "The body is not gzip, or is cut off."


def test_no_more_is_unpacked_than_may_be_read(client):
    answer = client.post("/events", content=gzip.compress(b" " * 50_000_000), headers=PACKED)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/users/u/reset-embedding", "/users/u/tokens"])
@pytest.mark.parametrize("headers", [JSON, {}])
@pytest.mark.parametrize("body", [b"", b" \n"])
def test_where_a_body_may_be_left_out_an_empty_one_is_left_out(client, path, headers, body):
    answer = client.post(path, content=body, headers=headers)
    assert answer.status_code in {200, 409}  # 409: without keys there are no tokens
