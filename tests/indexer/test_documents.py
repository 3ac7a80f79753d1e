import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from indexer import content, fields
from indexer.documents import Document, EventDocument, ItemDocument, UserDocument
from indexer.mends import Mend, Mends
from indexer.problems import FieldProblem, problems
from models.events import EventType

ITEM = {
    "item_id": "rust/book",
    "title": "The Rust Book",
    "format": "book",
    "language": "en",
    "published_at": "2024-05-01T12:00:00Z",
}
EVENT = {"event_id": "e1", "user_id": "ada", "item_id": "rust/book", "type": "save"}

texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


def item(**changes: Any) -> ItemDocument:
    return ItemDocument.model_validate(ITEM | changes)


def event(**changes: Any) -> EventDocument:
    return EventDocument.model_validate(EVENT | changes)


def refusals(document: type[Document], row: object) -> list[FieldProblem]:
    with pytest.raises(ValidationError) as caught:
        document.model_validate(row)
    return problems(caught.value)


def refusal(document: type[Document], row: object) -> str:
    told = refusals(document, row)
    assert len(told) == 1
    return str(told[0])


def test_an_item_needs_no_more_than_the_required_fields() -> None:
    assert item().tags == []
    assert item().text == ""
    assert item().expires_at is None


@pytest.mark.parametrize("name", ["item_id", "title"])
def test_every_required_field_of_an_item_is_missed_by_name(name: str) -> None:
    row = {key: value for key, value in ITEM.items() if key != name}
    assert refusal(ItemDocument, row) == f"{name} is required"


@pytest.mark.parametrize("name", EVENT)
def test_every_required_field_of_an_event_is_missed_by_name(name: str) -> None:
    row = {key: value for key, value in EVENT.items() if key != name}
    assert refusal(EventDocument, row) == f"{name} is required"


def test_null_means_absent_where_a_field_is_optional() -> None:
    nulls = dict.fromkeys(["text", "tags", "expires_at", "url", "provider", "sensitive_topics", "attributes"])
    assert item(**nulls) == item()
    assert event(occurred_at=None, context=None) == event()
    user = UserDocument.model_validate({"user_id": "ada", "goals": None, "preferences": {"tags": None}})
    assert user.preferences.tags == []
    assert user.model_fields_set == {"user_id", "preferences"}


def test_null_is_no_value_for_a_required_field() -> None:
    assert refusal(ItemDocument, ITEM | {"title": None}) == "title must be a string, not null"


def test_a_user_that_says_nothing_of_personalization_leaves_it_as_it_is() -> None:
    assert UserDocument.model_validate({"user_id": "ada"}).personalization is None
    assert UserDocument.model_validate({"user_id": "ada", "personalization": False}).personalization is False


def test_unknown_fields_are_refused_by_name() -> None:
    assert refusal(ItemDocument, ITEM | {"colour": "red"}) == "colour is not a known field"
    row = {"user_id": "ada", "preferences": {"genres": []}}
    assert refusal(UserDocument, row) == "preferences.genres is not a known field"


@pytest.mark.parametrize("value", [True, 1.5, float("nan"), 2.0**53, [], {}])
def test_an_id_is_a_string(value: object) -> None:
    assert refusal(ItemDocument, ITEM | {"item_id": value}).startswith("item_id must be a string, not ")


@pytest.mark.parametrize(
    ("given", "text"), [(1, "1"), (1.0, "1"), (0, "0"), (-7, "-7"), (2**63, "9223372036854775808")]
)
def test_a_whole_number_as_an_id_is_the_text_of_its_digits(given: object, text: str) -> None:
    assert item(item_id=given).item_id == text
    row = EventDocument.model_validate(dict.fromkeys(["event_id", "user_id", "item_id"], given) | {"type": "like"})
    assert (row.event_id, row.user_id, row.item_id) == (text, text, text)
    assert UserDocument.model_validate({"user_id": given}).user_id == text


