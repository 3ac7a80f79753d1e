"""Events on items that the catalogue does not have: kept within limits, and counted from when the item comes."""

import asyncio
import random
from datetime import timedelta

import numpy as np
import pytest

from app.clock import Clock
from app.policy.retention import Retention
from models.user_state import DAY_SECONDS

NEW = range(90, 96)


def essence(home, user="ada"):
    """All that a person is told, but for the ids of answers."""
    slate = home.recommend(user, limit=20)
    items = [(item.item_id, item.score, item.label, item.exploration) for item in slate.items]
    return items, slate.receipt, slate.personalized, home.profile(user)["implicit"]


def waiting(home):
    return home.loop.run_until_complete(home.service.awaiting())


@pytest.fixture
def events(an_event):
    """Ada on six items that come later, for and against, and on two that are there."""
    kinds = ("like", "save", "dismiss", "like", "complete", "like")
    late = [
        an_event(n, "ada", f"i{number:03}", kind, days_ago=n + 1)
        for n, (number, kind) in enumerate(zip(NEW, kinds, strict=True))
    ]
    return [*late, an_event(50, "ada", "i000", days_ago=2), an_event(51, "ada", "i001", days_ago=3)]


@pytest.fixture
def in_order(tmp_path_factory, open_household, an_item, events):
    """The same with the items first: what is right."""
    with open_household(tmp_path_factory.mktemp("in-order")) as home:
        home.publish([an_item(number) for number in range(90)])
        home.put(*(an_item(number) for number in NEW))
        assert home.ingest(*events) == ["accepted"] * 8
        yield home


def test_events_wait_for_items_that_come_over_http(home, in_order, an_item, events):
    assert home.ingest(*events) == ["awaiting_item"] * 6 + ["accepted"] * 2
    assert {name: waiting(home)[name] for name in ("events", "people", "items", "adopted")} == {
        "events": 6,
        "people": 1,
        "items": 6,
        "adopted": 0,
    }
    assert home.profile("ada")["signals"]["positive"] == 2
    home.put(*(an_item(number) for number in NEW))
    assert essence(home) == essence(in_order)
    assert (waiting(home)["events"], waiting(home)["adopted"]) == (0, 6)


def test_events_wait_for_items_that_come_with_a_build(home, an_item, events, tmp_path, open_household):
    home.ingest(*events)
    everything = [an_item(number) for number in (*range(90), *NEW)]
    home.publish(everything)
    with open_household(tmp_path / "other") as other:
        other.publish(everything)
        other.ingest(*events)
        assert essence(home) == essence(other)
    assert (waiting(home)["events"], waiting(home)["adopted"]) == (0, 6)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_items_and_events_ends_alike(home, in_order, an_item, events, seed):
    deeds = [*(("event", event) for event in events), *(("item", an_item(number)) for number in NEW)]
    random.Random(seed).shuffle(deeds)
    for kind, what in deeds:
        home.ingest(what) if kind == "event" else home.put(what)
    assert [each[0] for each in essence(home)[0]] == [each[0] for each in essence(in_order)[0]]
    assert np.allclose([each[1] for each in essence(home)[0]], [each[1] for each in essence(in_order)[0]], atol=1e-6)
    assert waiting(home)["events"] == 0


def test_an_event_whose_item_comes_while_it_is_written_counts_once(home, in_order, an_item, events):
    async def at_once():
        await asyncio.gather(
            *(home.service.ingest([event]) for event in events),
            home.service.upsert_items([an_item(number) for number in NEW]),
            *(home.service.ingest([event]) for event in events),
        )

    home.loop.run_until_complete(at_once())
    assert waiting(home)["events"] == 0
    assert home.profile("ada")["signals"] == in_order.profile("ada")["signals"]


def test_what_waits_is_a_duplicate_when_sent_again_and_another_under_its_id_a_conflict(home, an_item, an_event):
    event = an_event(1, "ada", "i090")
    assert home.ingest(event) == ["awaiting_item"]
    assert home.ingest(event, event, an_event(1, "ada", "i091")) == ["duplicate", "duplicate", "conflict"]
    home.put(an_item(90))
    assert home.ingest(event) == ["duplicate"]
    assert home.profile("ada")["signals"]["positive"] == 1


def test_a_restart_forgets_nothing(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path) as home:
        home.publish([an_item(number) for number in range(90)])
        assert home.ingest(an_event(1, "ada", "i090")) == ["awaiting_item"]
    with open_household(tmp_path) as again:
        again.loop.run_until_complete(again.service.snapshot_swap.refresh())
        assert waiting(again)["events"] == 1
        again.put(an_item(90))
        assert again.profile("ada")["signals"]["positive"] == 1


def test_a_reset_reaches_what_waits_and_can_be_undone(home, an_item, an_event):
    home.ingest(an_event(1, "ada", "i090"), an_event(2, "ada", "i091"))
    home.reset("ada")
    home.put(an_item(90))
    assert not home.recommend("ada").personalized
    assert (waiting(home)["forgotten"], waiting(home)["adopted"]) == (1, 0)
    home.undo_reset("ada")
    home.put(an_item(91))
    assert home.profile("ada")["signals"]["positive"] == 2


def test_a_final_reset_leaves_nothing_waiting(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path, control={"undo_hours": 0.0}) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(an_event(1, "ada", "i090"))
        home.reset("ada")
        assert waiting(home)["events"] == 0


