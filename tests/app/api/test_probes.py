"""`/livez`, `/readyz` and `/transparency`."""


def test_a_living_process_says_so(client):
    assert client.get("/livez").json() == {"status": "alive"}


def test_readiness_tells_what_is_served(client):
    answer = client.get("/readyz?probe=1")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "reasons": [], "snapshot": "s1", "access": "this-machine-only"}


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
