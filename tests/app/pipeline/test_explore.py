"""Exploration: outside the interests, seeded, and learned from how earlier exploration was received."""

import numpy as np
import pytest

from app.pipeline.sources.explore import Explore


@pytest.fixture
def topics_of(home):
    def drawn(user):
        context = home.service._recommender.context(user, 10, [])  # noqa: SLF001 - there is no public way in
        rows = Explore()(context)
        return context, context.catalogue.topics[rows]

    return drawn


def test_explored_topics_lie_outside_the_interests(home, an_event, topics_of):
    home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(5)))
    context, topics = topics_of("ada")
    assert len(topics)
    assert not np.isin(topics, context.evidence.established).any()


def test_the_same_person_explores_the_same_and_others_something_else(topics_of):
    drawn = {user: topics_of(user)[1].tolist() for user in ("ada", "bob", "eve", "kim")}
    assert topics_of("ada")[1].tolist() == drawn["ada"]
    assert len({tuple(each) for each in drawn.values()}) > 1


def test_topics_that_were_received_badly_are_explored_less(home, an_event, topics_of):
    home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(5)))
    context, before = topics_of("ada")
    unwanted = int(before[0])
    rows = context.catalogue.rows_of_topic(unwanted)
    names = [context.catalogue.item_id(int(row)) for row in rows]
    home.ingest(*(an_event(100 + n, "ada", name, "dismiss") for n, name in enumerate(names[:12])))
    home.ingest(*(an_event(500 + n, "ada", names[-1], "impression", n / 90) for n in range(900)))
    _, after = topics_of("ada")
    place = {topic: position for position, topic in reversed(list(enumerate(after.tolist())))}
    assert place.get(unwanted, len(after)) > 0
