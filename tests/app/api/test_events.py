"""`/events`: what became of each."""

EVENT = {"event_id": "e1", "user_id": "u1", "item_id": "i1", "type": "like", "occurred_at": "2024-05-01T14:00:00+02:00"}


def test_one_event_is_accepted_and_its_repetition_is_a_duplicate(client):
    answer = client.post("/events", json=EVENT)
    assert answer.status_code == 200
    assert answer.json() == {
        "counts": {"accepted": 1, "awaiting_item": 0, "duplicate": 0, "conflict": 0, "ignored": 0, "rejected": 0},
        "results": [{"row": 1, "event_id": "e1", "status": "accepted"}],
    }
    again = client.post("/events", json=EVENT)
    assert again.status_code == 200
    assert again.json()["results"] == [{"row": 1, "event_id": "e1", "status": "duplicate"}]


def test_what_the_service_rejects_or_ignores_stands_at_its_row(client):
    events = [
        EVENT | {"event_id": "a", "item_id": "unknown"},
        EVENT | {"event_id": "b", "type": "Stare at"},
        EVENT | {"event_id": "c", "item_id": "before-reset"},
        EVENT | {"event_id": "d"},
    ]
    answer = client.post("/events", json=events)
    assert answer.status_code == 200
    assert answer.json()["counts"] == {
        "accepted": 1,
        "awaiting_item": 0,
        "duplicate": 0,
        "conflict": 0,
        "ignored": 1,
        "rejected": 2,
    }
    unknown, mistyped, ignored, accepted = answer.json()["results"]
    assert unknown["errors"] == [{"field": "item_id", "message": "the catalogue has no item with this id"}]
    assert mistyped["errors"][0]["field"] == "type"
    assert "lower case letters" in mistyped["errors"][0]["message"]
    assert ignored["message"] == "the person's profile was reset after this happened"
    assert accepted == {"row": 4, "event_id": "d", "status": "accepted"}


UNNAMED = {name: value for name, value in EVENT.items() if name != "event_id"}
CHANGES = ({"type": "click"}, {"user_id": "u2"}, {"value": 1}, {"context": {"a": 1}})
UNTIMED = {name: value for name, value in UNNAMED.items() if name != "occurred_at"}


def results(client, *rows):
    answer = client.post("/events", json=list(rows))
    assert answer.status_code == 200
    return [(each["event_id"], each["status"]) for each in answer.json()["results"]]


def test_a_row_without_an_id_gets_one_that_the_same_row_gets_again(client):
    ((name, status),) = results(client, UNNAMED)
    assert status == "accepted"
    assert results(client, dict(reversed(UNNAMED.items())), UNNAMED | {"event_id": None}) == [(name, "duplicate")] * 2
    others = [UNNAMED | changed for changed in CHANGES]
    assert len({found for found, _ in results(client, *others)} - {name}) == len(others)


def test_a_row_without_a_time_is_the_same_for_an_hour_and_another_one_after_two(client, monkeypatch):
    found = []
    for minutes in (0, 59, 61, 185):
        monkeypatch.setattr("app.api.events.time", lambda at=minutes: 7_200.0 + 60 * at)
        found += results(client, UNTIMED)
    names, statuses = zip(*found, strict=True)
    assert statuses == ("accepted", "duplicate", "duplicate", "accepted")
    assert len(set(names)) == 2


def test_rows_with_an_id_and_rows_without_one_stand_beside_each_other(client):
    named, unnamed = results(client, EVENT | {"event_id": "mine"}, UNNAMED)
    assert named == ("mine", "accepted")
    assert unnamed[0].startswith("row-")


def test_an_event_that_the_service_rejects_alone_is_a_problem(client):
    answer = client.post("/events", json=EVENT | {"item_id": "unknown"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/rows-rejected"
    assert answer.json()["errors"] == [
        {"row": 1, "field": "item_id", "message": "the catalogue has no item with this id"}
    ]


def test_an_ignored_event_alone_is_nothing_wrong(client):
    assert client.post("/events", json=EVENT | {"item_id": "before-reset"}).status_code == 200


def test_a_time_without_its_offset_is_refused(client):
    answer = client.post("/events", json=EVENT | {"occurred_at": "2024-05-01T14:00:00"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "occurred_at"
    assert "offset" in answer.json()["errors"][0]["message"]


def test_an_id_that_another_event_has_is_a_conflict_at_its_row_and_alone_a_problem(client):
    client.post("/events", json=EVENT)
    other = EVENT | {"item_id": "i2"}
    answer = client.post("/events", json=[other, EVENT | {"event_id": "e2"}])
    assert answer.status_code == 200
    assert answer.json()["counts"] == {
        "accepted": 1,
        "awaiting_item": 0,
        "duplicate": 0,
        "conflict": 1,
        "ignored": 0,
        "rejected": 0,
    }
    conflict = answer.json()["results"][0]
    assert (conflict["status"], conflict["errors"][0]["field"]) == ("conflict", "event_id")
    alone = client.post("/events", json=other)
    assert (alone.status_code, alone.json()["type"]) == (409, "/problems/event-ids-taken")
    assert alone.json()["counts"]["conflict"] == 1
    mixed = client.post("/events", json=[other, EVENT | {"event_id": "e3", "item_id": "unknown"}])
    assert (mixed.status_code, mixed.json()["type"]) == (422, "/problems/rows-rejected")
