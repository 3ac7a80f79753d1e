"""One request: what the caller asks for, and what all requests share while one snapshot serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.pipeline.explanation.reach import Reach
from app.pipeline.labels.wording import Wording
from app.pipeline.likeness import Likeness
from app.pipeline.placement import NOWHERE, Placement, Rules
from app.pipeline.settings import QuerySettings
from app.pipeline.tag_names import TagNames
from app.policy.personalization_switch import SwitchScope
from app.serving.catalogue import Catalogue
from app.serving.masks import AskedItems
from app.serving.popularity import Popularity
from models.finite import NumericFaults
from models.ids import Rows
from models.signal_table import SignalTable
from models.user_state import DAY_SECONDS, Blend


@dataclass(frozen=True)
class Environment:
    """What all requests share while one snapshot serves."""

    catalogue: Catalogue
    popularity: Popularity
    signals: SignalTable
    blend: Blend
    half_lives: tuple[float, float]
    """Of positive and negative events, seconds."""
    settings: QuerySettings
    wording: Wording
    policy: str = ""
    """Id of the policy that the settings are part of."""
    faults: NumericFaults = field(default_factory=NumericFaults)

    @cached_property
    def seen_seconds(self) -> NDArray[np.float64]:
        """float64, by event type code: for how long an item counts as seen after an event; 0 where it does not."""
        set_days, names = self.settings.seen_days, self.signals.names
        days = [set_days.get(*each) for each in zip(names, self.signals.seen_days.tolist(), strict=True)]
        return np.where(self.signals.seen, np.array(days) * DAY_SECONDS, 0.0)

    @cached_property
    def rules(self) -> Rules:
        """What a person's own events and items rule out, as the settings say."""
        return Rules(tuple(self.seen_seconds.tolist()), self.settings.repeats, self.settings.hide_own)

    @cached_property
    def likeness(self) -> Likeness:
        """What makes two items alike."""
        return Likeness(self.catalogue)

    @cached_property
    def reach(self) -> Reach:
        """Lengths of engage vectors."""
        return Reach(self.catalogue)

    @cached_property
    def tag_names(self) -> TagNames:
        """Which tags labels may name."""
        return TagNames(self.catalogue)


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a person gets by the experiment that they take part in.

    Attributes:
        experiment: its name.
        variant: its name.
        policy: id of the policy that answers; None for the one in force.
        personalized: False for a holdout, of whom the answer knows only what must be left out.
        interleaved: whether the slate is drafted from that of `policy` and that of `beside`.
        beside: id of the second policy then; None for the one in force.
    """

    experiment: str
    variant: str
    policy: str | None = None
    personalized: bool = True
    interleaved: bool = False
    beside: str | None = None

    @property
    def policies(self) -> tuple[str | None, ...]:
        """All policies that answer."""
        return (self.policy, self.beside) if self.interleaved else (self.policy,)


@dataclass(frozen=True)
class SlateRequest:
    """What the caller asks for.

    Attributes:
        user_id: for whom.
        limit: length of the slate.
        exclude: rows to leave out, ascending without repeats.
        now: seconds since 1970.
        given: of these, rows that earlier pages of the same answer gave, ascending without repeats.
        hide_seen: whether items that the person has seen are left out; None as the settings say.
        shown: of the slots that the person was shown before, oldest first, whether each was exploration.
        assigned: by which experiment the answer is made, if any.
        switched_off: by what the administrator switched personalisation off for it, if so.
        asked: the items that the caller's filter asks for; None for all.
        placement: what is decided in place of the policy.
        discreet: whether the answer is for the person's own eyes: under a filter it tells nothing of what nobody, or
            not everybody, may be shown.
    """

    user_id: str
    limit: int
    exclude: Rows
    now: float
    shown: Sequence[bool] = ()
    hide_seen: bool | None = None
    given: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    assigned: Assigned | None = None
    switched_off: SwitchScope | None = None
    asked: AskedItems | None = None
    placement: Placement = NOWHERE
    discreet: bool = False
