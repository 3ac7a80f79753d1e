import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.content import MAX_CONTENT, MAX_HEADLINE, compose, content_hash, headline


def test_title_tags_and_text_stand_in_this_order() -> None:
    assert compose("Alien", ["horror", "space"], "A crew answers a call.") == (
        "Alien\nhorror, space\nA crew answers a call."
    )


def test_a_title_that_begins_the_text_is_not_said_twice() -> None:
    assert compose("Alien", [], "Alien is a film.") == "Alien is a film."
    assert compose("ALIEN", [], "Alien is a film.") == "Alien is a film."
    assert compose("Alien", [], "Alienation is a state.") == "Alien\nAlienation is a state."


def test_tags_that_are_mentioned_anyway_are_left_out() -> None:
    assert compose("Space horror", ["horror", "sci-fi"], "Some call it Sci-Fi.") == "Space horror\nSome call it Sci-Fi."
    assert compose("Horrors", ["horror"], "") == "Horrors\nhorror"
    assert compose("Prewar cars, war", ["war"], "") == "Prewar cars, war"


@pytest.mark.parametrize(("title", "text"), [("", "Text"), ("Title", ""), ("Text", "Text")])
def test_missing_parts_leave_no_empty_lines(title: str, text: str) -> None:
    assert compose(title, [], text) in {"Title", "Text"}


def test_only_the_end_of_a_long_text_is_lost() -> None:
    content = compose("Title", ["tag"], "word " * 10_000)
    assert len(content) == MAX_CONTENT
    assert content.startswith("Title\ntag\nword ")


@given(st.text(max_size=20), st.lists(st.text(min_size=1, max_size=8)), st.text(max_size=60))
def test_nothing_that_was_said_gets_lost(title: str, tags: list[str], text: str) -> None:
    content = compose(title, tags, text).lower()
    assert all(tag.lower() in content for tag in tags)
    assert text.strip().lower() in content


def test_the_hash_follows_the_content() -> None:
    assert content_hash("a") == content_hash("a")
    assert content_hash("a") != content_hash("b")
    assert len(content_hash("ü")) == 32


def test_a_headline_is_the_title_or_the_first_words() -> None:
    assert headline("Alien", "text") == "Alien"
    assert headline("", "A short\n text.") == "A short text."
    cut = headline("", "word " * 100)
    assert cut.endswith("word…")
    assert len(cut) <= MAX_HEADLINE + 1
