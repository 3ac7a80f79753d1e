"""A service that starts from the log's copy knows what one knows that starts from the log."""

import shutil

import numpy as np
import pytest

from app.storage.log_copy import FOLDER

COPIED = {"copy_from_events": 0}


@pytest.fixture
def folder(tmp_path, open_household, an_item, an_event):
    """Everybody likes, clicks and dislikes; then a copy is made, and more happens."""
    items = [an_item(number) for number in range(90)]
    kinds = ("like", "click", "dislike", "save")
    lives = [an_event(f"{n}", f"friend-{n % 9}", f"i{n * 7 % 90:03}", kinds[n % 4], float(n % 30)) for n in range(150)]
    with open_household(tmp_path, storage=COPIED) as home:
        home.publish(items)
        home.ingest(*lives[:130])
    with open_household(tmp_path, storage=COPIED) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        home.ingest(*lives[130:])
        home.patch("friend-3", goals=["gardens"])
        home.delete("i007")
    return tmp_path


def known(folder, open_household):
    with open_household(folder, storage={"copy_from_events": 10**9}) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        generation = home.service.snapshot_swap.current
        rows = np.arange(90, dtype=np.int32)
        slates = {user: [item.item_id for item in home.recommend(user).items] for user in ("friend-1", "friend-4")}
        events = {
            person.row.user_id: (person.history.columns().sequence.tolist(), person.state.positive.vectors)
            for person in generation.people
        }
        return slates, events, generation.environment.popularity.counts(rows), home.service.readiness()


@pytest.mark.parametrize("reset", [False, True], ids=["as it was copied", "after a reset"])
def test_people_slates_and_popularity_are_those_of_the_log(folder, open_household, reset):
    with open_household(folder, storage={"copy_from_events": 10**9}) as home:
        assert isinstance(home.stores.events.by_person()[0].times, np.memmap)
        if reset:
            home.loop.run_until_complete(home.service.snapshot_swap.refresh())
            home.reset("friend-4")
    slates, events, counts, readiness = known(folder, open_household)
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    slates_of_log, events_of_log, counts_of_log, readiness_of_log = known(folder, open_household)
    assert slates == slates_of_log
    assert readiness == readiness_of_log
    np.testing.assert_allclose(counts, counts_of_log)
    assert events.keys() == events_of_log.keys()
    for user, (numbers, vectors) in events.items():
        assert numbers == events_of_log[user][0]
        np.testing.assert_allclose(vectors, events_of_log[user][1], atol=1e-6)


def test_a_swap_takes_the_same_copy_and_what_came_since(folder, open_household, an_item, an_event):
    with open_household(folder, storage=COPIED) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        home.ingest(an_event("late", "friend-1", "i080", "like", 0.5))
        before = home.recommend("friend-1")
        home.publish([an_item(number) for number in range(90) if number != 7])
        after = home.recommend("friend-1")
    assert [item.item_id for item in before.items] == [item.item_id for item in after.items]
