"""The language filter: ranges, and what is not known."""

import pytest

WRITTEN = ["fr", "fr-BE", "fra", "und", "nl", "nl-BE", "de"]


@pytest.fixture
def shelf(open_household, tmp_path, an_item):
    with open_household(tmp_path) as home:
        home.publish([an_item(number, language=WRITTEN[number % len(WRITTEN)]) for number in range(21)])
        yield home


def languages(home, user, **fields):
    catalogue = home.service.snapshot_swap.current.catalogue
    rows = catalogue.rows([item.item_id for item in home.recommend(user, limit=21, **fields).items])
    return {catalogue.language_words.names[code] for code in catalogue.languages[rows]}


@pytest.mark.parametrize(
    ("ranges", "shown"),
    [
        (["fr"], {"fr", "fr-be", "und"}),
        (["French"], {"fr", "fr-be", "und"}),
        (["nl-BE"], {"nl", "nl-be", "und"}),
        (["de", "nl"], {"de", "nl", "nl-be", "und"}),
        (["*"], {"fr", "fr-be", "nl", "nl-be", "de", "und"}),
        (["sv"], {"und"}),
    ],
)
def test_a_person_sees_what_they_read_and_what_is_not_known(shelf, ranges, shown):
    shelf.patch("p", preferences={"languages": ranges})
    assert languages(shelf, "p") == shown


def test_languages_hold_with_personalization_off(shelf):
    shelf.patch("p", preferences={"languages": ["de"]})
    shelf.switch("p", enabled=False)
    assert languages(shelf, "p") == {"de", "und"}
