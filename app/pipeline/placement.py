"""Where a slate is shown: what a scenario, or the request itself, decides in place of the policy in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.pipeline.repeats import RepeatSettings
from app.pipeline.settings import QuerySettings
from app.serving.masks import AskedItems
from models.ids import Rows

By = Literal["content", "behaviour", "both"]
PINNED, BOOSTED = "pinned", "boosted"


class Rules(NamedTuple):
    """What a person's own events and items rule out.

    Attributes:
        seen_seconds: by code of an event type, for how long an item counts as seen after it; 0 where it does not.
        repeats: when what is shown in vain rests.
        hide_own: whether items that the person provides or wrote are left out.
    """

    seen_seconds: tuple[float, ...]
    repeats: RepeatSettings
    hide_own: bool


@dataclass(frozen=True, slots=True)
class Boost:
    """Items of which positive scores are multiplied.

    Attributes:
        items: which.
        exponent: logarithm of the factor.
        label: what their labels say before all else; None for the words of the label files, "" for nothing.
    """

    items: AskedItems
    exponent: float
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """What one placement decides.

    Attributes:
        name: of the scenario; "" for none.
        settings: in place of the policy's; None: the policy's.
        rules: in place of those of the settings; None: those.
        pinned: rows of the items that come first, in their order, as far as filters leave them.
        pinned_label: what their labels say; None for the words of the label files.
        boosts: items that are raised or lowered.
        by: what likeness to what the person did counts: content, behaviour, or both as the index weighs them.
    """

    name: str = ""
    settings: QuerySettings | None = None
    rules: Rules | None = None
    pinned: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    pinned_label: str | None = None
    boosts: Sequence[Boost] = ()
    by: By = "both"

    def exponents(self, rows: Rows) -> NDArray[np.float32]:
        """float32 [n]: exponents by which scores are raised."""
        total = np.zeros(len(rows), dtype=np.float32)
        for boost in self.boosts:
            total += np.float32(boost.exponent) * boost.items.rows[rows]
        return total

    def boost_of(self, row: int) -> Boost | None:
        """The first boost that raises an item."""
        return next((each for each in self.boosts if each.exponent > 0 and each.items.rows[row]), None)


NOWHERE = Placement()
"""What a request without a scenario decides."""
