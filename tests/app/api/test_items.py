"""`/items`: upserting, reading and deleting, one or many."""

import json
from typing import Any

import pytest

ITEM = {
    "item_id": "i1",
    "title": "Rust in anger",
    "text": "Ownership, for people in a hurry.",
    "format": "article",
    "language": "en",
    "published_at": "2024-05-01T12:00:00Z",
}


def item(item_id: str, **more: Any) -> dict[str, Any]:
    return {**ITEM, "item_id": item_id, **more}


def test_one_item_is_added_and_can_be_read(client):
    answer = client.post("/items", json=ITEM)
    assert answer.status_code == 200
    assert answer.json() == {
        "counts": {"created": 1, "updated": 0, "rejected": 0},
        "results": [{"row": 1, "item_id": "i1", "status": "created"}],
    }
    assert client.get("/items/i1").json()["title"] == "Rust in anger"


def test_an_item_of_the_same_id_is_replaced(client):
    client.post("/items", json=ITEM)
    answer = client.post("/items", json=item("i1", title="Rust in peace"))
    assert answer.json()["results"] == [{"row": 1, "item_id": "i1", "status": "updated"}]
    assert client.get("/items/i1").json()["title"] == "Rust in peace"


def test_attributes_that_are_not_as_declared_are_told_and_refuse_nothing(client):
    answer = client.post("/items", json=item("a", attributes={"price": "cheap"}))
    told = {"row": 1, "item_id": "a", "status": "created", "message": "attributes.price is not a number"}
    assert answer.json()["results"] == [told]


def test_good_rows_of_an_array_are_kept_and_bad_ones_are_told_why(client):
    answer = client.post("/items", json=[item("a"), item("b", colour="red"), 7, item("c")])
    assert answer.status_code == 200
    assert answer.json() == {
        "counts": {"created": 2, "updated": 0, "rejected": 2},
        "results": [
            {"row": 1, "item_id": "a", "status": "created"},
            {
                "row": 2,
                "item_id": "b",
                "status": "rejected",
                "errors": [{"field": "colour", "message": "is not a known field"}],
            },
            {
                "row": 3,
                "item_id": None,
                "status": "rejected",
                "errors": [{"field": "", "message": "must be an object, not a number"}],
            },
            {"row": 4, "item_id": "c", "status": "created"},
        ],
    }


def test_ndjson_rows_are_numbered_by_their_lines(client):
    lines = [
        json.dumps(item("a")).encode(),
        b"",
        b'{"item_id": "b",',
        b'{"item_id": "\xff"}',
        json.dumps(item("c")).encode(),
    ]
    answer = client.post(
        "/items", content=b"\r\n".join(lines) + b"\n", headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.json()["counts"] == {"created": 2, "updated": 0, "rejected": 2}
    results = answer.json()["results"]
    assert [result["row"] for result in results] == [1, 3, 4, 5]
    assert results[1]["errors"][0]["message"].startswith("is not JSON: ")
    assert results[2]["errors"] == [{"field": "", "message": "is not JSON: it is not UTF-8 (column 14)"}]


def test_a_body_without_a_good_row_is_a_problem_that_lists_every_error(client, service):
    answer = client.post("/items", json=[{"item_id": "a"}, item("b", language=1)])
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "/problems/rows-rejected"
    assert problem["counts"] == {"created": 0, "updated": 0, "rejected": 2}
    assert [result["status"] for result in problem["results"]] == ["rejected", "rejected"]
    assert {"row": 1, "field": "title", "message": "is required"} in problem["errors"]
    assert {"row": 2, "field": "language", "message": "must be a string, not a number"} in problem["errors"]
    assert not service.items


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(b"[]", "application/json"), (b"", "application/x-ndjson"), (b"\n\n", "application/x-ndjson")],
)
def test_no_rows_are_nothing_wrong(client, content, content_type):
    answer = client.post("/items", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == 200
    assert answer.json() == {"counts": {"created": 0, "updated": 0, "rejected": 0}, "results": []}


def test_a_deleted_item_is_gone(client):
    client.post("/items", json=ITEM)
    answer = client.delete("/items/i1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.delete("/items/i1").status_code == 404


def test_an_unknown_item_is_a_problem_that_names_it(client):
    answer = client.get("/items/nowhere")
    assert answer.status_code == 404
    assert answer.json() == {
        "type": "/problems/unknown-item",
        "title": "There is no such item",
        "status": 404,
        "detail": "No item has this id.",
        "item_id": "nowhere",
    }


def test_a_query_that_would_be_ignored_is_refused(client, service):
    answer = client.post("/items?dry_run=true", json=ITEM)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "dry_run", "message": "is not a known query parameter"}]
    assert not service.items
