"""The first hour: a catalogue whose items have one date and no history, and a person with one event."""

KINDS = ("knives", "pans", "kettles", "lamps")


def test_what_one_event_lifted_above_its_equals_is_there_because_of_it(home, an_item, an_event):
    dates = {"published_at": "2026-01-01T00:00:00Z"}
    home.publish([an_item(n, title=f"{KINDS[n % 4]} {n}", tags=[KINDS[n % 4]], **dates) for n in range(40)])
    home.ingest(an_event(1, "ada", "i000", "save"))
    said = [item.reasons[0] for item in home.recommend("ada", limit=10).items if not item.exploration]
    assert said
    assert {each.code for each in said} <= {"because_you", "similar_to"}
    assert ("because_you", "knives") in {(each.code, each.tag) for each in said}
