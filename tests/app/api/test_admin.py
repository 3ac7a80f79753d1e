"""`/admin`: what a build of the index reads from a running service."""


def test_changes_of_the_catalogue_are_read_line_by_line(client):
    answer = client.get("/admin/items/changes")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.json() == {"version": 1, "item_id": "i1", "document": None, "changed_at": 0.0}


def test_events_to_learn_from_are_read_as_arrays(client):
    answer = client.get("/admin/events")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.content == b"PK"


def test_items_that_events_wait_for_are_named(client):
    (item,) = client.get("/admin/awaited-items").json()["items"]
    assert (item["item_id"], item["events"], item["people"]) == ("i9", 2, 1)
