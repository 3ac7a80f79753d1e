"""Edit distance of words, as far as typing errors go."""

from __future__ import annotations


def within_one(one: str, other: str) -> bool:
    """Whether two words differ by at most one letter added, left out or changed, or two neighbours swapped.

    >>> [within_one("robots", other) for other in ("robot", "robtos", "rabots", "rabbits", "robots")]
    [True, True, True, False, True]
    """
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return True
    rest, others = one[start:], other[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:] == others
    return swapped or rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]
