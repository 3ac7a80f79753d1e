"""What each person was shown lately: whether each slot was exploration, over requests and pages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

MOST_PEOPLE = 200_000


class Windows:
    """The last slots shown to each person, oldest first.

    Args:
        slots: how many are kept of each person.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._shown: OrderedDict[str, tuple[bool, ...]] = OrderedDict()

    def shown(self, user_id: str) -> tuple[bool, ...]:
        """Whether each of the last slots was exploration."""
        return self._shown.get(user_id, ())

    def record(self, user_id: str, exploration: Sequence[bool]) -> None:
        """A slate was shown."""
        self._shown[user_id] = (*self._shown.pop(user_id, ()), *exploration)[-self._slots :]
        if len(self._shown) > MOST_PEOPLE:
            self._shown.popitem(last=False)

    def forget(self, user_id: str) -> None:
        """Nothing was shown to this person."""
        self._shown.pop(user_id, None)
