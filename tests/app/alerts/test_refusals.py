"""Refusals: counted by what is wrong, whatever the place in a list; only the last reasons are told apart."""

from app.alerts.refusals import Refusals
from indexer.problems import FieldProblem

NOW = 1_772_366_400.0


def refused(row, *problems, status="rejected"):
    return {"row": row, "status": status, "errors": [FieldProblem(*each) for each in problems]}


def test_places_in_a_list_are_one_reason_and_accepted_rows_none():
    refusals = Refusals()
    rows = [refused(1, ("tags.0", "is wrong")), {"row": 2, "status": "created"}, refused(3, ("tags.12", "is wrong"))]
    refusals.count("items", rows, NOW)
    (told,) = refusals.told()
    assert (told["field"], told["rows"], told["last_row"]) == ("tags.*", 2, 3)
    assert told["last_at"] == "2026-03-01T12:00:00+00:00"


def test_a_row_with_several_reasons_counts_under_each_and_kinds_are_told_apart():
    refusals = Refusals()
    refusals.count("items", [refused(1, ("title", "is required"), ("text", "is required"))], NOW)
    refusals.count("events", [refused(1, ("title", "is required"), status="conflict")], NOW)
    told = [(each["kind"], each["status"], each["field"]) for each in refusals.told()]
    assert told == [("events", "conflict", "title"), ("items", "rejected", "text"), ("items", "rejected", "title")]


def test_ignored_rows_are_told_apart_by_their_kind_of_reason():
    refusals = Refusals()
    rows = [{"row": 1, "status": "ignored", "reason": "too_old", "message": f"{days} days"} for days in (30, 60)]
    refusals.count("events", rows, NOW)
    (told,) = refusals.told()
    assert (told["status"], told["rows"]) == ("ignored", 2)


def test_whoever_sends_ever_other_fields_makes_the_first_ones_forgotten_and_no_more_room_taken():
    refusals = Refusals()
    for number in range(1_000):
        refusals.count("items", [refused(1, (f"field{number}", "is not a known field"))], NOW)
    told = refusals.told()
    assert len(told) == 200
    assert told[0]["field"] == "field999"
