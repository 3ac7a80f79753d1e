"""Tags that tell when something is from and not what it is: years, decades, centuries."""

from __future__ import annotations

import re
from functools import lru_cache

_DATE = re.compile(
    r"(?:(?:early|mid|late|the)[ -])*(?:\d{4}|\d{2,4}'?s|\d{1,2}(?:st|nd|rd|th)[ -]century)", re.IGNORECASE
)


@lru_cache(maxsize=65_536)
def is_date(tag: str) -> bool:
    """Whether a tag is a date and nothing else.

    >>> [is_date(tag) for tag in ("1970s", "late 90s", "2024", "19th century", "1970s cinema", "8-bit")]
    [True, True, True, True, False, False]
    """
    return _DATE.fullmatch(tag.strip()) is not None
