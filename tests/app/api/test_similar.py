"""`/similar`: an item or a text."""

import pytest


@pytest.mark.parametrize("query", ["item_id=i1", "text=space+robots", "item_id=i1&limit=5&user_id=u1"])
def test_a_query_is_answered_with_neighbours(client, query):
    answer = client.get(f"/similar?{query}")
    assert answer.status_code == 200
    assert answer.json()["items"][0]["label"] == "Also about rust"


def test_query_and_body_ask_for_the_same(client, service):
    client.get("/similar", params={"text": "space & robots", "limit": 5})
    client.post("/similar", json={"text": "space & robots", "limit": 5})
    assert service.asked[0] == service.asked[1]


@pytest.mark.parametrize("wanted", [{}, {"item_id": "i", "text": "t"}])
def test_exactly_one_of_item_and_text_is_wanted(client, wanted):
    answer = client.post("/similar", json=wanted)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "", "message": "must have exactly one of item_id and text"}]


def test_a_text_that_says_nothing_is_refused(client):
    assert client.get("/similar?text=+").json()["errors"] == [{"field": "text", "message": "must not be empty"}]


def test_an_unknown_item_is_a_problem(client):
    answer = client.get("/similar?item_id=unknown")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-item"


def test_what_is_seen_is_left_out_for_somebody_only(client):
    answer = client.get("/similar?item_id=i1&hide_seen=true")
    message = "has hide_seen, which has no effect without user_id"
    assert answer.json()["errors"] == [{"field": "", "message": message}]
    assert client.get("/similar?item_id=i1&hide_seen=true&user_id=u").status_code == 200


def test_by_goes_with_an_item(client):
    assert client.get("/similar?item_id=i1&by=content").status_code == 200
    refused = client.get("/similar?text=robots&by=content")
    assert refused.status_code == 422
    assert "by goes with item_id" in refused.text
    assert client.get("/similar?item_id=i1&by=magic").status_code == 422
