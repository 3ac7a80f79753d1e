"""The catalogue's columns as filters read them (app/filter_language/predicates.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from app.filter_language.fields import Kind, KnownField
from indexer.languages import accepted
from indexer.snapshot import NEVER, UNDATED
from models.columns import LiveColumn
from models.ids import Rows
from models.words import Words

if TYPE_CHECKING:
    from app.serving.catalogue import Catalogue

_ABSENT_MOMENTS: Final = {"published_at": UNDATED, "expires_at": NEVER}


class FilterColumns:
    """Built-in fields and declared attributes of the items of one catalogue; deleted items are among them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def count(self, rows: Rows | None) -> int:
        """How many rows."""
        return len(self._catalogue) if rows is None else len(rows)

    def alive(self) -> NDArray[np.bool_]:
        """Bool by row: whether the item is still there."""
        return self._catalogue.alive.all()

    def public(self, now: float) -> tuple[NDArray[np.bool_], float]:
        """(bool by row: whether the item may be shown to somebody of whom nothing is known, until when that is so)."""
        catalogue = self._catalogue
        shown = catalogue.firewall.recommendable(catalogue.sensitive.all(), np.uint64(0)) & catalogue.alive.all()
        begins, ends = catalogue.published_at.all(), catalogue.expires_at.all()
        ahead = (float(np.min(each, where=each > now, initial=NEVER)) for each in (begins, ends))
        return np.asarray(shown & (begins <= now) & (ends > now)), min(ahead)

    def numbers(self, field: KnownField, rows: Rows | None) -> NDArray[np.float64]:
        """float64 [n]: numbers, or seconds since 1970; NaN where absent."""
        if field.attribute:
            return self._catalogue.attributes.scalars(field.name, rows)
        column = {"published_at": self._catalogue.published_at, "expires_at": self._catalogue.expires_at}[field.name]
        seconds = _part(column, rows)
        return np.where(seconds == _ABSENT_MOMENTS[field.name], np.nan, seconds.astype(np.float64))

    def truths(self, field: KnownField, rows: Rows | None) -> NDArray[np.int8]:
        """int8 [n]: 0 or 1; -1 where absent."""
        return self._catalogue.attributes.scalars(field.name, rows)

    def codes(self, field: KnownField, rows: Rows | None) -> NDArray[np.int32]:
        """int32 [n]: codes of texts; -1 where absent. The code of an id is its row."""
        catalogue = self._catalogue
        if field.attribute:
            return catalogue.attributes.scalars(field.name, rows)
        if field.kind is Kind.ID:
            return np.arange(len(catalogue), dtype=np.int32) if rows is None else rows
        columns = {
            "format": catalogue.formats,
            "language": catalogue.languages,
            "provider": catalogue.providers,
            "topic": catalogue.topics,
        }
        return _part(columns[field.name], rows)

    def lists(self, field: KnownField, rows: Rows | None) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(positions, codes) of the entries of lists."""
        rows = np.arange(len(self._catalogue), dtype=np.int32) if rows is None else rows
        if field.attribute:
            return self._catalogue.attributes.lists(field.name, rows)
        return self._catalogue.tag_pairs(rows)

    def wanted(self, field: KnownField, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Bool [words + 1]: by code which texts are meant; the last is False."""
        catalogue = self._catalogue
        if field.attribute:
            return _coded(catalogue.attributes.words(field.name), map(str.strip, texts))
        if field.kind is Kind.LANGUAGE:
            return np.append(accepted(texts, catalogue.language_words.names), np.False_)
        if field.kind is Kind.ID:
            return _table(len(catalogue), catalogue.rows(texts).tolist())
        if field.name == "topic":
            return self._topics({text.strip().lower() for text in texts})
        words = {"format": catalogue.format_words, "provider": catalogue.provider_words, "tags": catalogue.tag_words}
        return _coded(words[field.name], map(_PLAIN[field.name], texts))

    def _topics(self, named: set[str]) -> NDArray[np.bool_]:
        """Topics are named by slug or name."""
        pairs = zip(self._catalogue.topic_slugs, self._catalogue.topic_names, strict=True)
        return np.array([*(bool(named & {slug, name.lower()}) for slug, name in pairs), False], dtype=np.bool_)


def _label(text: str) -> str:
    """A tag or format as it is kept (indexer/fields.py)."""
    return " ".join(text.split()).lower()


def _words(text: str) -> str:
    return " ".join(text.split())


_PLAIN: Final[dict[str, Callable[[str], str]]] = {"format": _label, "tags": _label, "provider": _words}


def _part(column: LiveColumn[Any], rows: Rows | None) -> NDArray[Any]:
    return column.all() if rows is None else column[rows]


def _coded(words: Words, texts: Iterable[str]) -> NDArray[np.bool_]:
    return _table(len(words), (words.code(text) for text in texts))


def _table(words: int, codes: Iterable[int]) -> NDArray[np.bool_]:
    table = np.zeros(words + 1, dtype=np.bool_)
    table[[code for code in codes if code >= 0]] = True
    return table
