"""RSS and Atom: what feedparser makes of them. An entry is told by its guid or id, or else by its link."""

from __future__ import annotations

from typing import Any, Final

from app.imports.input_files import InputFile
from app.imports.kinds import Kind, Row
from app.imports.sources.source import Found, Reading, Source
from app.imports.sources.values import filled, first, objects
from app.imports.xml_files import Feed

_MARKS: Final = (frozenset({"title"}), frozenset({"summary"}), frozenset({"link"}))


def _items(row: Row) -> Found:
    enclosures = [each for each in objects(row.get("links")) if each.get("rel") == "enclosure"]
    enclosed = next(iter(enclosures), {})
    yield filled(
        item_id=first(row, "id", "link"),
        title=row.get("title"),
        text=_text(row),
        tags=[each["term"] for each in objects(row.get("tags")) if each.get("term")],
        language=_content(row).get("language"),
        url=_address(row, enclosed),
        provider=row.get("author"),
        published_at=first(row, "published", "updated"),
        format=_format(enclosed.get("type")),
        attributes=filled(enclosure=enclosed.get("href")),
    )


def _address(row: Row, enclosed: Row) -> Any:
    """The link; not where it is a guid that is no address, which feedparser takes for one."""
    link = row.get("link")
    return link if str(link or "").startswith(("http://", "https://")) else enclosed.get("href") or link


def _format(media: Any) -> str | None:
    """What a podcast is: audio, or video; a picture beside an article makes it nothing else."""
    kind = str(media or "").partition("/")[0]
    return kind if kind in {"audio", "video"} else None


def _content(row: Row) -> Row:
    return next(iter(objects(row.get("content"))), {})


def _text(row: Row) -> Any:
    """The whole text where the feed has it, else the summary."""
    return _content(row).get("value") or row.get("summary")


def _shared(file: InputFile) -> Row:
    return filled(format="article", language=file.form.feed.get("language") if isinstance(file.form, Feed) else None)


def _source(name: str, title: str, version: str, fields: dict[str, str]) -> Source:
    def recognises(file: InputFile) -> bool:
        return isinstance(file.form, Feed) and file.form.version.startswith(version)

    reading = Reading(marks=_MARKS, rows=_items, fields=fields, recognises=recognises, shared=_shared)
    return Source(name=name, title=title, readings={Kind.ITEMS: reading}, utc=True)


RSS: Final = _source(
    "rss",
    "an RSS feed",
    "rss",
    {
        "item_id": "guid, or else link",
        "title": "title",
        "text": "content:encoded, or else description",
        "tags": "category",
        "language": "language of the channel",
        "url": "link, or else the enclosure",
        "provider": "author or dc:creator",
        "published_at": "pubDate",
        "format": "article; audio or video where that is enclosed",
    },
)
ATOM: Final = _source(
    "atom",
    "an Atom feed",
    "atom",
    {
        "item_id": "id, or else link",
        "title": "title",
        "text": "content, or else summary",
        "tags": "category",
        "language": "xml:lang",
        "url": "link, or else the enclosure",
        "provider": "author",
        "published_at": "published, or else updated",
        "format": "article; audio or video where that is enclosed",
    },
)
