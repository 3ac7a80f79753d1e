"""Which terms name something."""

import pytest

from indexer.stop_terms import is_stop_term


@pytest.mark.parametrize(
    "term",
    [
        *("7", "3.14", "24/7", "1006791494035379303", "90210"),
        *("550e8400-e29b-41d4-a716-446655440000", "9f86d081", "b00x4whp5e", "sku 1000", "SKU-1000"),
        *("uncategorized", "Untitled", "n/a", "None", "test2", "tag 1", "Sonstiges", "Article 17", "!!", " "),
    ],
)
def test_numbers_ids_and_stubs_name_nothing(term):
    assert is_stop_term(term)


@pytest.mark.parametrize(
    "term",
    [
        *(
            "1970s",
            "19th century",
            "sci-fi",
            "3d printing",
            "covid-19",
            "route 66",
            "k-pop",
            "ps5",
            "c",
            "c++",
            "windows 11",
        ),
        *("general relativity", "deadbeat", "post-punk", "blog post writing", "日本", "café", "1000 piece puzzle"),
    ],
)
def test_words_and_dates_name_something(term):
    assert not is_stop_term(term)
