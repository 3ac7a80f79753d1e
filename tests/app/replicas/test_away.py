"""A service whose database is away: degraded, not down."""

import asyncio
from time import monotonic

import pytest

from app.replicas.staleness import STALE, Staleness
from app.storage.errors import DatabaseAwayError

AWAY = DatabaseAwayError("The database", "gone")


def proved(home, user="ann"):
    """Whether what a request rests on is stale."""

    async def prove():
        await home.service.freshness.prove((user,))
        return STALE.get()

    return home.loop.run_until_complete(prove())


def followed(home):
    home.loop.run_until_complete(home.service.freshness.follow())


def test_who_was_proved_is_answered_while_the_database_is_away_and_nobody_else(pair, postgres, an_event):
    one, _ = pair
    assert not proved(one)
    one.ingest(an_event(1, "ann", "i001"))
    postgres.stop()
    try:
        check_degraded(one, an_event(2, "ann", "i007"))
    finally:
        postgres.start()
    followed(one)
    assert not proved(one)
    assert not proved(one, "bea")
    assert one.ingest(an_event(2, "ann", "i007")) == ["accepted"]
    assert one.service.readiness()["writes"] == "taken"


def check_degraded(home, event):
    assert proved(home)
    assert home.recommend("ann").personalized
    begun = monotonic()
    with pytest.raises(DatabaseAwayError) as refused:  # who may have opted out through another process
        proved(home, "bea")
    assert refused.value.headers["Retry-After"]
    assert monotonic() - begun < 1  # the first one waited for all
    with pytest.raises(DatabaseAwayError):
        home.ingest(event)
    readiness = home.service.readiness()
    assert (readiness["ready"], readiness["state"], readiness["writes"]) == (True, "degraded", "failing")
    assert any("cannot be reached" in each for each in readiness["reasons"])
    with pytest.raises(DatabaseAwayError):
        home.loop.run_until_complete(home.service.awaiting())


def test_what_is_known_to_have_changed_is_not_answered_from(pair, monkeypatch):
    """The other one's opt-out was seen, and then the database went before it could be read."""
    one, other = pair
    proved(one), proved(other)
    other.switch("ann", enabled=False)

    def away(*_):
        raise AWAY

    with monkeypatch.context() as patched:
        patched.setattr(one.stores.identities, "aliases", away)
        for _ in range(2):
            with pytest.raises(DatabaseAwayError):
                proved(one)
    assert not proved(one)
    assert not one.recommend("ann").personalized


def test_what_is_held_is_good_enough_for_a_while_only():
    staleness = Staleness(most=0.05, patience=1)

    async def wait():
        staleness.allow(AWAY, held=True)
        await asyncio.sleep(0.06)
        with pytest.raises(DatabaseAwayError):
            staleness.allow(AWAY, held=True)
        staleness.followed()
        staleness.allow(AWAY, held=True)
        with pytest.raises(DatabaseAwayError):
            staleness.allow(AWAY, held=False)

    asyncio.run(wait())


def test_a_database_that_does_not_answer_is_waited_for_once():
    staleness = Staleness(most=30, patience=0.02)

    async def ask(seconds):
        await asyncio.sleep(seconds)
        return "here"

    async def wait():
        with pytest.raises(DatabaseAwayError, match="no answer within"):
            await staleness.tried(ask(10))
        assert staleness.away is not None
        assert await staleness.tried(ask(0)) == "here"
        assert staleness.away is None

    asyncio.run(wait())
