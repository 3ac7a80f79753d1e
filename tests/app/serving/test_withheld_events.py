"""With `keep_as_seen` off nothing is held of what a person does not permit, whatever came first and whatever comes."""

from contextlib import suppress
from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.clock import Clock
from app.errors import NothingToUndoError
from app.policy.retention import Retention
from models.user_state import DAY_SECONDS

TOPICS = {
    "i300": {"religion"},
    "i301": {"gambling"},
    "i302": {"religion", "gambling"},
    "i000": set(),
    "i001": set(),
}
NUMBERS = count(1)
DROPPING = {"firewall": {"keep_as_seen": False}}
EVENT = st.tuples(st.just("event"), st.sampled_from(sorted(TOPICS)), st.sampled_from(["like", "dislike", "dismiss"]))
PERMIT = st.tuples(st.just("permit"), st.frozensets(st.sampled_from(["religion", "gambling"])))
CONTROL = st.tuples(st.sampled_from(["reset", "forget", "undo", "off", "on"]))
SOME = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
CHARTER = """
name = "Test"
personalised = "Items."
outcome = "None."
disclosure = "This is a test."
[events]
like = {{ why = "test", keep_days = 400 }}
[profile]
allowed_sensitive_topics = {{ why = "test" }}
[sensitive]
gambling = {{ mode = "{mode}" }}
"""


def shelf(an_item, **topics):
    """Thirty ordinary items and the sensitive ones; `topics` of an item by its id replaces what it is about."""
    about = {name: sorted(held) for name, held in TOPICS.items()} | topics
    special = [an_item(int(name[1:]), sensitive_topics=list(held)) for name, held in about.items()]
    return [*(an_item(number) for number in range(2, 30)), *special]


@pytest.fixture(scope="module")
def dropping(tmp_path_factory, open_household, an_item):
    with open_household(tmp_path_factory.mktemp("dropping"), **DROPPING) as home:
        home.publish(shelf(an_item))
        yield home


@pytest.fixture
def fresh(tmp_path, open_household, an_item):
    with open_household(tmp_path, **DROPPING) as home:
        home.publish(shelf(an_item))
        yield home


def held(home, user):
    """Ids of all items that anything is held about, forgotten or not."""
    parts = home.export(user).parts()
    slates = {item["item_id"] for slate in parts["slates"]() for item in slate["items"]}
    return {row["item_id"] for part in ("events", "forgotten", "seen") for row in parts[part]()} | slates


def forbidden(permitted):
    return {item for item, topics in TOPICS.items() if topics - permitted}


def masses(home, user):
    person = home.service.snapshot_swap.current.people.get(user)
    state = [person.state.positive, person.state.negative] if person else []
    return {sums: dict(zip(each.topics.tolist(), each.masses, strict=True)) for sums, each in enumerate(state)}


def do(home, an_event, user, place, step):
    """One step of a person's life; what cannot be undone is not."""
    if step[0] == "event":
        home.ingest(an_event(f"{user}-{place}", user, step[1], step[2]))
    elif step[0] == "permit":
        home.patch(user, allowed_sensitive_topics=sorted(step[1]))
    elif step[0] in {"reset", "forget"}:
        home.reset(user, keep_seen=step[0] == "reset")
    elif step[0] == "undo":
        with suppress(NothingToUndoError):
            home.undo_reset(user)
    else:
        home.switch(user, enabled=step[0] == "on")
    home.recommend(user, limit=5)


@SOME
@given(steps=st.lists(st.one_of(EVENT, EVENT, PERMIT, CONTROL), min_size=1, max_size=12))
def test_nothing_is_held_of_what_is_not_permitted_after_any_step(dropping, an_event, steps):
    user, permitted = f"any{next(NUMBERS)}", frozenset()
    for place, step in enumerate(steps):
        permitted = step[1] if step[0] == "permit" else permitted
        do(dropping, an_event, user, place, step)
        assert not held(dropping, user) & forbidden(permitted)


