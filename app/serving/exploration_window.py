"""What each person was shown lately: whether each slot was exploration, over requests and pages.

This is held in memory, so that reading a slate writes nothing. What a service does not remember, because it was started
since, is taken from the impressions that the log has: what was shown, in order, judged by the interests of the moment.
Whoever reports none starts a new window with the service, in which the floor holds from the first slot on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from app.pipeline.context import Context
from models.events import CODE_OF, EventType

_IMPRESSION = CODE_OF[EventType.IMPRESSION]
MOST_PEOPLE = 200_000


class ExplorationWindow:
    """The last slots shown to each person, oldest first."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, tuple[bool, ...]] = OrderedDict()

    def shown(self, user_id: str) -> tuple[bool, ...] | None:
        """Whether each of the last slots was exploration; None where this service has shown the person nothing."""
        return self._shown.get(user_id)

    def keep(self, user_id: str, shown: Sequence[bool], slots: int) -> None:
        """All slots so far, of which the last `slots` are kept."""
        self._shown.pop(user_id, None)
        self._shown[user_id] = tuple(shown[-slots:])
        if len(self._shown) > MOST_PEOPLE:
            self._shown.popitem(last=False)

    def forget(self, user_id: str) -> None:
        """Nothing was shown to this person."""
        self._shown.pop(user_id, None)


def reported(context: Context, slots: int) -> tuple[bool, ...]:
    """Of the last slots that were reported as shown, oldest first, whether each was exploration.

    Like everything else that an answer rests on, this knows nothing of what the firewall holds back.
    """
    events = context.evidence.events
    if events is None:
        return ()
    shown = events.where(events.codes == _IMPRESSION)
    latest = np.argsort(shown.times, kind="stable")[-slots:]
    return tuple((~context.ground.covers(shown.rows[latest])).tolist())
