"""Forgotten topics: whether an event whose item came late is on a topic that its person had decided to forget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from app.serving.catalogue import Catalogue
from app.storage.protocols import Stores
from app.storage.rows import Forgetting


def forgotten_topics(stores: Stores, catalogue: Catalogue) -> Callable[[str, str, float], int | None]:
    """The number of the decision that covers an event, by person, item and moment; 0 if it is final, None without one.

    Other decisions than those on topics reach an event while it waits. Blocks: call it in a thread.
    """
    aliases = stores.identities.aliases()
    by_person: dict[str, list[Forgetting]] = defaultdict(list)
    for forgetting in stores.forgettings.all():
        if forgetting.scope == "topic":
            by_person[aliases.get(forgetting.user_id, forgetting.user_id)].append(forgetting)

    def covering(user_id: str, item_id: str, occurred_at: float) -> int | None:
        topic = catalogue.slug_of(item_id) if user_id in by_person else None
        found = (each for each in by_person.get(user_id, ()) if each.covers(occurred_at, topic))
        return next((0 if each.final else each.number for each in found), None)

    return covering
