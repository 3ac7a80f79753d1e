"""`/users/{user_id}`: see, edit, reset, erase."""

import asyncio

import pytest

from app.requests.people import ProfilePatch
from indexer.documents import UserDocument


def test_the_profile_of_a_person_who_never_came_is_empty_and_no_error(client):
    answer = client.get("/users/u1/profile")
    assert answer.status_code == 200
    assert answer.json()["known"] is False


@pytest.mark.parametrize("content_type", ["application/json", "application/merge-patch+json"])
def test_a_merge_patch_tells_absent_from_null(client, service, content_type):
    preferences = {"tags": ["Robots "], "formats": None}
    body = {"role": None, "goals": ["space"], "preferences": preferences, "attributes": {"a": None}}
    answer = client.patch("/users/u1/profile", json=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200
    assert service.asked[0].changes() == {
        "role": None,
        "goals": ["space"],
        "preferences": {"tags": ["robots"], "formats": None},
        "attributes": {"a": None},
    }


@pytest.mark.parametrize("prefer", ["return=minimal", "respond-async, Return = Minimal; x=1"])
def test_who_prefers_it_is_answered_without_the_profile(client, service, prefer):
    answer = client.patch("/users/u1/profile", json={"role": "nurse"}, headers={"Prefer": prefer})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["preference-applied"] == "return=minimal"
    assert answer.headers["etag"] == asyncio.run(service.person.etag("u1"))


def test_an_unknown_field_of_the_profile_is_refused(client):
    answer = client.patch("/users/u1/profile", json={"preferences": {"colours": ["red"]}, "user_id": "u2"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "preferences.colours", "message": "is not a known field"},
        {"field": "user_id", "message": "is not a known field"},
    ]


def test_parts_that_are_valid_but_too_much_together_are_a_problem(client, service):
    async def merge(_user_id: str, patch: ProfilePatch, *_: object) -> dict[str, object]:
        UserDocument(user_id="u1", attributes={"kept": "x" * 16_380, **patch.changes()["attributes"]})
        raise AssertionError("too much was taken")

    service.person.patch = merge
    answer = client.patch("/users/u1/profile", json={"attributes": {"a": "b"}})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "attributes", "message": "is larger than 16384 bytes of JSON"}]


def test_every_field_of_a_users_file_but_the_id_can_be_patched():
    assert ProfilePatch.model_fields.keys() == UserDocument.model_fields.keys() - {"user_id"}


def test_a_reset_needs_no_body(client):
    answer = client.post("/users/u1/reset-embedding")
    assert answer.status_code == 200
    assert answer.json()["kept_seen"] is False


def test_a_reset_may_keep_what_was_seen(client):
    assert client.post("/users/u1/reset-embedding", json={"keep_seen": True}).json()["kept_seen"] is True


@pytest.mark.parametrize(
    ("request_body", "status"),
    [
        ({"json": {"keep_sene": True}}, 422),
        ({"content": b'{"keep_seen": true}'}, 415),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
    ],
)
def test_a_reset_that_was_meant_otherwise_does_not_happen(client, request_body, status):
    assert client.post("/users/u1/reset-embedding", **request_body).status_code == status


def test_a_reset_option_in_the_query_is_refused_not_ignored(client):
    assert client.post("/users/u1/reset-embedding?keep_seen=true").status_code == 422


def test_an_erasure_is_answered_with_its_receipt(client):
    answer = client.delete("/users/u1")
    assert answer.status_code == 200
    assert answer.json()["deleted"] == {"events": 3, "users": 1}
