"""Whether two items say the same: by their texts, and by all else where these say little."""

import pytest

from indexer.documents import ItemDocument
from indexer.item_texts import SILENT, text_key

LONG = "Feed the starter with rye flour twice a day, keep it cold on holidays, and forgive it when it sulks."


def an_item(**fields) -> ItemDocument:
    row = {"item_id": "a", "title": "The sourdough that survived", "text": LONG, "tags": ["bread"], "format": "article"}
    row |= {"language": "en", "published_at": "2026-01-05T00:00:00Z", "provider": "Julia"} | fields
    return ItemDocument.model_validate(row, strict=False)


@pytest.mark.parametrize(
    "other",
    [
        {"item_id": "b"},
        {"provider": "Another paper"},
        {"published_at": "2025-01-01T00:00:00Z"},
        {"attributes": {"stock": 3}},
        {"tags": ["baking", "rye"]},
        {"title": "The  SOURDOUGH that survived"},
        {"text": LONG.replace(" ", "\n", 3)},
    ],
)
def test_enough_text_speaks_for_itself(other) -> None:
    assert text_key(an_item()) == text_key(an_item(**other))


@pytest.mark.parametrize("other", [{"title": "The rye that survived"}, {"text": f"{LONG} Good luck."}])
def test_another_text_or_another_title_is_another_item(other) -> None:
    assert text_key(an_item()) != text_key(an_item(**other))


def test_variants_with_one_description_are_different() -> None:
    red, blue = (an_item(title=f"Basic T-shirt {colour}", text=LONG) for colour in ("red", "blue"))
    assert text_key(red) != text_key(blue)


FILM = {"title": "Hamlet", "text": "", "tags": ["drama"], "format": "film", "provider": None}


@pytest.mark.parametrize(
    "other",
    [
        {"tags": ["crime", "drama"]},
        {"provider": "Kenneth Branagh"},
        {"attributes": {"country": "DK"}},
        {"format": "play"},
        {"language": "da"},
        {"published_at": "1996-12-25T00:00:00Z"},
    ],
)
def test_few_words_need_all_else_to_agree(other) -> None:
    films = [an_item(**FILM | {"title": "Hamlet (2000)"} | each) for each in ({}, {"item_id": "b"}, other)]
    assert text_key(films[0]) == text_key(films[1]) != text_key(films[2])
    assert text_key(films[0]) % 2 == 1


def test_a_short_text_of_another_day_is_the_same_text() -> None:
    short = {"title": "Rust ownership", "text": "How the borrow checker thinks"}
    one, other = an_item(**short), an_item(**short, published_at="2025-05-05T00:00:00Z")
    assert text_key(one) == text_key(other)
    assert text_key(one) % 2 == 0
    assert text_key(one) != text_key(an_item(**short, provider="Somebody else"))


def test_a_title_of_one_word_says_nothing() -> None:
    assert text_key(an_item(title="Untitled", text="")) == SILENT


def test_marks_tell_seasons_apart() -> None:
    assert text_key(an_item(title="Silver Soul", text="")) != text_key(an_item(title="Silver Soul°", text=""))


def test_a_language_without_spaces_has_words_too() -> None:
    text = "新しいパン種は毎日二回ライ麦粉で育てて冷たい場所に置き休暇の間もそのまま見守ってあげましょう。"
    one, other = (an_item(title="パン種", text=text, provider=provider) for provider in ("A", "B"))
    assert text_key(one) == text_key(other)