def test_numbers_among_the_words_of_an_item_are_text() -> None:
    assert item(tags=["roses", 2024], provider=42, format=3).model_dump(include={"tags", "provider", "format"}) == {
        "tags": ["roses", "2024"],
        "provider": "42",
        "format": "3",
    }


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("", "must not be empty"),
        ("a\0b", "holds a control character"),
        ("a\nb", "holds a control character"),
        ("a\x85b", "holds a control character"),
        ("\ud800", "holds half of a surrogate pair, which is not Unicode text"),
        ("x" * 257, "is longer than 256 bytes of UTF-8"),
        ("ü" * 129, "is longer than 256 bytes of UTF-8"),
    ],
)
def test_ids_that_could_not_be_stored_or_written_in_a_url_are_refused(identifier: str, message: str) -> None:
    for name in ("event_id", "user_id", "item_id"):
        assert refusal(EventDocument, EVENT | {name: identifier}) == f"{name} {message}"


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=64))
def test_any_other_id_is_kept_as_it_is(identifier: str) -> None:
    assert item(item_id=identifier).item_id == identifier


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-05-01T12:00:00Z", datetime(2024, 5, 1, 12, tzinfo=UTC)),
        ("2024-05-01t12:00:00z", datetime(2024, 5, 1, 12, tzinfo=UTC)),
        ("2024-05-01 14:00:00.25+02:00", datetime(2024, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)),
        ("2024-05-01T12:00:00.123456789Z", datetime(2024, 5, 1, 12, 0, 0, 123_456, tzinfo=UTC)),
        (datetime(2024, 5, 1, 7, tzinfo=timezone(timedelta(hours=-5))), datetime(2024, 5, 1, 12, tzinfo=UTC)),
    ],
)
def test_times_with_an_offset_become_utc(written: object, expected: datetime) -> None:
    assert item(published_at=written).published_at == expected
    assert item(published_at=written).published_at.tzinfo is UTC


@pytest.mark.parametrize("naive", ["2024-05-01T12:00:00", datetime(2024, 5, 1)])  # noqa: DTZ001 - the point
def test_a_time_without_an_offset_is_refused_with_the_way_to_write_it(naive: object) -> None:
    expected = "published_at has no offset from UTC: write it with one, such as 2024-05-01T12:00:00Z"
    assert refusal(ItemDocument, ITEM | {"published_at": naive}).startswith(expected)


@pytest.mark.parametrize("written", ["yesterday", "soon: 2024", "05/2024", True, [], "٢٠٢٤-05-01T12:00:00Z"])
def test_what_names_no_day_is_no_time(written: object) -> None:
    assert "must be an RFC 3339 time" in refusal(ItemDocument, ITEM | {"published_at": written})


def test_a_date_that_could_be_two_days_is_refused_with_the_way_to_write_it() -> None:
    told = refusal(ItemDocument, ITEM | {"published_at": "03/04/2026"})
    assert told.startswith("published_at could be ")
    assert told.endswith("write 2026-04-03 or 2026-03-04")


def test_an_item_may_have_no_date() -> None:
    row = {key: value for key, value in ITEM.items() if key != "published_at"}
    assert ItemDocument.model_validate(row).published_at is None
    assert item(published_at="").published_at is None


@pytest.mark.parametrize("written", ["2024-02-30T00:00:00Z", "2024-05-01T25:00:00Z", "2024-05-01T12:00:00+25:00"])
def test_days_and_hours_that_do_not_exist_are_refused(written: str) -> None:
    assert refusal(ItemDocument, ITEM | {"published_at": written}).startswith("published_at is no time: ")


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_times_that_utc_cannot_hold_are_refused(written: str) -> None:
    assert refusal(EventDocument, EVENT | {"occurred_at": written}).endswith("is outside the years 1 to 9999")


def test_an_item_expires_after_it_was_published() -> None:
    assert item(expires_at="2024-05-01T12:00:01Z").expires_at is not None
    row = ITEM | {"expires_at": "2024-05-01T14:00:00+02:00"}
    assert refusal(ItemDocument, row) == "expires_at must be after published_at"


def test_either_title_or_text_says_something() -> None:
    assert item(title="", text="A joke without a title.").headline() == "A joke without a title."
    assert refusal(ItemDocument, ITEM | {"title": "  "}) == (
        "text is empty, and so is title: one of them must say something"
    )


def test_tags_are_normalised_and_keep_their_order() -> None:
    assert item(tags=[" Science  Fiction", "SPACE", "science fiction", "Ärzte"]).tags == [
        "science fiction",
        "space",
        "ärzte",
    ]


@given(st.lists(texts.filter(str.strip), max_size=8))
def test_normalising_twice_changes_nothing(tags: list[str]) -> None:
    once = item(tags=tags).tags
    assert item(tags=once).tags == once
    assert len(set(once)) == len(once)


