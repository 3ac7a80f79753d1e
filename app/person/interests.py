"""Interests: what a person wishes of one topic, and what their slate would be if they did."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from app.errors import UnknownTopicError
from app.person.control import Control, Edit
from app.person.explicit import document_of, merged
from app.person.subject import Subject
from app.person.upkeep import Upkeep
from app.pipeline.slate import Slate
from app.requests.people import ResetRequest, Wish
from app.serving.engine.waiting import answered
from app.serving.explicit_vectors import stated_vectors
from app.serving.recommender import Recommender
from indexer.documents import UserDocument


class Interests:
    """More, less, mute and remove. Wishes are explicit statements; to remove is to forget, too."""

    def __init__(self, control: Control, upkeep: Upkeep, recommender: Recommender) -> None:
        self._control = control
        self._upkeep = upkeep
        self._recommender = recommender

    async def state(self, user_id: str, topic: str, wish: Wish, key_id: str | None = None) -> None:
        """More of a topic, less of it, or nothing; it replaces an earlier wish about the topic.

        Raises:
            UnknownTopicError: there is no such topic.
        """
        self._number(topic)
        await self._control.edit(Edit(user_id, partial(self.wishes, topic, wish), key_id, wish=(topic, wish)))

    async def remove(self, user_id: str, topic: str, key_id: str | None = None) -> None:
        """Forget what was learned from items on a topic, and every wish about it; what was seen stays seen.

        Raises:
            UnknownTopicError: there is no such topic.
        """
        self._number(topic)
        await self._control.edit(Edit(user_id, partial(self.wishes, topic, None), key_id))
        await self._control.reset(user_id, ResetRequest(topic=topic, keep_seen=True), key_id)

    async def preview(self, user_id: str, topic: str, wish: Wish | None, limit: int) -> tuple[Slate, Slate]:
        """The slates before and after a wish or, with None, a removal; changes nothing.

        Raises:
            UnknownTopicError: there is no such topic.
        """
        number = self._number(topic)
        generation = self._upkeep.snapshot_swap.current
        stated = document_of(user_id, await self._upkeep.row(user_id))
        explicit = merged(stated, self.wishes(topic, wish, stated))
        encoded = await self._upkeep.snapshot_swap.encoded(generation.catalogue, explicit)
        person = generation.people.get(user_id) or generation.people.nobody(user_id)
        imagined = person if wish else generation.people.without_topic(person, number)
        stated_now = stated_vectors(generation.catalogue, explicit, encoded)
        imagined = replace(imagined, explicit=explicit, stated=stated_now)
        before = await answered(lambda: self._recommender.preview(user_id, limit, person))
        return before, await answered(lambda: self._recommender.preview(user_id, limit, imagined))

    def subject(self, topic: str) -> Subject:
        """What a wish about a topic is about.

        Raises:
            UnknownTopicError: there is no such topic.
        """
        return Subject.of(self._upkeep.snapshot_swap.current.catalogue, self._number(topic))

    def wishes(self, topic: str, wish: Wish | None, stated: UserDocument) -> dict[str, Any]:
        """The merge patch to what is stated that states a wish about a topic, and no other about it."""
        catalogue = self._upkeep.snapshot_swap.current.catalogue
        name = catalogue.topic_names[self._number(topic)]
        other = {topic.casefold(), name.casefold()}
        lists = {
            "more": stated.preferences.topics,
            "less": stated.preferences.less_of,
            "mute": stated.muted.topics,
        }
        kept = {each: [one for one in named if one.casefold() not in other] for each, named in lists.items()}
        if wish:
            kept[wish].append(topic)
        preferences = {"topics": kept["more"] or None, "less_of": kept["less"] or None}
        return {"preferences": preferences, "muted": {"topics": kept["mute"] or None}}

    def _number(self, topic: str) -> int:
        slugs = self._upkeep.snapshot_swap.current.catalogue.topic_slugs
        if topic not in slugs:
            raise UnknownTopicError(topic)
        return slugs.index(topic)
