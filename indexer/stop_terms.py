"""Stop terms: tags and words that name nothing, such as numbers, ids and what forms are filled with by default."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from indexer.dates import is_date

_WORD: Final = re.compile(r"[^\W_]+")
_LEAST_ID: Final = 8
"""Characters from which a word that mixes letters and digits may be an id; covid19 and windows98 are words."""
_MOST_DIGITS: Final = 3
"""Digits of a word beyond which it is an id or a number."""
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]+(?:-[0-9a-f]+)*")
_STUB_WORDS: Final = frozenset(
    _WORD.findall(
        """
        article articles artikel beitrag category content default dummy id ipsum item items kategorie keyword keywords
        lorem misc nan null placeholder post posts product products produkt produkte sample sku stub tag tags test tests
        tmp todo uncategorised uncategorized undefined unkategorisiert unknown unnamed untagged untitled
        """
    )
)
_STUBS: Final = frozenset(
    re.split(
        r";\s+",
        "allgemein; autre; autres; divers; diverse; etc; general; inconnu; keine; miscellaneous; n/a; na; nil; no tag; "
        "no tags; non classé; none; ohne titel; other; others; otros; sin categoría; sonstige; sonstiges; tbd; varia; "
        "various; verschiedenes; xxx",
    )
)
"""Terms that are stubs as a whole, though the words are none: "general" is, "general relativity" is not."""


@lru_cache(maxsize=65_536)
def is_stop_term(term: str) -> bool:
    """Whether a term is no name of anything: numbers, ids and stubs. A date is a name, if a weak one.

    >>> [is_stop_term(term) for term in ("1003778007373126185", "b00x4whp5e", "uncategorized", "item 42", "n/a")]
    [True, True, True, True, True]
    >>> [is_stop_term(term) for term in ("1970s", "3d printing", "mp3", "c++", "日本")]
    [False, False, False, False, False]
    """
    plain = term.strip().casefold()
    if is_date(plain):
        return False
    words = _WORD.findall(plain)
    return plain in _STUBS or _is_hexadecimal(plain) or all(_says_nothing(word) for word in words)


def _is_hexadecimal(term: str) -> bool:
    has_digit = any(character.isdigit() for character in term)
    return has_digit and len(term) >= _LEAST_ID and _HEXADECIMAL.fullmatch(term) is not None


def _says_nothing(word: str) -> bool:
    digits = sum(character.isdigit() for character in word)
    if digits == len(word) or digits > _MOST_DIGITS or word.rstrip("0123456789") in _STUB_WORDS:
        return True
    turns = sum(one.isdigit() != other.isdigit() for one, other in pairwise(word))
    return len(word) >= _LEAST_ID and turns > 2
