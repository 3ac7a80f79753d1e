"""Rows made plain on the way in, in one place for files and for HTTP.

Markup becomes text in every item. What does not pass as it was given is made to fit: what is empty is absent, numbers
become the text that they stand for, and what is too long or no address in an optional part of an item falls away.
Everything that changes something is noted in the caller's `Mends`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from indexer import fields
from indexer.markup import plain_text
from indexer.mends import Mend, Mends

Row = dict[str, Any]

_LINES: Final = ("title", "text", "provider", "format")


def without_markup(row: Row, mends: Mends) -> Row:
    """An item with the text that its markup shows; the row itself where it has none."""
    changed: Row = {}
    for name in _LINES:
        value = row.get(name)
        if type(value) is str and ("<" in value or "&" in value) and (text := plain_text(value)) != value:
            changed[name] = text
    tags = row.get("tags")
    if type(tags) is list and tags and (texts := [_tag_text(tag) for tag in tags]) != tags:
        changed["tags"] = texts
    for _ in changed:
        mends.note(Mend.MARKUP)
    return row | changed if changed else row


def _tag_text(tag: Any) -> Any:
    return plain_text(tag) if type(tag) is str and ("<" in tag or "&" in tag) else tag


def fitted(row: Row, optional: Collection[str], names: Collection[str], mends: Mends) -> Row:
    """A row without blank optional fields and entries, with text for numbers.

    Args:
        row: what did not pass.
        optional: fields that may be absent.
        names: fields in which a whole number stands for its digits.
        mends: is told of every change.
    """
    fit: Row = {}
    for name, value in row.items():
        if name in optional and _blank(value):
            mends.note(Mend.EMPTY)
        elif isinstance(value, list):
            fit[name] = _filled(value, mends)
        else:
            fit[name] = _as_text(value, mends) if name in names else value
    return fit


def _filled(entries: list[Any], mends: Mends) -> list[Any]:
    filled = [_as_text(entry, mends) for entry in entries if entry is not None and not _blank(entry)]
    for _ in range(len(entries) - len(filled)):
        mends.note(Mend.EMPTY_ENTRY)
    return filled


def _as_text(value: Any, mends: Mends) -> Any:
    """A whole number as the text that stands for it, 1 and 1.0 as "1"; anything else as it is."""
    text = fields.id_text(value)
    if text is not value:
        mends.note(Mend.NUMBER)
    return text


def _blank(value: object) -> bool:
    return isinstance(value, str) and (not value or value.isspace())


def item_fitted(row: Row, mends: Mends) -> Row:
    """An item with a title of the length that one may have, and without what its optional parts cannot hold."""
    fit = {name: value for name, value in row.items() if name not in _LOSSES or _fits(name, value, mends)}
    if fit.get("title") is None and isinstance(fit.get("text"), str):
        fit["title"] = ""
    if isinstance(title := fit.get("title"), str) and len(title) > fields.MAX_TITLE:
        fit["title"] = f"{' '.join(title.split())[: fields.MAX_TITLE - 1].rsplit(' ', 1)[0]}…"
        mends.note(Mend.LONG_TITLE)
    if isinstance(tags := fit.get("tags"), list):
        fit["tags"] = [tag for tag in tags if not isinstance(tag, str) or len(tag) <= fields.MAX_LABEL]
        fit["tags"] = fit["tags"][: fields.MAX_LABELS]
        for _ in range(len(tags) - len(fit["tags"])):
            mends.note(Mend.TAG)
    return fit


def _fits(name: str, value: object, mends: Mends) -> bool:
    fits, mend = _LOSSES[name]
    if not isinstance(value, str) or fits(value):
        return True
    mends.note(mend)
    return False


_LOSSES: Final[dict[str, tuple[Callable[[str], bool], Mend]]] = {
    "url": (fields.is_url, Mend.URL),
    "provider": (lambda text: len(text) <= fields.MAX_NAME, Mend.PROVIDER),
    "format": (lambda text: len(text) <= fields.MAX_LABEL, Mend.FORMAT),
}
