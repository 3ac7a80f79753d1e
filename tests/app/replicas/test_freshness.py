"""Two services on one database: what one of them acknowledged, the next answer of the other follows."""

import asyncio
from random import Random

import pytest

from app.errors import ErasedError, ItemNotFoundError, MergedAwayError

ANN, BEA = "ann", "bea"


def proved(home, *users):
    home.loop.run_until_complete(home.service.freshness.prove(users or (ANN,)))
    return home


def shown(home, user=ANN):
    slate = proved(home, user).recommend(user)
    return [item.item_id for item in slate.items], slate.personalized


def test_an_event_through_one_is_in_the_next_answer_of_the_other(pair, an_event):
    for number in range(6):
        teller, asked = pair if number % 2 else reversed(pair)
        item = shown(asked)[0][0]
        assert proved(teller).ingest(an_event(number, ANN, item)) == ["accepted"]
        items, personalized = shown(asked)
        assert item not in items
        assert personalized
        assert items == shown(teller)[0]


def test_an_event_that_is_sent_through_both_counts_once(pair, an_event):
    one, other = pair
    event = an_event(1, ANN, "i001")
    assert (proved(one).ingest(event), proved(other).ingest(event)) == (["accepted"], ["duplicate"])
    assert proved(other).profile(ANN)["signals"] == proved(one).profile(ANN)["signals"]


def test_items_that_one_was_given_the_other_has(pair, an_item):
    one, other = pair
    assert proved(one).put(an_item(70)) == [True]
    assert proved(other).service.get_item("i070")
    proved(other).delete("i070")
    with pytest.raises(ItemNotFoundError):
        proved(one).service.get_item("i070")


def test_a_reset_and_its_undoing_through_one_hold_for_the_other(pair, an_event):
    one, other = pair
    proved(one).ingest(an_event(1, ANN, "i001"), an_event(2, ANN, "i007"))
    learned = shown(other)
    proved(one).reset(ANN)
    assert not shown(other)[1]
    assert proved(other).ingest(an_event(3, ANN, "i013", days_ago=2)) == ["ignored"]
    proved(other).undo_reset(ANN)
    assert shown(one) == shown(other) == learned


def test_an_opt_out_through_one_holds_for_the_other(pair, an_event):
    one, other = pair
    proved(one).ingest(an_event(1, ANN, "i001"))
    assert shown(other)[1]
    proved(one).switch(ANN, enabled=False)
    assert not shown(other)[1]
    assert proved(other).ingest(an_event(2, ANN, "i007")) == ["ignored"]


def test_an_erasure_through_one_holds_for_the_other_also_for_who_never_came_there(pair, an_event):
    one, other = pair
    proved(one).ingest(an_event(1, ANN, "i001"), an_event(2, BEA, "i001"))
    assert shown(other)[1]
    for user in (ANN, BEA):  # of whom the other was asked, and was not
        proved(one, user).erase(user)
        assert proved(other, user).ingest(an_event(3, user, "i007")) == ["rejected"]
        assert not shown(other, user)[1]
        with pytest.raises(ErasedError):
            proved(other, user).patch(user, goals=["dance"])


def test_who_was_merged_through_one_is_merged_for_the_other(pair, an_event):
    one, other = pair
    proved(one, ANN, BEA).ingest(an_event(1, ANN, "i001"), an_event(2, BEA, "i008"))
    shown(other), shown(other, BEA)
    proved(one, ANN, BEA).merge(ANN, BEA)
    assert proved(other).profile(ANN)["signals"] == proved(one).profile(ANN)["signals"]
    assert proved(other, BEA).ingest(an_event(3, BEA, "i014")) == ["accepted"]
    with pytest.raises(MergedAwayError):
        proved(other, BEA).reset(BEA)
    assert "i014" not in shown(one)[0]


def test_what_a_person_states_through_one_is_in_the_next_answer_of_the_other(pair):
    one, other = pair
    shown(other)
    proved(one).patch(ANN, muted={"tags": ["gardening"]})
    assert proved(other).profile(ANN)["explicit"]["muted"]["tags"] == ["gardening"]


def test_an_event_that_was_checked_before_an_opt_out_elsewhere_is_checked_again(pair, an_event):
    """Between the proof and the write the other one switched the person off."""
    one, other = pair
    proved(one).ingest(an_event(1, ANN, "i001"))
    proved(other).ingest(an_event(2, ANN, "i007"))
    proved(one).switch(ANN, enabled=False)
    assert other.ingest(an_event(3, ANN, "i013")) == ["ignored"]
    assert len(other.stores.events.held(ANN)) == 2


def test_popularity_follows_of_whom_nobody_asks(pair, an_event):
    one, other = pair
    proved(one, *(f"u{n}" for n in range(20))).ingest(*(an_event(n, f"u{n}", "i003") for n in range(20)))
    other.loop.run_until_complete(other.service.freshness.follow())
    assert votes(other) == votes(one) > 0
    proved(one, "u1").erase("u1")
    assert votes(other) > votes(one)
    other.loop.run_until_complete(other.service.freshness.follow())
    assert "u1" not in other.service.snapshot_swap.current.people
    assert votes(other) == pytest.approx(votes(one))


def votes(home):
    generation = home.service.snapshot_swap.current
    return generation.environment.popularity.counts(generation.catalogue.rows(["i003"])).item()


def test_whatever_is_done_through_whichever_both_answer_the_same(pair, an_event):
    """A hundred acts at random, through one or the other, on three people."""
    random, people = Random(7), (ANN, BEA, "cy")
    for number in range(100):
        home, user = random.choice(pair), random.choice(people)
        act = random.choice(["event"] * 6 + ["reset", "off", "on", "mute"])
        proved(home, user)
        if act == "event":
            home.ingest(an_event(number, user, f"i{random.randrange(60):03}"))
        elif act == "reset":
            home.reset(user)
        elif act == "mute":
            home.patch(user, muted={"tags": [random.choice(["gardening", "chess"])]})
        else:
            home.switch(user, enabled=act == "on")
        answers = [shown(each, user) for each in random.sample(pair, 2)]
        assert answers[0] == answers[1], (number, act)


def test_requests_of_one_turn_are_one_query(pair, monkeypatch):
    one, _ = pair
    freshness, revisions, asked = one.service.freshness, type(one.stores.revisions), []
    standing = revisions.standing
    monkeypatch.setattr(revisions, "standing", lambda self, ids: asked.append(set(ids)) or standing(self, ids))

    async def many():
        await asyncio.gather(*(freshness.prove((f"u{number}",)) for number in range(50)))

    one.loop.run_until_complete(many())
    assert asked == [{f"u{number}" for number in range(50)}]
