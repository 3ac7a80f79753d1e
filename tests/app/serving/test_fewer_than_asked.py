"""Whoever gets fewer items than asked for is told why, on every path that has a limit."""

import pytest

BESIDES = ["lid", "tea", "jam", "buttons"]


@pytest.fixture
def pantry(home, an_item):
    """One item of pickles in a jar of brine, sixty with another word for pickles, and a catalogue on other subjects."""
    pickles = an_item(400, title="pickles jar brine", text="pickles jar brine", tags=["pickles"])
    titles = [f"jar brine {BESIDES[number % 4]}" for number in range(60)]
    jars = [an_item(401 + number, title=title, text=title, tags=["jar"]) for number, title in enumerate(titles)]
    home.publish([*(an_item(number) for number in range(90)), pickles, *jars])
    return home


def test_a_text_that_finds_little_says_that_the_rest_is_not_near(pantry):
    answer = pantry.similar(text="pickles jar brine", limit=40)
    assert answer["items"][0]["title"] == "pickles jar brine"
    assert len(answer["items"]) == 1
    assert answer["reason"] == (
        "nothing else in the catalogue is near this text; 60 more are less than half as near as the nearest"
    )


def test_a_text_that_finds_nothing_says_so(pantry):
    assert pantry.similar(text="qwertz uiop")["reason"] == "nothing in the catalogue is near this text"


def test_what_filters_held_back_is_part_of_the_reason(pantry):
    pantry.patch("ann", muted={"tags": ["pickles"]})
    answer = pantry.similar(text="pickles", user_id="ann", limit=5)
    assert answer["items"] == []
    assert answer["reason"] == "nothing in the catalogue is near this text; 1 is withheld: muted 1"


def test_what_is_too_far_to_be_shown_is_not_counted_as_withheld(pantry):
    whole = pantry.similar(text="pickles jar brine", limit=40)
    pantry.patch("ann", muted={"tags": ["jar"]})
    answer = pantry.similar(text="pickles jar brine", user_id="ann", limit=40)
    assert sum(each["count"] for each in answer["withheld"]) == len(whole["items"]) - len(answer["items"])


def test_who_gets_what_was_asked_for_is_told_no_reason(pantry):
    assert "reason" not in pantry.similar(text="pickles jar brine", limit=1)
    assert "reason" not in pantry.similar(item_id="i000", limit=3)


def test_an_item_with_few_neighbours_says_so(open_household, tmp_path, an_item):
    with open_household(tmp_path) as home:
        home.publish([an_item(number) for number in range(12)])
        home.patch("ann", muted={"tags": ["gardening"]})
        answer = home.similar(item_id="i000", user_id="ann", limit=20)
    held = sum(each["count"] for each in answer["withheld"])
    assert len(answer["items"]) + held <= 11
    assert answer["reason"] == (
        f"nothing else in the catalogue has anything in common with this item; {held} are withheld: muted {held}"
    )


def test_copies_that_are_one_with_what_is_shown_are_counted(open_household, tmp_path, an_item):
    text = "The borrow checker owns the memory of the compiler, and so do all systems that the team maintains today."
    with open_household(tmp_path) as home:
        twins = [an_item(100 + number, title="Ferrets", text=f"{text} Ferrets.", tags=["pets"]) for number in range(4)]
        home.publish([*(an_item(number) for number in range(30)), *twins])
        answer = home.similar(text="ferrets", limit=10)
    assert [item["title"] for item in answer["items"]].count("Ferrets") == 1
    assert {"filter": "copies", "count": 3} in answer["withheld"]
    assert answer["reason"].endswith("copies 3")


@pytest.mark.parametrize("cause", [{"muted": {"tags": ["gardening"]}}, {"preferences": {"languages": ["nl"]}}])
def test_a_slate_and_its_last_page_say_why_they_are_short(open_household, tmp_path, an_item, cause):
    with open_household(tmp_path) as home:
        home.publish([an_item(number, language="nl" if number % 2 else "en") for number in range(40)])
        home.patch("ann", **cause)
        first = home.recommend("ann", limit=12)
        last = home.recommend("ann", limit=100, cursor=first.next_cursor)
    reasons = {floor.floor: floor.reason for floor in last.receipt}
    assert reasons["length"].startswith("the catalogue has no more eligible items for this person: ")
    assert first.next_cursor is not None
    assert last.next_cursor is None
    assert {floor.floor: floor.reason for floor in first.receipt}["length"] is None
