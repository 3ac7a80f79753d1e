"""`/livez`, `/readyz` and `/transparency`."""

import re

import pytest


def test_a_living_process_says_so(client):
    assert client.get("/livez").json() == {"status": "alive"}


def test_readiness_tells_what_is_served(client):
    answer = client.get("/readyz?probe=1")
    assert answer.status_code == 200
    told = answer.json()
    waiting = told.pop("awaiting_item")
    assert told == {"ready": True, "state": "ready", "reasons": [], "snapshot": "s1", "access": "this-machine-only"}
    assert (waiting["events"], waiting["items"], waiting["refused"]) == (2, 1, 0)


def test_until_a_snapshot_is_served_readiness_is_a_problem_with_reasons(client, service):
    service.reasons = ["no snapshot has been published yet"]
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/unavailable"
    assert answer.json()["ready"] is False
    assert answer.json()["access"] == "this-machine-only"
    assert answer.json()["reasons"] == ["no snapshot has been published yet"]


def test_transparency_needs_nobody_in_particular(client):
    answer = client.get("/transparency")
    assert answer.status_code == 200
    assert answer.json()["configuration_hash"] == "0"


@pytest.mark.parametrize("accept", ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8"])
def test_people_get_transparency_as_a_page_that_loads_nothing(client, accept):
    answer = client.get("/transparency", headers={"Accept": accept})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "How &lt;b&gt;Shop&lt;/b&gt; chooses for you" in answer.text
    assert not re.search(r"<script|<link|src=|url\(|<b>", answer.text)


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.9", "text/html;q=0"])
def test_programs_get_transparency_as_json(client, accept):
    answer = client.get("/transparency", headers={"Accept": accept})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "Accept"
