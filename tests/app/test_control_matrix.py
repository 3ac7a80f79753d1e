"""Every control on everybody: the known, the never seen, the opted out, the erased and the unknown."""

import pytest

from app.errors import EventNotFoundError, NothingToUndoError, PenchantError

STATES = ("learned", "never seen", "opted out", "erased", "unknown")
"""Somebody who never came was at least shown something; of an unknown person not even that is known."""
USER = "ada"


def enter(home, an_event, state):
    """Bring a person into a state."""
    if state in {"learned", "opted out", "erased"}:
        home.ingest(*(an_event(n, USER, f"i{n * 6:03}") for n in range(8)), an_event(90, USER, "i001", "dismiss"))
        home.patch(USER, goals=["grow vegetables"])
    if state == "opted out":
        home.switch(USER, enabled=False)
    if state == "erased":
        home.erase(USER)
    if state == "never seen":
        home.recommend(USER)


@pytest.fixture(params=STATES)
def state(request, home, an_event):
    """A household in which Ada is in one of the states, and Bob goes about his business."""
    home.ingest(*(an_event(500 + n, "bob", f"i{n * 6 + 1:03}") for n in range(4)))
    enter(home, an_event, request.param)
    return request.param


def topic_of(home, item):
    return home.service.rollover.current.catalogue.slug_of(item)


def slate(home, user=USER):
    return [item.item_id for item in home.recommend(user, limit=20).items]


def personalized(home):
    return home.recommend(USER).personalized


def events_held(home):
    return len(home.stores.events.held(USER))


def test_profile(home, state):
    profile = home.service.person.profile(USER)
    assert profile["known"] == (state in {"learned", "opted out"})
    assert profile["personalization"] == (state != "opted out")
    assert bool(profile["explicit"].get("goals")) == (state in {"learned", "opted out"})
    assert bool(profile["implicit"]["topics"]) == (state == "learned")


def test_edit(home, state):
    after = home.patch(USER, goals=["telescope galaxies"], preferences={"tags": ["astronomy"]})
    assert after["explicit"]["goals"] == ["telescope galaxies"]
    assert personalized(home) == (state != "opted out")


def test_more_of_a_topic(home, state):
    topic = topic_of(home, "i005")  # chess
    answer = home.wish(USER, topic, "more")
    assert (answer["before"], answer["after"]) == (None, None)
    assert home.service.person.profile(USER)["explicit"]["preferences"]["topics"] == [topic]
    assert personalized(home) == (state != "opted out")


def test_mute_a_topic(home, state):
    assert state
    topic = topic_of(home, "i005")
    home.wish(USER, topic, "mute")
    assert topic not in {topic_of(home, item) for item in slate(home)}


def test_remove_a_topic(home, state):
    topic = topic_of(home, "i000")
    home.wish(USER, topic, None)
    shares = {each["topic"] for each in home.service.person.profile(USER)["implicit"]["topics"]}
    assert topic not in shares
    assert bool(shares) is False or state == "learned"


def test_a_preview_changes_nothing(home, state):
    before, actions = slate(home), len(home.service.person.controls(USER)["actions"])
    for wish in ("more", "less", "mute", None):
        home.wish(USER, topic_of(home, "i000"), wish, preview=True)
    assert slate(home) == before
    assert len(home.service.person.controls(USER)["actions"]) == actions
    assert home.service.person.profile(USER)["known"] == (state in {"learned", "opted out"})


def test_ignore_an_event(home, state):
    if state in {"learned", "opted out"}:
        home.ignore_event(USER, "e0")
        assert events_held(home) == 8
    else:
        with pytest.raises(EventNotFoundError):
            home.ignore_event(USER, "e0")


def test_reset(home, state):
    receipt = home.reset(USER)
    assert (receipt["epoch"], receipt["scope"]) == (1, "all")
    assert home.service.person.profile(USER)["implicit"]["topics"] == []
    assert personalized(home) == (state == "learned")  # by the goals, which stay


def test_undo_a_reset(home, state):
    before = slate(home)
    with pytest.raises(NothingToUndoError):
        home.undo_reset(USER)
    home.reset(USER)
    home.undo_reset(USER)
    assert slate(home) == before
    assert state


def test_switch_off(home, an_event, state):
    home.switch(USER, enabled=False)
    assert not personalized(home)
    held = events_held(home)
    assert home.ingest(an_event(77, USER, "i050")) == ["ignored"]
    assert events_held(home) == held
    assert "i050" not in slate(home)
    assert home.service.person.action_counts(0)["personalization_off"] == 1 + (state == "opted out")


def test_switch_on(home, an_event, state):
    home.switch(USER, enabled=True)
    assert personalized(home) == (state in {"learned", "opted out"})
    assert home.ingest(an_event(77, USER, "i050")) == ["accepted"]
    assert personalized(home)


def test_merge_an_anonymous_session_into_them(home, an_event, state):
    home.ingest(an_event(300, "anon", "i011"))
    if state == "opted out":
        with pytest.raises(PenchantError, match="switched personalization off"):
            home.merge(USER, "anon")
        assert not home.service.person.profile("anon")["explicit"]
        return
    assert home.merge(USER, "anon")["merged"]
    assert not home.merge(USER, "anon")["merged"]
    assert home.ingest(an_event(301, "anon", "i017")) == ["accepted"]
    held = {each.event.item_id for each in home.stores.events.held(USER)}
    assert {"i011", "i017"} <= held
    assert not home.service.person.profile("anon")["known"]


def test_merge_them_into_somebody(home, state):
    if state == "opted out":
        with pytest.raises(PenchantError, match="switched personalization off"):
            home.merge("bob", USER)
        return
    assert home.merge("bob", USER)["merged"]
    assert home.service.person.profile("bob")["signals"]["positive"] == (12 if state == "learned" else 4)
    with pytest.raises(PenchantError, match="merged into a known person"):
        home.reset(USER)


def test_export(home, state):
    export = home.service.person.export(USER)
    rows = {name: list(part()) for name, part in export.parts().items()}
    known = state in {"learned", "opted out"}
    assert len(rows["events"]) == (9 if known else 0)
    assert [row["personalization"] for row in rows["users"]] == ([state != "opted out"] if known else [])
    assert bool(rows["controls"]) == known


def test_history(home, state):
    actions = [each["action"] for each in home.service.person.controls(USER)["actions"]]
    expected = {"learned": ["profile_edited"], "opted out": ["profile_edited", "personalization_off"]}
    assert actions == expected.get(state, [])


def test_erase(home, state):
    receipt = home.erase(USER)
    known = state in {"learned", "opted out"}
    assert receipt["deleted"]["events"] == (9 if known else 0)
    assert receipt["database_rewritten"] == known
    assert not any(home.erase(USER)["deleted"].values())
    assert not home.service.person.profile(USER)["known"]