@SOME
@given(steps=st.lists(st.one_of(EVENT, EVENT, PERMIT), min_size=1, max_size=12))
def test_a_person_is_who_did_only_what_was_permitted_ever_since(dropping, an_event, steps):
    number = next(NUMBERS)
    one, other, done, permitted = f"one{number}", f"other{number}", [], frozenset()
    for place, step in enumerate(steps):
        do(dropping, an_event, one, place, step)
        permitted = step[1] if step[0] == "permit" else permitted
        done = [event for event in [*done, *([step] if step[0] == "event" else [])] if TOPICS[event[1]] <= permitted]
    dropping.patch(other, allowed_sensitive_topics=sorted(permitted))
    dropping.ingest(*(an_event(f"{other}-{place}", other, *event[1:]) for place, event in enumerate(done)))
    mine, theirs = masses(dropping, one), masses(dropping, other)
    assert {sign: sorted(sums) for sign, sums in mine.items() if sums} == {
        sign: sorted(sums) for sign, sums in theirs.items() if sums
    }
    for sign in mine:
        np.testing.assert_allclose(sorted(mine[sign].values()), sorted(theirs.get(sign, {}).values()), atol=1e-9)
    log = dropping.stores.events.columns(user_id=one)
    assert sorted(log.items[code] for code in log.item_codes) == sorted(event[1] for event in done)


def test_withdrawing_deletes_and_permitting_again_brings_nothing_back(fresh, an_event):
    events = [an_event("told", "ann", "i301"), an_event("plain", "ann", "i000")]
    fresh.patch("ann", allowed_sensitive_topics=["gambling"])
    assert fresh.ingest(*events) == ["accepted", "accepted"]
    fresh.patch("ann", allowed_sensitive_topics=None)
    assert held(fresh, "ann") == {"i000"}
    fresh.patch("ann", allowed_sensitive_topics=["gambling"])
    assert held(fresh, "ann") == {"i000"}
    assert fresh.ingest(*events) == ["duplicate", "duplicate"]
    assert held(fresh, "ann") == {"i000"}
    assert fresh.ingest(an_event("anew", "ann", "i301")) == ["accepted"]


def test_the_persons_history_says_how_much_was_deleted_and_not_about_what(fresh, an_event):
    fresh.patch("ann", allowed_sensitive_topics=["gambling"])
    fresh.ingest(an_event(1, "ann", "i301"), an_event(2, "ann", "i301", "dismiss"))
    fresh.patch("ann", allowed_sensitive_topics=None)
    actions = fresh.controls("ann")["actions"]
    assert [each["action"] for each in actions] == ["profile_edited", "profile_edited", "withheld_events_deleted"]
    assert actions[-1]["detail"] == {"events": 2}
    assert fresh.service.person.action_counts(0.0)["withheld_events_deleted"] == 1


def test_a_reset_taken_back_brings_back_nothing_of_what_was_withdrawn_meanwhile(fresh, an_event):
    fresh.patch("ann", allowed_sensitive_topics=["gambling"])
    fresh.ingest(an_event(1, "ann", "i301"), an_event(2, "ann", "i000"))
    fresh.reset("ann", keep_seen=True)
    assert held(fresh, "ann") == {"i301", "i000"}
    fresh.patch("ann", allowed_sensitive_topics=None)
    assert held(fresh, "ann") == {"i000"}
    fresh.undo_reset("ann")
    assert held(fresh, "ann") == {"i000"}


def test_who_has_switched_off_is_not_remembered_to_have_seen_it(fresh, an_event):
    fresh.switch("ann", enabled=False)
    assert fresh.ingest(an_event(1, "ann", "i301"), an_event(2, "ann", "i000")) == ["ignored", "ignored"]
    assert held(fresh, "ann") == {"i000"}


def test_what_becomes_sensitive_by_a_new_version_of_the_item_goes(fresh, an_item, an_event):
    fresh.ingest(an_event(1, "ann", "i001"), an_event(2, "ann", "i002"))
    fresh.reset("ann", keep_seen=True)
    fresh.ingest(an_event(3, "bob", "i001"), an_event(4, "bob", "i002"))
    fresh.put(an_item(1, sensitive_topics=["religion"]))
    assert (held(fresh, "ann"), held(fresh, "bob")) == ({"i002"}, {"i002"})


