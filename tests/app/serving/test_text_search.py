"""A text finds titles, words and meanings, in this order, and nothing where nothing is near."""

import shutil

import pytest

BOOKS = [
    ("1984", "A man under surveillance.", ["dystopia"]),
    ("Nineteen stories", "Written before 1984.", ["stories"]),
    ("Robots of Dawn (Robot, #3)", "A detective among machines.", ["sci-fi"]),
    ("A house by the lake", "Two robots mend a roof.", ["family"]),
    ("Amélie", "A waitress in Paris.", ["romance"]),
]


@pytest.fixture
def shelf(home, an_item):
    """The small catalogue with a few books, which came with the build."""
    books = [
        an_item(300 + number, title=title, text=text, tags=tags) for number, (title, text, tags) in enumerate(BOOKS)
    ]
    home.publish([*(an_item(number) for number in range(90)), *books])
    return home


def found(home, text, **fields):
    return [(item["title"], item["label"]) for item in home.similar(text=text, **fields)["items"]]


def test_the_exact_title_comes_first_then_what_mentions_it(shelf):
    assert found(shelf, "1984")[:2] == [("1984", "Title matches"), ("Nineteen stories", "Mentions 1984")]


@pytest.mark.parametrize("text", ["robots of dawn", "Robots of Dawn", "ROBOTS, of dawn!", "dawn robots"])
def test_titles_match_whatever_their_case_and_marks_and_what_stands_in_brackets(shelf, text):
    assert found(shelf, text)[0] == ("Robots of Dawn (Robot, #3)", "Title matches")


def test_words_of_the_text_are_quoted(shelf):
    assert ("A house by the lake", "Mentions robots") in found(shelf, "robots")


@pytest.mark.parametrize(
    ("text", "title"), [("surveilance", "1984"), ("amelie", "Amélie"), ("Detectives", BOOKS[2][0])]
)
def test_a_letter_or_an_accent_does_not_matter(shelf, text, title):
    assert found(shelf, text)[0][0] == title


@pytest.mark.parametrize("text", ["asdfghjkl", "qwertz uiop", "the of and", "!?", "zxcv 99417"])
def test_nothing_is_near_what_means_nothing(shelf, text):
    answer = shelf.similar(text=text)
    assert answer["items"] == []
    assert answer["near"] is False


def test_what_is_near_in_meaning_says_so_and_by_which_tag(home):
    answer = home.similar(text="telescope galaxies planets nebula orbit", limit=5)
    assert answer["near"]
    assert {item["match"] for item in answer["items"]} <= {"words", "meaning"}


def test_only_what_is_half_as_near_as_the_nearest_is_found_by_meaning(home, an_item):
    pieces = [an_item(300 + n, title=f"puzzle 1000 pieces {n}", text="cardboard", tags=["puzzles"]) for n in range(3)]
    knives = [an_item(310 + n, title=f"knife {n}", text=f"steel {n} blade 1000", tags=["knives"]) for n in range(3)]
    home.publish([*(an_item(number) for number in range(90)), *pieces, *knives])
    answer = home.similar(text="1000 pieces", limit=20)["items"]
    assert [item["match"] for item in answer[:3]] == ["title"] * 3
    unrelated = home.service.snapshot_swap.current.environment.likeness.unrelated
    nearest = max(item["likeness"] for item in answer)
    assert all(item["likeness"] >= (unrelated + nearest) / 2 for item in answer if item["match"] == "meaning")
    assert not any("Knives" in item["label"] for item in answer)


def test_of_what_is_found_by_meaning_one_tag_is_named_at_most(home):
    labels = {item["label"] for item in home.similar(text="borrow checkers, compilers and owners", limit=40)["items"]}
    assert len([label for label in labels if label.startswith("Also about")]) <= 1


def test_function_words_find_nothing_by_themselves(shelf):
    assert "A house by the lake" not in dict(found(shelf, "by the"))


def test_a_long_text_is_not_found_by_one_of_its_words(shelf, an_item):
    shelf.put(an_item(400, title="Ferry", text="Timetable of the lake ferry.", tags=["boats"]))
    long = "kettle ladder mirror needle pillow quilt ribbon saddlebag thimble umbrella violin whistle ferry"
    assert "Ferry" not in dict(found(shelf, long))
    assert found(shelf, "ferry")[0] == ("Ferry", "Title matches")


def test_items_that_came_since_the_build_are_found_until_they_change_or_go(shelf, an_item):
    shelf.put(an_item(400, title="Solaris", text="An ocean that thinks.", tags=["sci-fi"]))
    assert found(shelf, "solaris")[0] == ("Solaris", "Title matches")
    shelf.put(
        an_item(400, title="Stalker", text="A zone.", tags=["sci-fi"]), an_item(300, title="Animal farm", text="Pigs.")
    )
    assert "Stalker" not in dict(found(shelf, "solaris"))
    assert "1984" not in dict(found(shelf, "1984"))
    assert found(shelf, "animal farm")[0][0] == "Animal farm"
    shelf.delete("i400")
    assert "Stalker" not in dict(found(shelf, "stalker"))


def test_what_is_filtered_is_not_found_by_its_words_either(shelf):
    shelf.patch("ann", muted={"tags": ["dystopia"]})
    assert "1984" not in dict(found(shelf, "1984", user_id="ann"))
    assert "1984" not in dict(found(shelf, "1984", exclude=["i300"]))


def test_scores_order_the_answer(shelf):
    scores = [item["score"] for item in shelf.similar(text="robots rust compiler", limit=30)["items"]]
    assert scores == sorted(scores, reverse=True)


def test_a_snapshot_without_a_lexical_index_opens(shelf):
    current = shelf.snapshots.current_id()
    manifest = shelf.snapshots.manifest(current)
    shutil.rmtree(shelf.snapshots.folder / current / "lexical")
    old = manifest.model_copy(
        update={
            "files": {name: record for name, record in manifest.files.items() if not name.startswith("lexical/")},
            "unrelated_likeness": None,
        }
    )
    (shelf.snapshots.folder / current / "manifest.json").write_text(old.model_dump_json())
    (shelf.snapshots.folder / current / "manifest.blake2b").unlink()  # which older snapshots do not have
    shelf.snapshots.verify(current)
    assert shelf.snapshots.open(current, shelf.settings.index.ann).lexical is None
