"""People like a person: who took the same items, where the charter says that this may be asked."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.clock import Clock
from app.errors import UndeclaredUseError
from app.policy.charter.charter import Charter
from app.requests.items import SimilarPeopleRequest
from app.serving.generation import Generation
from app.serving.snapshot_swap import SnapshotSwap
from models.ids import Rows

LEAST_SHARED: Final = 3
"""Items that two people must both have taken: fewer are no likeness, and tell what the other one did."""
_MOST_PEOPLE: Final = 20_000
"""People who took some of the same items, those of the newest events, among whom is looked."""
_UNDECLARED: Final = (
    "The charter does not say that people may be compared with each other: [similar_people] with a `why` would "
    "(GET /transparency tells everybody)."
)


class SimilarPeople:
    """Answers of `/admin/similar-people`."""

    def __init__(self, snapshot_swap: SnapshotSwap, charter: Charter, clock: Clock) -> None:
        self._snapshot_swap, self._charter, self._clock = snapshot_swap, charter, clock

    def __call__(self, asked: SimilarPeopleRequest) -> dict[str, Any]:
        """Those most like a person, the most alike first.

        Raises:
            UndeclaredUseError: the charter does not allow it.
        """
        if self._charter.similar_people is None:
            raise UndeclaredUseError(_UNDECLARED)
        found = similar_people(self._snapshot_swap.current, asked.user_id, self._clock.now())[: asked.limit]
        reason = f"nobody else took {LEAST_SHARED} of the same items"
        return {
            "user_id": asked.user_id,
            "people": [{"user_id": user, "likeness": round(score, 4), "shared": both} for user, score, both in found],
            **({} if len(found) == asked.limit else {"reason": reason}),
        }


def similar_people(generation: Generation, user_id: str, now: float) -> list[tuple[str, float, int]]:
    """(Who, how like, how many items both took), the most alike first, ties by id.

    The cosine of what each took, an item that v of n people took weighing log(1 + n / v): what everybody takes makes
    nobody alike. Sensitive items count for nobody, and nobody is found who switched personalisation off or acts as a
    machine does.
    """
    people = generation.people
    mine = np.unique(_taken(generation, [user_id], now)[0])
    if len(mine) < LEAST_SHARED:
        return []
    others = [each for each in people.with_events_on(mine)[-_MOST_PEOPLE:] if each != user_id]
    rows, owners = _taken(generation, others, now)
    pairs = np.unique(owners * len(generation.catalogue) + rows)
    owners, rows = pairs // len(generation.catalogue), (pairs % len(generation.catalogue)).astype(np.int32)
    voters = np.maximum(generation.environment.popularity.voters(len(generation.catalogue)), 1)
    worth = np.square(np.log1p(max(len(people), 1) / voters))
    both = np.isin(rows, mine)
    shared = np.bincount(owners[both], minlength=len(others))
    within = np.bincount(owners[both], weights=worth[rows[both]], minlength=len(others))
    norms = np.sqrt(np.bincount(owners, weights=worth[rows], minlength=len(others)) * worth[mine].sum())
    alike = np.flatnonzero(shared >= LEAST_SHARED)
    found = [(others[each], float(within[each] / norms[each]), int(shared[each])) for each in alike.tolist()]
    return sorted(found, key=lambda each: (-each[1], each[0]))


def _taken(generation: Generation, users: list[str], now: float) -> tuple[Rows, NDArray[np.int64]]:
    """(Items that are on nothing sensitive, who took each, as a position in `users`), by positive events that count."""
    people, catalogue = generation.people, generation.catalogue
    events, owners = people.counted_of(users)
    taken = people.usable(users, owners, events) & (events.times <= now) & (events.weights > 0)
    taken &= people.signals.polarity[events.codes] > 0
    taken &= ~catalogue.firewall.guarded(catalogue.sensitive[events.rows])
    return events.rows[taken], owners[taken]