def test_what_becomes_sensitive_by_a_new_snapshot_goes(fresh, an_item, an_event):
    fresh.patch("bob", allowed_sensitive_topics=["religion"])
    fresh.ingest(an_event(1, "ann", "i001"), an_event(2, "ann", "i002"), an_event(3, "bob", "i001"))
    fresh.publish(shelf(an_item, i001=["religion"]))
    assert (held(fresh, "ann"), held(fresh, "bob")) == ({"i002"}, {"i001"})


def test_who_takes_over_a_history_takes_over_only_what_they_permit(fresh, an_event):
    fresh.patch("guest", allowed_sensitive_topics=["religion", "gambling"])
    fresh.patch("ann", allowed_sensitive_topics=["religion"])
    fresh.ingest(*(an_event(number, "guest", f"i30{number}") for number in range(3)), an_event(9, "guest", "i000"))
    fresh.merge("ann", "guest")
    assert held(fresh, "ann") == {"i300", "i000"}
    assert fresh.ingest(an_event(10, "guest", "i301")) == ["ignored"]


def test_an_item_that_is_gone_goes_with_the_permission_that_nobody_can_hold_it_to(fresh, an_event):
    fresh.patch("ann", allowed_sensitive_topics=["gambling"])
    fresh.ingest(an_event(1, "ann", "i301"), an_event(2, "bob", "i003"))
    fresh.delete("i301")
    fresh.delete("i003")
    assert (held(fresh, "ann"), held(fresh, "bob")) == ({"i301"}, {"i003"})
    fresh.patch("ann", allowed_sensitive_topics=["gambling", "religion"])
    assert held(fresh, "ann") == {"i301"}
    fresh.patch("ann", allowed_sensitive_topics=["religion"])
    fresh.patch("bob", allowed_sensitive_topics=["religion"])
    assert (held(fresh, "ann"), held(fresh, "bob")) == (set(), {"i003"})


def test_what_was_kept_as_seen_goes_when_a_service_starts_that_keeps_nothing(
    tmp_path, open_household, an_item, an_event
):
    with open_household(tmp_path) as home:
        home.publish(shelf(an_item))
        home.patch("ann", allowed_sensitive_topics=["gambling"])
        home.ingest(an_event(1, "ann", "i301"), an_event(2, "ann", "i300"), an_event(3, "ann", "i000"))
        home.patch("ann", allowed_sensitive_topics=None)
        assert held(home, "ann") == {"i301", "i300", "i000"}
    with open_household(tmp_path, **DROPPING) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert held(home, "ann") == {"i000"}
        learned = masses(home, "ann")
    with open_household(tmp_path, **DROPPING) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        home.patch("ann", allowed_sensitive_topics=["gambling", "religion"])
        assert held(home, "ann") == {"i000"}
        assert masses(home, "ann") == learned


def test_what_a_changed_charter_no_longer_leaves_free_goes_at_the_start(tmp_path, open_household, an_item, an_event):
    charter = tmp_path / "charter.toml"
    charter.write_text(CHARTER.format(mode="free"))
    with open_household(tmp_path / "data", charter=charter, **DROPPING) as home:
        home.publish(shelf(an_item))
        assert home.ingest(an_event(1, "ann", "i301"), an_event(2, "ann", "i000")) == ["accepted", "accepted"]
    charter.write_text(CHARTER.format(mode="recommend_only"))
    with open_household(tmp_path / "data", charter=charter, **DROPPING) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert held(home, "ann") == {"i000"}


def test_the_daily_job_deletes_what_a_failure_left(fresh, an_event, monkeypatch):
    fresh.patch("ann", allowed_sensitive_topics=["gambling"])
    fresh.ingest(an_event(1, "ann", "i301"))
    with monkeypatch.context() as broken:
        broken.setattr(fresh.stores.events, "withdraw", lambda _: pytest.fail("the disk is full"))
        with pytest.raises(pytest.fail.Exception):
            fresh.patch("ann", allowed_sensitive_topics=None)
    assert held(fresh, "ann") == {"i301"}
    assert not fresh.recommend("ann").personalized
    job = Retention(
        fresh.service.snapshot_swap, fresh.stores, Clock(fresh.settings.as_of), fresh.service.gate, 30 * DAY_SECONDS
    )
    fresh.loop.run_until_complete(job.enforce())
    assert "i301" not in held(fresh, "ann")
