"""Resets in full: all, a topic, since a time; kept as seen, undone, final; and what arrives late."""

from datetime import UTC, datetime, timedelta

import pytest

from app.errors import NothingToUndoError, UnknownTopicError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def essence(slate):
    return [(item.item_id, item.score, item.label, item.exploration) for item in slate.items], slate.receipt


def topics(home, user="ada"):
    return {each["topic"] for each in home.profile(user)["implicit"]["topics"]}


def topic_of(home, item):
    return home.service.snapshot_swap.current.catalogue.slug_of(item)


def items(home, user="ada", limit=90):
    return [item.item_id for item in home.recommend(user, limit=limit).items]


@pytest.fixture
def known(home, an_event):
    """Ada liked ten items of two themes over ten days; Bob liked some, too."""
    home.ingest(*(an_event(500 + n, "bob", f"i{n * 6 + 2:03}") for n in range(5)))
    home.ingest(*(an_event(n, "ada", f"i{n // 2 * 6 + n % 2:03}", days_ago=10 - n) for n in range(10)))
    return home


def test_popularity_forgets_too(home, an_event):
    before = essence(home.recommend("eve"))
    home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(6)))
    assert essence(home.recommend("eve")) != before
    home.reset("ada")
    assert essence(home.recommend("eve")) == before
    home.undo_reset("ada")
    assert essence(home.recommend("eve")) != before
    home.switch("ada", enabled=False)
    assert essence(home.recommend("eve")) == before


def test_a_topic_is_forgotten_and_the_others_stay(known):
    rust = topic_of(known, "i000")
    others = topics(known) - {rust}
    receipt = known.reset("ada", topic=rust)
    assert (receipt["scope"], receipt["epoch"]) == ("topic", 0)
    assert topics(known) == others
    with pytest.raises(UnknownTopicError):
        known.reset("ada", topic="no such topic")


def test_what_happened_since_a_time_is_forgotten(known):
    known.reset("ada", since=NOW - timedelta(days=4.5))
    assert known.profile("ada")["signals"]["positive"] == 6


def test_late_events_change_nothing_and_later_ones_count(known, an_event):
    known.reset("ada", since=NOW - timedelta(days=4.5))
    late, before, after = (an_event(100 + n, "ada", "i005", days_ago=days) for n, days in enumerate((3, 6, -0.001)))
    assert known.ingest(late, before, after) == ["ignored", "accepted", "accepted"]
    rust = topic_of(known, "i000")
    known.reset("ada", topic=rust)
    rusty, other = an_event(200, "ada", "i030", days_ago=2), an_event(201, "ada", "i035", days_ago=6)
    assert topic_of(known, "i030") == rust != topic_of(known, "i035")
    assert known.ingest(rusty, other) == ["ignored", "accepted"]
    known.reset("ada")
    assert known.ingest(an_event(300, "ada", "i041", days_ago=30)) == ["ignored"]


def test_seen_of_an_earlier_epoch_does_not_come_back_when_a_later_reset_keeps_seen(known, an_event):
    known.reset("ada")
    known.ingest(an_event(100, "ada", "i085", days_ago=-0.001))
    known.reset("ada", keep_seen=True)
    assert "i085" not in items(known)
    assert "i000" in items(known)


@pytest.mark.parametrize("request_", [{}, {"keep_seen": True}, {"since": NOW - timedelta(days=5)}])
def test_undoing_gives_back_the_same_slate(known, request_):
    before = essence(known.recommend("ada"))
    known.reset("ada", **request_)
    assert essence(known.recommend("ada")) != before
    known.undo_reset("ada")
    assert essence(known.recommend("ada")) == before


def test_resets_are_undone_the_latest_first(known, an_event):
    first = essence(known.recommend("ada"))
    known.reset("ada")
    known.ingest(an_event(100, "ada", "i085", days_ago=-0.001))
    second = essence(known.recommend("ada"))
    known.reset("ada")
    known.undo_reset("ada")
    assert essence(known.recommend("ada")) == second
    known.undo_reset("ada")
    assert essence(known.recommend("ada")) != first  # what came after the first reset counts as well
    assert known.profile("ada")["signals"]["positive"] == 11
    with pytest.raises(NothingToUndoError):
        known.undo_reset("ada")


def test_without_a_grace_period_a_reset_is_final(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path, control={"undo_hours": 0}) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(an_event(1, "ada", "i000"))
        home.reset("ada", keep_seen=True)
        assert home.stores.events.held("ada") == []
        assert "i000" not in items(home)
        with pytest.raises(NothingToUndoError):
            home.undo_reset("ada")


def test_what_can_no_longer_be_undone_is_deleted_at_the_next_start(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path, control={"undo_hours": 1}) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(an_event(1, "ada", "i000"))
        home.reset("ada")
        assert [each.forgotten for each in home.stores.events.held("ada")] == [True]
        assert home.loop.run_until_complete(home.service.person.finish_resets()) == 0
    with open_household(tmp_path, as_of=NOW + timedelta(hours=2)) as again:

        async def start_and_stop():
            (await again.service.start()).cancel()

        again.loop.run_until_complete(start_and_stop())
        assert again.stores.events.held("ada") == []
        assert not again.recommend("ada").personalized


def test_a_snapshot_built_meanwhile_knows_of_the_reset(known, an_item):
    known.reset("ada", keep_seen=True)
    known.publish([an_item(number) for number in range(91)])
    assert not known.recommend("ada").personalized
    assert "i000" not in items(known)
    known.undo_reset("ada")
    assert known.recommend("ada").personalized


def test_an_ignored_event_loses_its_influence_at_once_and_does_not_come_back(home, an_event):
    before, popular = essence(home.recommend("ada")), essence(home.recommend("eve"))
    home.ingest(an_event(1, "ada", "i000"))
    assert home.recommend("ada").personalized
    home.ignore_event("ada", "e1")
    assert essence(home.recommend("ada")) == before
    assert essence(home.recommend("eve")) == popular
    assert home.ingest(an_event(1, "ada", "i000")) == ["duplicate"]
    assert essence(home.recommend("ada")) == before
