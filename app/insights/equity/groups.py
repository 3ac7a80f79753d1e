"""Groups of people by one attribute, and which of them may be told of.

A group with fewer people than the minimum is suppressed. So that nothing of it can be found by subtraction either, the
next smallest groups are suppressed with it until all that is suppressed makes up the minimum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

NOT_STATED: Final = "not stated"
HIDDEN: Final = -1


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one attribute.

    Attributes:
        attribute: its name.
        names: the groups that are told of, in order of name.
        members: int64 [people], position of each person's group in `names`; HIDDEN where it is suppressed.
        suppressed: how many groups are not told of.
    """

    attribute: str
    names: tuple[str, ...]
    members: NDArray[np.int64]
    suppressed: int

    def sizes(self) -> list[int]:
        """How many people each group has."""
        sizes: list[int] = np.bincount(self.members[self.members != HIDDEN], minlength=len(self.names)).tolist()
        return sizes


def groups_of(attribute: str, values: Sequence[str | None], minimum: int) -> Groups:
    """The groups by what people declare; who declares nothing is a group, too.

    Args:
        attribute: its name.
        values: what each person declares.
        minimum: people of a group that is told of.
    """
    named = [value or NOT_STATED for value in values]
    hidden = _hidden(Counter(named), minimum)
    names = tuple(sorted(set(named) - hidden, key=lambda name: (name == NOT_STATED, name)))
    places = {name: place for place, name in enumerate(names)}
    members = np.array([places.get(name, HIDDEN) for name in named], dtype=np.int64)
    return Groups(attribute, names, members, len(hidden))


def _hidden(sizes: Counter[str], minimum: int) -> set[str]:
    hidden: set[str] = set()
    people = 0
    for name, size in sorted(sizes.items(), key=lambda pair: (pair[1], pair[0])):
        if size >= minimum and (not hidden or people >= minimum):
            break
        hidden.add(name)
        people += size
    return hidden
