"""Filters that cannot be used are told where they are wrong, and how to write it right."""

import pytest

from app.filter_language.errors import FilterError
from app.filter_language.fields import Fields
from app.filter_language.reading import read
from app.filter_language.syntax import MOST_CHARACTERS, MOST_DEPTH, MOST_TESTS, MOST_VALUES
from indexer.attributes.declaration import AttributeType

FIELDS = Fields.of(
    {
        "price": AttributeType.NUMBER,
        "in_stock": AttributeType.BOOLEAN,
        "sizes": AttributeType.TEXTS,
        "format": AttributeType.NUMBER,
        "odd name": AttributeType.TEXT,
    }
)


@pytest.mark.parametrize(
    ("text", "position", "told"),
    [
        ("prise < 50", 1, "there is no field 'prise': did you mean price?"),
        ("in_stock and attributes.language = 'en'", 14, "there is no attribute 'language': there are price, in_stock"),
        ("price < '50'", 9, "price is a number, and this is a text: write it without quotes"),
        ("price contains 'x'", 1, "price is a number: compare it, as in price < 50"),
        ("price", 1, "price is a number: compare it, as in price < 50"),
        ("in_stock = 1", 12, "in_stock is true or false, and this is a number: write true or false"),
        ("in_stock < true", 1, "in_stock is true or false: ask in_stock or not in_stock"),
        ("sizes = 'x'", 1, "sizes is a list of texts: ask sizes contains"),
        ("provider = 7", 12, "provider is a text, and this is a number: put it in quotes"),
        ("provider < 'x'", 1, "provider is a text: ask provider ="),
        ("published_at > 7", 16, "published_at is a date, and this is a number: write 2026-01-31"),
        ("published_at > 'soon'", 16, '"soon"'),
        ("published_at > 2026-02-30", 16, "2026-02-30 is no date"),
        ("language = 'no language'", 12, '"no language" must be a language tag'),
        ("price < 50 and", 15, "the filter ends where there should be a field, not or ("),
        ("price < 50 price > 2", 12, "there is 'price' where there should be and, or or the end"),
        ("price << 50", 8, "there is '<' where there should be a text in quotes"),
        ("provider = 'x", 12, "the text that begins with ' has no end"),
        ("odd name = 'x'", 5, "there is 'name' where there should be"),
        ("price # 2", 7, "'#' cannot be read"),
        ("  ", 1, "the filter is empty; leave it out"),
    ],
)
def test_the_place_and_the_mend_are_told(text, position, told):
    with pytest.raises(FilterError) as refused:
        read(text, FIELDS)
    assert refused.value.message.startswith(f"at character {position}: {told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x" * (MOST_CHARACTERS + 1), "longer than"),
        ("not " * MOST_DEPTH + "in_stock", "nested deeper"),
        (" or ".join(["in_stock"] * (MOST_TESTS + 1)), "more than 100 comparisons"),
        (f"price in ({','.join('1' for _ in range(MOST_VALUES + 1))})", "more than 1,000 values"),
    ],
)
def test_filters_are_limited(text, told):
    with pytest.raises(FilterError, match=told):
        read(text, FIELDS)


def test_parentheses_alone_cost_nothing():
    deep = "(" * 3_000 + "in_stock" + ")" * 3_000
    assert read(deep, FIELDS).predicate == read("in_stock", FIELDS).predicate


@pytest.mark.parametrize(
    "text",
    [
        "NOT in_stock AND price<-1.5e3 OR `odd name` != 'it\\'s'",
        "attributes.format >= 3 and format = 'video'",
        "attributes.`odd name` is not absent",
        "published_at > now - 1.5h and expires_at is absent or published_at in (2026-01-01, '1 May 2024')",
        "language in ('en', 'de', '*') and not sizes contains any ('x', \"y\")",
    ],
)
def test_what_the_language_allows_is_read(text):
    assert read(text, FIELDS).text == text


def test_without_a_declaration_a_filter_says_how_to_declare():
    with pytest.raises(FilterError, match="settings declare attributes, under"):
        read("colour = 'red'", Fields())
    with pytest.raises(FilterError, match="no attribute is declared"):
        read("attributes.colour = 'red'", Fields())