def test_empty_tags_fall_away() -> None:
    assert item(tags=["a", " ", "", None, "b"]).tags == ["a", "b"]


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_what_is_blank_is_absent_where_a_field_is_optional(blank: str) -> None:
    names = ["tags", "expires_at", "published_at", "url", "provider", "format", "language", "attributes"]
    assert item(**dict.fromkeys(names, blank)) == item(**dict.fromkeys(names))
    optional = ["value", "occurred_at", "recommendation_id", "position", "context"]
    assert event(**dict.fromkeys(optional, blank)) == event()


def test_a_text_without_a_title_is_an_item() -> None:
    row = {"item_id": "joke", "text": "A joke without a title."}
    assert ItemDocument.model_validate(row).headline() == "A joke without a title."


def test_optional_parts_that_cannot_be_kept_fall_away_and_are_noted() -> None:
    mends = Mends()
    given = {"provider": "x" * 1_001, "url": "/products/1", "format": "y" * 101, "tags": ["z" * 101, "ok"]}
    taken = ItemDocument.model_validate(ITEM | given, context=mends)
    assert (taken.provider, taken.url, taken.format, taken.tags) == (None, None, None, ["ok"])
    assert Counter(mends.of_row) == Counter([Mend.PROVIDER, Mend.URL, Mend.FORMAT, Mend.TAG])
    assert item(provider="x" * 201).provider == "x" * 201


def test_a_title_that_is_too_long_is_cut_at_a_word_and_a_long_text_is_kept() -> None:
    long = item(title="many words " * 200, text="word " * 94_000)
    assert len(long.title) <= fields.MAX_TITLE
    assert long.title.endswith(("many…", "words…"))
    assert len(long.text) == 470_000
    assert len(long.content()) <= content.MAX_CONTENT


def test_markup_becomes_text_wherever_an_item_has_words() -> None:
    taken = item(
        title="Don&#039;t <em>panic</em>",
        text="<style>p {}</style><p>Fish &amp; chips</p><script>track()</script>",
        tags=["rock &amp; roll"],
        provider="Smith &amp; Sons",
    )
    assert (taken.title, taken.text) == ("Don't panic", "Fish & chips")
    assert (taken.tags, taken.provider) == (["rock & roll"], "Smith & Sons")
    assert taken.headline() == "Don't panic"
    assert "&" not in taken.content().replace("Fish & chips", "").replace("rock & roll", "")


def test_what_was_taken_in_stays_as_it_is() -> None:
    taken = item(text="Write &lt;p&gt;one&lt;/p&gt; in HTML")
    assert taken.text == "Write <p>one</p> in HTML"
    assert ItemDocument.kept(taken.model_dump_json()) == taken


@pytest.mark.parametrize("tag", ["en", "pt-BR", "zh-Hant-TW"])
def test_language_tags_are_lower_case(tag: str) -> None:
    assert item(language=tag).language == tag.lower()


@pytest.mark.parametrize("language", ["e", "English (US)", "en--gb", "xx-nothing!"])
def test_what_is_no_language_tag_is_refused(language: str) -> None:
    assert refusal(ItemDocument, ITEM | {"language": language}).startswith("language must be a language tag")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "example.org", "http://", "https://a b", "http://[::1", "//x"])
def test_only_web_addresses_are_urls(url: str) -> None:
    assert item(url=url).url is None
    assert item(url="https://example.org/ü?q=1").url == "https://example.org/ü?q=1"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("text", "x" * (fields.MAX_TEXT + 1), f"text is longer than {fields.MAX_TEXT} characters"),
        ("text", "a\0b", "text holds a NUL character"),
        ("text", "a\udfff", "text holds half of a surrogate pair, which is not Unicode text"),
        ("title", "a\0b", "title holds a control character"),
        ("tags", "space", "tags must be a list, not a string"),
        ("tags", [7.5], "tags.0 must be a string, not a number"),
        ("attributes", [], "attributes must be an object, not a list"),
        ("attributes", {"a": "x" * 17_000}, f"attributes is larger than {fields.MAX_ATTRIBUTES_BYTES} bytes of JSON"),
        ("attributes", {"a": float("nan")}, "attributes holds a number that is not finite"),
        ("attributes", {"a": [float("inf")]}, "attributes holds a number that is not finite"),
        ("attributes", {"a": 2**63}, "attributes holds an integer beyond 64 bits"),
        ("attributes", {"a": "\0"}, "attributes holds a NUL character"),
        ("attributes", {"\ud800": 1}, "attributes holds half of a surrogate pair, which is not Unicode text"),
        ("attributes", {1: 1}, "attributes has a name that is not a string"),
        ("attributes", {"a": b"x"}, "attributes holds a bytes, which JSON does not know"),
    ],
)
def test_what_is_too_large_or_cannot_be_stored_is_refused(name: str, value: object, message: str) -> None:
    assert refusal(ItemDocument, ITEM | {name: value}) == message