@pytest.mark.parametrize("undo_hours", [0.0, 24.0])
def test_a_topic_that_was_forgotten_meanwhile_is_not_learned(tmp_path, open_household, an_item, an_event, undo_hours):
    with open_household(tmp_path, control={"undo_hours": undo_hours}) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(an_event(1, "ada", "i090"), an_event(2, "ada", "i091"), an_event(3, "ada", "i000"))
        home.reset("ada", topic=home.service.snapshot_swap.current.catalogue.slug_of("i000"))
        home.put(an_item(90), an_item(91))  # the theme that was forgotten, and another
        assert home.profile("ada")["signals"]["positive"] == 1
        assert (waiting(home)["forgotten"], waiting(home)["adopted"]) == (1, 1)
        if undo_hours:
            home.undo_reset("ada")
            assert home.profile("ada")["signals"]["positive"] == 3


def test_an_erasure_takes_what_waits_along(home, an_item, an_event):
    home.ingest(an_event(1, "ada", "i090"), an_event(2, "bob", "i090"))
    assert home.erase("ada")["deleted"]["events"] == 1
    assert waiting(home)["people"] == 1
    home.put(an_item(90))
    assert not home.profile("ada")["known"]
    assert home.profile("bob")["signals"]["positive"] == 1


def test_what_waits_moves_with_a_merge(home, an_item, an_event):
    home.ingest(an_event(1, "session", "i090"), an_event(2, "session", "i000"))
    home.merge("ada", "session")
    home.put(an_item(90))
    assert home.profile("ada")["signals"]["positive"] == 2


def test_what_waits_is_exported_apart_and_can_be_deleted(home, an_item, an_event):
    home.ingest(an_event(1, "ada", "i090"), an_event(2, "ada", "i000"))
    parts = home.export("ada").parts()
    assert [row["event_id"] for row in parts["awaiting"]()] == ["e1"]
    assert [row["event_id"] for row in parts["events"]()] == ["e2"]
    home.ignore_event("ada", "e1")
    home.put(an_item(90))
    assert home.profile("ada")["signals"]["positive"] == 1


def test_what_may_not_be_learned_from_is_not_kept_when_its_item_turns_out_sensitive(
    tmp_path, open_household, an_item, an_event
):
    with open_household(tmp_path, firewall={"keep_as_seen": False}) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(an_event(1, "ada", "i090"), an_event(2, "ada", "i091"))
        home.put(an_item(90, sensitive_topics=["health"]), an_item(91))
        assert [row["event_id"] for row in home.export("ada").parts()["events"]()] == ["e2"]
        assert home.profile("ada")["signals"]["positive"] == 1


def test_decisions_and_the_charter_hold_at_arrival(home, an_event):
    home.switch("off", enabled=False)
    future, old = an_event(1, "ada", "i090", days_ago=-1), an_event(2, "ada", "i090", days_ago=4_000)
    assert home.ingest(future, old, an_event(3, "off", "i090")) == ["rejected", "ignored", "ignored"]
    assert waiting(home)["events"] == 0
    assert list(home.export("off").parts()["seen"]()) == []


def test_more_than_the_limits_is_refused_and_counted(tmp_path, open_household, an_item, an_event):
    limits = {"awaiting": {"per_person": 2, "events": 3}}
    with open_household(tmp_path, ingest=limits) as home:
        home.publish([an_item(number) for number in range(90)])
        mine = home.ingest(*(an_event(n, "ada", f"i{100 + n}") for n in range(4)), an_event(9, "ada", "i000"))
        assert mine == ["awaiting_item", "awaiting_item", "rejected", "rejected", "accepted"]
        others = home.loop.run_until_complete(home.service.ingest([an_event(n, "bob", "i100") for n in range(10, 12)]))
        assert [each.status for each in others] == ["awaiting_item", "rejected"]
        assert others[1].message.endswith("too many events wait (ingest.awaiting.events)")
        assert (waiting(home)["events"], waiting(home)["refused"]) == (3, 3)
        home.put(an_item(100))
        assert home.ingest(an_event(20, "bob", "i102")) == ["awaiting_item"]  # there is room again


def test_what_waited_too_long_is_deleted_and_counted(home, an_item, an_event):
    home.ingest(an_event(1, "ada", "i090"), an_event(2, "ada", "i000"))
    for days, left in ((29, 1), (31, 0)):
        clock = Clock(home.settings.as_of + timedelta(days=days))
        job = Retention(home.service.snapshot_swap, home.stores, clock, home.service.gate, 30 * DAY_SECONDS)
        home.loop.run_until_complete(job.enforce())
        assert waiting(home)["events"] == left
    assert waiting(home)["expired"] == 1
    home.put(an_item(90))
    assert home.profile("ada")["signals"]["positive"] == 1


def test_the_operator_reads_which_items_are_awaited(home, an_event):
    home.ingest(an_event(1, "ada", "i090"), an_event(2, "ada", "i091"), an_event(3, "bob", "i091"))
    found = home.loop.run_until_complete(home.service.awaited_items(1))
    assert [(each["item_id"], each["events"], each["people"]) for each in found] == [("i091", 2, 2)]


def test_where_it_is_switched_off_such_events_are_refused(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path, ingest={"awaiting": {"enabled": False}}) as home:
        home.publish([an_item(number) for number in range(90)])
        assert home.ingest(an_event(1, "ada", "i090"), an_event(2, "ada", "i000")) == ["rejected", "accepted"]
