"""What people call the fields of items, events and users: for proposals, never for decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from app.imports.kinds import Kind

_WORDS: Final = re.compile(r"[^\W_]+")

KNOWN: Final[Mapping[Kind, Mapping[str, str]]] = {
    Kind.ITEMS: {
        "item_id": "id sku product_id item product movie_id book_id anime_id article_id content_id video_id track_id "
        "track isbn isbn13 asin ean gtin handle guid object_id post_id product_code code number job_id ad_id "
        "artikelnummer artikel_nr artikel inventarnummer nummer référence reference referencia #1",
        "title": "name product_name product_title headline book_title movie_title item_name item_title job_title "
        "subject titel bezeichnung titre nom titulo título nombre titolo nome",
        "text": "description body content summary overview plot abstract body_html excerpt details job_description "
        "beschreibung inhalt descripcion descripción descrizione",
        "tags": "category categories subcategory genre genres keywords labels product_type topics tag tag_list skills "
        "kategorie kategorien schlagworte epoche catégorie categorie categoria categoría",
        "provider": "brand vendor author authors book_author artist publisher manufacturer seller studio channel "
        "company employer marke hersteller verlag autor autorin künstler marque auteur marca",
        "published_at": "created_at published publication_date publish_date pub_date date release_date released "
        "added date_added year year_of_publication original_publication_year available_from timestamp "
        "creation_timestamp posted_at posted datum erschienen veröffentlicht fecha",
        "language": "lang language_code locale sprache langue idioma lingua",
        "url": "link permalink product_url page_url href",
        "format": "type kind media_type content_type item_type",
        "expires_at": "expiry expiration_date valid_until available_until end_date",
    },
    Kind.EVENTS: {
        "user_id": "user userid customer_id customer person_id visitor_id member_id client_id account_id reader "
        "reader_id profile_id uid session_id visitor kunde kundennummer nutzer client cliente #1",
        "item_id": "item product_id product article post movie_id book_id anime_id article_id content_id "
        "video_id track_id sku isbn asin object object_id artikelnummer artikel job_id post_id goodreads_book_id #2",
        "type": "event event_type action event_name interaction activity verb behavior behaviour feedback_type kind "
        "aktion ereignis typ",
        "value": "rating score stars book_rating event_value duration weight amount plays listen_count #3",
        "occurred_at": "timestamp time date datetime created_at event_time event_timestamp ts at date_added when "
        "zeitpunkt zeit datum fecha #4",
        "event_id": "id message_id uuid",
    },
    Kind.USERS: {
        "user_id": "id user userid customer_id person_id member_id uid #1",
        "preferences.tags": "interests tags favourite_genres favorite_genres topics likes",
        "preferences.languages": "language languages lang locale",
        "role": "job occupation profession job_title",
        "goals": "goal",
        "time_zone": "timezone tz",
    },
}
"""Field -> names that it goes by, the likeliest first."""
_ENDINGS: Final = {"item_id": ("_id", "_nr", "_no", "_number", "_code"), "title": ("_name", "_title")}
"""Of items, how names end that none of these is: `plant_id`, `common_name`."""


def snake(name: str) -> str:
    """A name in lower case with underscores.

    >>> [snake(name) for name in ("ITEM_ID", "itemId", "Item ID", "Book-Rating", "publishedAt")]
    ['item_id', 'item_id', 'item_id', 'book_rating', 'published_at']
    >>> [snake(name) for name in ("Größe (EU)", "HTMLBody", "ISBN13", "prixTTC")]
    ['größe_eu', 'html_body', 'isbn_13', 'prix_ttc']
    """
    return "_".join(part for word in _WORDS.findall(name) for part in _parts(word)).lower() or name


def _parts(word: str) -> Iterator[str]:
    """The words of which a name in humps consists, numbers apart."""
    begin = 0
    for place in range(1, len(word)):
        before, here, after = word[place - 1], word[place], word[place + 1 : place + 2]
        hump = here.isupper() and (before.islower() or (before.isupper() and after.islower()))
        if hump or before.isdecimal() != here.isdecimal():
            yield word[begin:place]
            begin = place
    yield word[begin:]


def proposals(kind: Kind, columns: Sequence[str], missing: Iterable[str]) -> dict[str, list[str]]:
    """Field -> the columns that might be meant by it, of those that nothing else takes; tags may be several."""
    outer = sorted(columns, key=lambda name: "." in name)  # what stands inside objects comes last
    free = [(snake(name.rsplit(".", 1)[-1]) if not name.startswith("#") else name, name) for name in outer]
    found: dict[str, list[str]] = {}
    for field in missing:
        likely = KNOWN[kind].get(field, "").split()
        fits = sorted((likely.index(told), place) for place, (told, _) in enumerate(free) if told in likely)
        if not fits and kind is Kind.ITEMS and (endings := _ENDINGS.get(field)):
            fits = [(0, place) for place, (told, name) in enumerate(free) if told.endswith(endings) and "." not in name]
        taken = [place for _, place in fits[: None if field == "tags" else 1]]
        if taken:
            found[field] = [free[place][1] for place in sorted(taken)]
            free = [each for place, each in enumerate(free) if place not in taken]
    return found
