"""Copies: equal texts whatever the ids, nearly equal ones of one title, and nothing else."""

import numpy as np
import pytest

from indexer.copies import CopySettings, find_copies
from indexer.documents import ItemDocument
from models.encoder import HashingEncoder

SETTINGS = CopySettings(likeness=0.9)
WORDS = [f"word{number}" for number in range(200)]
LONG = " ".join(WORDS[:60])


def an_item(number: int, title: str, text: str, **fields) -> ItemDocument:
    row = {"item_id": f"i{number:02}", "title": title, "text": text, "format": "article", "language": "en"}
    row |= {"published_at": "2026-01-05T00:00:00Z"} | fields
    return ItemDocument.model_validate(row, strict=False)


def labels_of(*texts: tuple[str, str], **fields) -> list[int]:
    items = [an_item(number, title, text, **fields) for number, (title, text) in enumerate(texts)]
    content = HashingEncoder(512).encode([item.content() for item in items])
    return find_copies(items, content, SETTINGS).labels.tolist()


def test_equal_texts_are_copies_of_the_first() -> None:
    assert labels_of(("A title", LONG), ("Another", LONG), ("A title", LONG), ("a TITLE", LONG)) == [0, 1, 0, 0]


@pytest.mark.parametrize(
    "text",
    [f"{LONG} and a last line.", LONG.replace("word7 ", "word7, "), LONG.replace("word3 ", ""), LONG.upper()],
    ids=["longer", "marks", "corrected", "capitals"],
)
def test_nearly_equal_texts_of_one_title_are_copies(text: str) -> None:
    assert labels_of(("A title", LONG), ("Other", "words"), ("A title!", text)) == [0, 1, 0]


def test_nearly_equal_texts_of_different_titles_are_not() -> None:
    assert labels_of(("T-shirt red", f"{LONG} in red"), ("T-shirt blue", f"{LONG} in blue")) == [0, 1]


def test_issues_of_one_column_are_not_copies() -> None:
    issues = [("Letter from the editor", " ".join(WORDS[start : start + 40])) for start in (0, 20, 40, 100)]
    assert labels_of(*issues) == [0, 1, 2, 3]


def test_an_answer_that_quotes_what_it_answers_is_not_a_copy() -> None:
    answer = f"{LONG} {' '.join(WORDS[100:112])}"
    assert labels_of(("Re: a question", LONG), ("Re: a question", answer)) == [0, 1]


def test_likeness_for_the_encoder_is_needed_as_well() -> None:
    items = [an_item(number, "A title", f"{LONG} {number}") for number in range(2)]
    content = np.eye(2, 8, dtype=np.float32)
    assert find_copies(items, content, SETTINGS).labels.tolist() == [0, 1]


def test_two_of_a_title_are_copies_and_many_share_a_title_that_says_nothing() -> None:
    assert labels_of(*[("Hugo Pool (1997)", "")] * 2, tags=["romance"]) == [0, 0]
    assert labels_of(*[("Untitled document", "")] * 500) == list(range(500))
    assert labels_of(*[("Untitled", "")] * 2) == [0, 1]


def test_the_account_counts_and_shows_examples() -> None:
    items = [an_item(number, "A title" if number < 5 else f"Title {number}", LONG) for number in range(8)]
    content = HashingEncoder(64).encode([item.content() for item in items])
    told = find_copies(items, content, SETTINGS).account(items)
    assert told == '5 items say the same as another, in 1 groups, such as "A title" (i00, i01, i02 and 2 more)'
    assert find_copies(items[4:], content[4:], SETTINGS).account(items[4:]) is None
