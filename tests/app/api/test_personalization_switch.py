"""`/admin/personalization`, over HTTP."""

from app.policy.personalization_switch import Target

PATH = "/admin/personalization"
OFF = {"switched_off": [], "record": []}


def test_switches_are_set_taken_back_and_listed(client, service):
    assert client.get(PATH).json() == OFF
    assert client.put(PATH, json={"scenario": "home", "why": "An incident."}).json() == OFF
    assert client.put(PATH).status_code == 200
    assert client.delete(PATH, params={"segment": "age_band", "value": "under 18"}).json() == OFF
    assert service.administrators_switch.asked == [
        (Target(scenario="home"), "keyless", "An incident.", False),
        (Target(), "keyless", "asked for by an operator", False),
        (Target(segment="age_band", value="under 18"), "keyless", "", True),
    ]


def test_what_names_two_or_a_half_is_refused(client, service):
    for body in ({"segment": "a"}, {"value": "b"}, {"segment": "a", "value": "b", "scenario": "c"}, {"users": 1}):
        assert client.put(PATH, json=body).status_code == 422, body
    assert client.delete(PATH, params={"segment": "a"}).status_code == 422
    assert client.get(PATH, params={"all": 1}).status_code == 422
    assert service.administrators_switch.asked == []
