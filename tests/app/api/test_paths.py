"""Ids in paths: any text, percent-encoded."""

import asyncio
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.paths import EncodedPaths, routed

LONGEST = "é" * 128
IDS = [
    "plain",
    "a/b",
    "/",
    "//",
    "a%2Fb",
    "100%",
    "%",
    "ü ñ 日本",
    "?x=1&y#z",
    "a+b",
    ".hidden",
    "profile",
    "a/profile",
    LONGEST,
]


@pytest.mark.parametrize("item_id", IDS)
def test_an_item_is_found_by_any_id(client, item_id):
    item = {"item_id": item_id, "title": "t", "format": "f", "language": "en", "published_at": "2024-05-01T12:00:00Z"}
    assert client.post("/items", json=item).status_code == 200
    answer = client.get(f"/items/{quote(item_id, safe='')}")
    assert answer.status_code == 200
    assert answer.json()["item_id"] == item_id
    assert client.delete(f"/items/{quote(item_id, safe='')}").status_code == 204


@pytest.mark.parametrize("user_id", IDS)
def test_a_person_is_found_by_any_id(client, user_id):
    path = f"/users/{quote(user_id, safe='')}"
    assert client.get(f"{path}/profile").json()["user_id"] == user_id
    assert client.post(f"{path}/reset-embedding").json()["user_id"] == user_id
    assert client.delete(path).json()["user_id"] == user_id


def test_an_id_that_is_not_encoded_is_another_path(client):
    answer = client.get("/items/a/b")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-path"


def test_an_id_of_more_than_256_bytes_is_refused(client):
    answer = client.get(f"/items/{quote(LONGEST + 'x')}")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "item_id", "message": "is longer than 256 bytes of UTF-8"}]


def test_a_control_character_in_an_id_is_refused(client):
    assert client.get("/users/a%0Ab/profile").json()["errors"] == [
        {"field": "user_id", "message": "holds a control character"}
    ]


@pytest.mark.parametrize("path", ["/items/%FF", "/%C3%28", "/users/%ED%A0%80/profile"])
def test_a_path_that_is_not_utf8_is_a_problem(client, path):
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/malformed-url"


def test_a_path_without_an_id_is_unknown(client):
    assert client.get("/items/").status_code == 404
    assert client.get("/users//profile").status_code == 404


def test_encoded_letters_of_a_path_are_the_same_path(client):
    assert client.get("/%6Civez").status_code == 200


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_segments_survive_routing_whatever_they_hold(segments):
    path = routed("/".join(quote(segment, safe="") for segment in segments).encode())
    assert [part.replace("%2F", "/").replace("%25", "%") for part in path.split("/")] == (segments or [""])


def test_a_server_that_does_not_tell_the_path_as_sent_still_serves_ids_with_percent_signs():
    seen = []

    async def app(scope, _receive, _send):
        seen.append(scope["path"])

    asyncio.run(EncodedPaths(app)({"type": "http", "path": "/items/100%"}, None, None))
    assert seen == ["/items/100%25"]
