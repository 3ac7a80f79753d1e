"""JSON Feed, versions 1 and 1.1: one object with a list of items."""

from __future__ import annotations

from typing import Final

from app.imports.input_files import InputFile
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Found, Reading, Source
from app.imports.sources.values import filled, first, objects

_VERSION: Final = "https://jsonfeed.org/version/1"


def _items(row: Row) -> Found:
    authors = objects(row.get("authors")) or objects([row.get("author")])
    yield filled(
        item_id=first(row, "id", "url"),
        title=row.get("title"),
        text=first(row, "content_text", "content_html", "summary"),
        tags=row.get("tags"),
        language=row.get("language"),
        url=first(row, "url", "external_url"),
        provider=next((each["name"] for each in authors if each.get("name")), None),
        published_at=first(row, "date_published", "date_modified"),
        attributes=filled(image=first(row, "image", "banner_image")),
    )


def _shared(file: InputFile) -> Row:
    return filled(format="article", language=file.above.get("language"))


JSONFEED: Final = Source(
    name="jsonfeed",
    title="a JSON feed",
    readings={
        Kind.ITEMS: Reading(
            marks=(frozenset({"id"}), frozenset({"url"})),
            rows=_items,
            fields={
                "item_id": "id",
                "title": "title",
                "text": "content_text or content_html, or else summary",
                "tags": "tags",
                "language": "language, of the item or of the feed",
                "url": "url",
                "provider": "the first of authors",
                "published_at": "date_published",
                "format": "article",
                "attributes": "image",
            },
            recognises=lambda file: str(file.above.get("version")).startswith(_VERSION),
            shared=_shared,
        )
    },
    utc=True,
)
