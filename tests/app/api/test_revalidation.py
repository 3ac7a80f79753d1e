"""Who has an answer is told so without it, for as long as it is the same."""

import pytest

ITEM = {"item_id": "i1", "title": "Rust in anger", "text": "Ownership, for people in a hurry."}


@pytest.mark.parametrize("path", ["/items/i1", "/items", "/tags", "/topics?limit=3"])
def test_what_the_caller_has_is_not_sent_again(client, path):
    client.post("/items", json=ITEM)
    first = client.get(path)
    etag = first.headers["ETag"]
    assert etag.startswith('W/"')
    assert first.headers["Cache-Control"] == "private, no-cache"
    for named in (etag, f'"another", {etag}', etag.removeprefix("W/"), "*"):
        again = client.get(path, headers={"If-None-Match": named})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert client.get(path, headers={"If-None-Match": '"another"'}).content == first.content
    head = client.request("HEAD", path, headers={"If-None-Match": etag})
    assert (head.status_code, head.content) == (304, b"")


def test_an_item_that_changed_has_another_tag(client):
    client.post("/items", json=ITEM)
    etag = client.get("/items/i1").headers["ETag"]
    client.post("/items", json=ITEM | {"title": "Rust in peace"})
    again = client.get("/items/i1", headers={"If-None-Match": etag})
    assert (again.status_code, again.json()["title"]) == (200, "Rust in peace")
    assert again.headers["ETag"] != etag


def test_what_is_not_there_is_not_called_known(client):
    assert client.get("/items/nobody", headers={"If-None-Match": "*"}).status_code == 404
