"""Films to items."""

import pytest

from scripts.demo.movielens.films import item_row, readable_title, release_year, same_films
from scripts.demo.movielens.tables import Film


def film(item_id: str, title: str, year: str, *genres: str) -> Film:
    return Film(item_id, title, year, genres)


@pytest.mark.parametrize(
    ("title", "readable"),
    [
        ("Toy Story", "Toy Story"),
        ("Usual Suspects, The", "The Usual Suspects"),
        ("Fish Called Wanda, A", "A Fish Called Wanda"),
        ("American Werewolf in London, An", "An American Werewolf in London"),
        ("Tin Drum, The (Blechtrommel, Die)", "The Tin Drum (Die Blechtrommel)"),
        ("Star Maker, The (Uomo delle stelle, L')", "The Star Maker (L'Uomo delle stelle)"),
        ("Shanghai Triad (Yao a yao yao dao waipo qiao)", "Shanghai Triad (Yao a yao yao dao waipo qiao)"),
        ("Mrs. Brown (Her Majesty, Mrs. Brown)", "Mrs. Brown (Her Majesty, Mrs. Brown)"),
        ("Cry, the Beloved Country", "Cry, the Beloved Country"),
        ("Bye Bye, Love", "Bye Bye, Love"),
        ("Land Before Time III (1995)", "Land Before Time III"),
        ("Misérables, Les", "Les Misérables"),
    ],
)
def test_titles_read_as_they_are_spoken(title: str, readable: str) -> None:
    assert readable_title(title) == readable


def test_an_item_carries_year_and_genres_as_text_tags_and_time() -> None:
    assert item_row(film("1", "Toy Story", "1995", "Animation", "Children's", "Comedy")) == {
        "item_id": "1",
        "title": "Toy Story",
        "text": "Toy Story (1995). Animation, Children's, Comedy.",
        "tags": ["animation", "children's", "comedy", "1990s"],
        "format": "film",
        "language": "en",
        "published_at": "1995-01-01T00:00:00+00:00",
    }


def test_an_unknown_genre_is_neither_text_nor_tag() -> None:
    item = item_row(film("1373", "Good Morning", "1971", "unknown"))
    assert item["text"] == "Good Morning (1971)."
    assert item["tags"] == ["1970s"]


def test_a_year_that_is_none_is_read_from_the_title() -> None:
    assert release_year(film("1412", "Land Before Time III (1995)", "V")) == 1995


def test_a_film_without_any_year_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"item 9: no year in 'V' or 'Lost Film'"):
        release_year(film("9", "Lost Film", "V"))


def test_a_film_entered_twice_goes_by_its_first_id_and_remakes_by_their_own() -> None:
    films = [
        film("246", "Chasing Amy", "1997"),
        film("268", "Chasing Amy", "1997"),
        film("5", "Sabrina", "1995"),
        film("6", "Sabrina", "1954"),
    ]
    assert same_films(films) == {"246": "246", "268": "246", "5": "5", "6": "6"}


def test_an_entry_without_a_title_stands_for_no_film() -> None:
    assert same_films([film("267", "unkonwn", "unkonwn", "unknown")]) == {}
