"""Every control on everybody: the known, the never seen, the opted out, the erased and the unknown.

One service serves them all; each test has a person of its own, beside others who go about their business.
"""

from itertools import count

import pytest

from app.errors import EventNotFoundError, NothingToUndoError, PenchantError

STATES = ("learned", "never seen", "opted out", "erased", "unknown")
"""Somebody who never came was at least shown something; of an unknown person not even that is known."""
KNOWN = {"learned", "opted out"}
NUMBERS = count(1_000, 1_000)


@pytest.fixture(scope="module")
def home(tmp_path_factory, open_household, an_item):
    """Where who was erased may be known again at once."""
    with open_household(tmp_path_factory.mktemp("matrix"), control={"refused_days": 0}) as opened:
        opened.publish([an_item(number) for number in range(90)])
        yield opened


class Case:
    """A person in a state."""

    def __init__(self, home, an_event, state):
        self.home, self.state, self.number = home, state, next(NUMBERS)
        self.user, self.known = f"person-{self.number}", state in KNOWN
        self.an_event = an_event
        if self.known or state == "erased":
            self.send(*(f"i{n * 6:03}" for n in range(8)))
            self.send("i001", kind="dismiss")
            home.patch(self.user, goals=["grow vegetables"])
        if state == "opted out":
            home.switch(self.user, enabled=False)
        if state == "erased":
            home.erase(self.user)
        if state == "never seen":
            home.recommend(self.user)

    def send(self, *items, user=None, kind="like"):
        """The statuses of one event about each item."""
        self.number += len(items)
        first = self.number - len(items)
        events = [self.an_event(first + n, user or self.user, item, kind) for n, item in enumerate(items)]
        return self.home.ingest(*events)

    def profile(self):
        return self.home.profile(self.user)

    def actions(self):
        return [each["action"] for each in self.home.controls(self.user)["actions"]]

    def slate(self):
        return [item.item_id for item in self.home.recommend(self.user, limit=20).items]

    def personalized(self):
        return self.home.recommend(self.user).personalized

    def held(self):
        return [each.event.item_id for each in self.home.stores.events.held(self.user)]

    def topic(self, item):
        return self.home.service.snapshot_swap.current.catalogue.slug_of(item)


@pytest.fixture(params=STATES)
def case(request, home, an_event):
    return Case(home, an_event, request.param)


def test_profile(case):
    profile = case.profile()
    assert profile["known"] == case.known
    assert profile["personalization"] == (case.state != "opted out")
    assert bool(profile["explicit"].get("goals")) == case.known
    assert bool(profile["implicit"]["topics"]) == (case.state == "learned")


def test_edit(home, case):
    after = home.patch(case.user, goals=["telescope galaxies"], preferences={"tags": ["astronomy"]})
    assert after["explicit"]["goals"] == ["telescope galaxies"]
    assert case.personalized() == (case.state != "opted out")


def test_more_of_a_topic(home, case):
    topic = case.topic("i005")
    answer = home.wish(case.user, topic, "more")
    assert (answer["before"], answer["after"]) == (None, None)
    assert case.profile()["explicit"]["preferences"]["topics"] == [topic]
    assert case.personalized() == (case.state != "opted out")


def test_less_of_a_topic(home, case):
    home.wish(case.user, case.topic("i005"), "more")
    home.wish(case.user, case.topic("i005"), "less")
    assert case.profile()["explicit"]["preferences"]["less_of"] == [case.topic("i005")]
    assert case.profile()["explicit"]["preferences"]["topics"] == []


def test_mute_a_topic(home, case):
    home.wish(case.user, case.topic("i005"), "mute")
    assert case.topic("i005") not in {case.topic(item) for item in case.slate()}


def test_remove_a_topic(home, case):
    home.wish(case.user, case.topic("i000"), None)
    assert case.topic("i000") not in {each["topic"] for each in case.profile()["implicit"]["topics"]}
    assert case.actions()[-1] == "reset"


def test_a_preview_changes_nothing(home, case):
    before, actions = case.slate(), case.actions()
    for wish in ("more", "less", "mute", None):
        answer = home.wish(case.user, case.topic("i000"), wish, preview=True)
        assert answer["before"]["items"]
        assert answer["after"]["items"]
    assert case.slate() == before
    assert case.actions() == actions
    assert case.profile()["known"] == case.known


def test_ignore_an_event(home, case):
    name = f"e{case.number - 9}"
    if case.known:
        home.ignore_event(case.user, name)
        assert len(case.held()) == 8
    else:
        with pytest.raises(EventNotFoundError):
            home.ignore_event(case.user, name)


def test_reset(home, case):
    receipt = home.reset(case.user)
    assert (receipt["epoch"], receipt["scope"]) == (1, "all")
    assert case.profile()["implicit"]["topics"] == []
    assert case.personalized() == (case.state == "learned")  # by the goals, which stay


def test_undo_a_reset(home, case):
    with pytest.raises(NothingToUndoError):
        home.undo_reset(case.user)
    before = case.slate()
    home.reset(case.user)
    home.undo_reset(case.user)
    assert case.slate() == before


def test_switch_off(home, case):
    counted = home.service.person.action_counts(0).get("personalization_off", 0)
    home.switch(case.user, enabled=False)
    assert not case.personalized()
    held = case.held()
    assert case.send("i050") == ["ignored"]
    assert case.held() == held
    assert "i050" not in case.slate()
    assert home.service.person.action_counts(0)["personalization_off"] == counted + (case.state != "opted out")


def test_switch_on(home, case):
    home.switch(case.user, enabled=True)
    assert case.personalized() == case.known
    assert case.send("i050") == ["accepted"]
    assert case.personalized()


def test_merge_an_anonymous_session_into_them(home, case):
    session = f"session-{case.number}"
    case.send("i011", user=session)
    if case.state == "opted out":
        with pytest.raises(PenchantError, match="switched personalization off"):
            home.merge(case.user, session)
        return
    assert home.merge(case.user, session)["merged"]
    assert not home.merge(case.user, session)["merged"]
    assert case.send("i017", user=session) == ["accepted"]
    assert {"i011", "i017"} <= set(case.held())
    assert not home.profile(session)["known"]


def test_merge_them_into_somebody(home, case):
    other = f"other-{case.number}"
    case.send("i013", "i019", user=other)
    if case.state == "opted out":
        with pytest.raises(PenchantError, match="switched personalization off"):
            home.merge(other, case.user)
        return
    assert home.merge(other, case.user)["merged"]
    assert home.profile(other)["signals"]["positive"] == (10 if case.known else 2)
    with pytest.raises(PenchantError, match="merged into a known person"):
        home.reset(case.user)


def test_export(home, case):
    rows = {name: list(part()) for name, part in home.export(case.user).parts().items()}
    assert len(rows["events"]) == (9 if case.known else 0)
    assert [row["personalization"] for row in rows["users"]] == ([case.state != "opted out"] if case.known else [])
    assert bool(rows["controls"]) == case.known


def test_history(case):
    expected = {"learned": ["profile_edited"], "opted out": ["profile_edited", "personalization_off"]}
    assert case.actions() == expected.get(case.state, [])


def test_erase(home, case):
    home.stores.rewrite().result()  # what erasures before this one left
    receipt = home.erase(case.user)
    assert receipt["deleted"]["events"] == (9 if case.known else 0)
    assert receipt["database_rewritten"] == case.known
    assert not any(home.erase(case.user)["deleted"].values())
    assert not case.profile()["known"]