@pytest.mark.parametrize("depth", [fields.MAX_DEPTH + 1, 100_000])
def test_depth_is_limited_whatever_it_is(depth: int) -> None:
    nested: dict[str, Any] = {}
    for _ in range(depth - 1):
        nested = {"a": nested}
    assert refusal(ItemDocument, ITEM | {"attributes": nested}) == "attributes is nested deeper than 8 levels"


@given(st.dictionaries(texts, json_values, max_size=4))
def test_attributes_are_kept_as_they_are(attributes: dict[str, Any]) -> None:
    assert item(attributes=attributes).attributes == attributes


@pytest.mark.parametrize("event_type", EventType)
def test_every_event_type_is_known_by_its_name(event_type: EventType) -> None:
    assert event(type=event_type.value).type == event_type


@pytest.mark.parametrize("name", ["", "Product Viewed", "1st", "a" * 65, "überweisung"])
def test_what_cannot_be_the_name_of_an_event_type_is_refused(name: str) -> None:
    assert refusal(EventDocument, EVENT | {"type": name}).startswith("type ")


def test_the_name_of_a_declared_event_type_passes() -> None:
    assert event(type="booked_2").type == "booked_2"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("value", float("nan"), "value must be a finite number"),
        ("value", float("-inf"), "value must be a finite number"),
        ("value", "3", "value must be a number, not a string"),
        ("value", True, "value must be a number, not true or false"),
        ("value", 1e300, "value must be at most 1000000000.0"),
        ("position", -1, "position must be at least 0"),
        ("position", 1.5, "position must be a whole number, not a number"),
        ("context", {"a": "x" * 5_000}, f"context is larger than {fields.MAX_CONTEXT_BYTES} bytes of JSON"),
    ],
)
def test_impossible_values_of_an_event_are_refused(name: str, value: object, message: str) -> None:
    assert refusal(EventDocument, EVENT | {name: value}) == message


def test_a_dwell_does_not_last_less_than_nothing() -> None:
    row = EVENT | {"type": "dwell", "value": -1}
    assert refusal(EventDocument, row) == "value must be at least 0 seconds for a dwell"
    assert event(type="dwell", value=12).value == 12.0
    assert event(type="like", value=-1).value == -1.0


def test_a_document_survives_being_written_as_json() -> None:
    document = item(tags=["A"], expires_at="2030-01-01T00:00:00+01:00", attributes={"pages": 500})
    assert ItemDocument.model_validate(json.loads(document.model_dump_json())) == document
    assert ItemDocument.model_validate_json(document.model_dump_json()) == document


def test_a_document_is_named_by_its_key() -> None:
    assert item().key() == "rust/book"
    assert event().key() == "e1"
    assert UserDocument.model_validate({"user_id": "ada"}).key() == "ada"


@pytest.mark.parametrize("row", [None, 3, "text", [], [ITEM]])
def test_a_row_that_is_no_object_is_refused_as_a_whole(row: object) -> None:
    assert refusal(ItemDocument, row).startswith("the row must be an object, not ")


@given(st.dictionaries(st.text() | st.just("title"), json_values | st.text(), max_size=5))
def test_whatever_is_sent_is_answered_in_words_that_can_be_sent_back(row: dict[str, Any]) -> None:
    for problem in refusals(ItemDocument, row):
        assert str(problem).isprintable()


def test_all_that_is_wrong_is_told_at_once_but_not_without_end() -> None:
    assert [told.field for told in refusals(ItemDocument, {"title": 1, "x": 2})] == [
        "item_id",
        "title",
        "x",
    ]
    assert len(refusals(ItemDocument, ITEM | {f"x{n}": n for n in range(1_000)})) == 20


def test_a_field_name_that_is_no_unicode_is_told_readably() -> None:
    assert refusal(ItemDocument, ITEM | {"\ud800": 1}).isprintable()
