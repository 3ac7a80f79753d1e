"""Personalisation switched off by the operator: for everybody, in a scenario, for a segment, at once and for good."""

import pytest

from app.errors import CursorError, InvalidPayloadError
from app.policy.charter.charter import PACKAGED
from app.policy.personalization_switch import FILE, PersonalizationSwitch, SwitchFile, Switching, Target

ALL, NEWSLETTER = Target(), Target(scenario="newsletter")
MINORS = Target(segment="age_band", value="under 18")


@pytest.fixture
def opened(tmp_path, open_household):
    file = tmp_path / "charter.toml"
    declared = '\n[attributes]\nage_band = { why = "To spare the young." }\nseats = { why = "Asked for." }\n'
    file.write_text(PACKAGED.read_text(encoding="utf-8") + declared, encoding="utf-8")
    return lambda: open_household(tmp_path, charter=file)


@pytest.fixture
def town(opened, an_item, an_event):
    with opened() as home:
        home.publish([an_item(number) for number in range(48)])
        home.ingest(*(an_event(f"{who}-{n}", who, f"i{n:03}") for who in ("ada", "kid") for n in (0, 6, 12)))
        home.patch("kid", attributes={"age_band": "under 18", "seats": 2})
        yield home


def switch(home, target, *, enabled=False):
    setting = home.service.administrators_switch.set(target, "k1", "An incident.", enabled=enabled)
    return home.loop.run_until_complete(setting)


def told(home, user, **asked):
    slate = home.recommend(user, **asked)
    return slate.personalized, slate.switched_off


def test_each_switch_holds_for_its_own(town):
    assert [told(town, who) for who in ("ada", "kid")] == [(True, None)] * 2
    switch(town, MINORS)
    assert [told(town, who) for who in ("ada", "kid", "new")] == [(True, None), (False, "segment"), (False, None)]
    switch(town, NEWSLETTER)
    assert told(town, "ada", scenario="newsletter") == (False, "scenario")
    assert told(town, "ada", scenario="home") == (True, None)
    switch(town, ALL)
    assert {told(town, who)[1] for who in ("ada", "new")} == {"all"}
    switch(town, ALL, enabled=True)
    assert told(town, "ada") == (True, None)
    assert told(town, "kid") == (False, "segment")


def test_a_number_is_named_as_json_writes_it(town):
    switch(town, Target(segment="seats", value="2"))
    assert told(town, "kid") == (False, "segment")


def test_what_is_shown_then_follows_nothing_but_what_must_be_left_out(town, an_event):
    town.ingest(an_event("no", "ada", "i024", "dismiss"))
    before = {each.item_id for each in town.recommend("ada", limit=40).items}
    switch(town, ALL)
    slate = town.recommend("ada", limit=40)
    shown = {each.item_id for each in slate.items}
    assert not shown & {"i000", "i006", "i012", "i024"}
    assert before
    assert not any(reason.code == "because_you" for each in slate.items for reason in each.reasons)
    assert slate.payload()["switched_off"] == "all"


def test_events_are_learned_from_as_ever_and_the_profile_is_shown(town, an_event):
    switch(town, ALL)
    town.ingest(an_event("later", "ada", "i018"))
    assert town.profile("ada")["signals"]["positive"] == 4
    switch(town, ALL, enabled=True)
    assert town.recommend("ada").personalized


def test_what_was_begun_otherwise_is_not_continued(town):
    first = town.recommend("ada", limit=3)
    switch(town, ALL)
    with pytest.raises(CursorError):
        town.recommend("ada", limit=3, cursor=first.next_cursor)
    assert told(town, "ada", limit=3) == (False, "all")


def test_it_outlasts_a_restart_with_its_record(town, opened):
    switch(town, MINORS)
    switch(town, ALL)
    switch(town, ALL)
    switch(town, ALL, enabled=True)
    held = town.service.administrators_switch.payload()
    assert [each["scope"] for each in held["switched_off"]] == ["segment"]
    assert [(each["scope"], each["enabled"]) for each in held["record"]] == [
        ("segment", False),
        ("all", False),
        ("all", True),
    ]
    (public,) = town.service.transparency()["switched_off"]
    assert public["segment"] == "age_band"
    assert public["why"] == "An incident."
    assert "key_id" not in public
    town.close()
    town.close = lambda: None
    with opened() as again:
        assert again.service.administrators_switch.payload() == held
        again.loop.run_until_complete(again.service.snapshot_swap.refresh())
        assert told(again, "kid") == (False, "segment")


def test_only_what_is_declared_can_be_named(town):
    with pytest.raises(InvalidPayloadError) as refused:
        switch(town, Target(segment="shoe_size", value="41"))
    (problem,) = refused.value.members["errors"]
    assert problem.field == "segment"
    assert "age_band" in problem.message


def test_a_line_that_was_broken_off_takes_no_effect(tmp_path):
    off = Switching(ALL, enabled=False, at="2026-03-01T12:00:00+00:00", key_id="k", why="w")
    PersonalizationSwitch(SwitchFile(tmp_path)).switch(off)
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"scope":"scenario","scen')
    again = PersonalizationSwitch(SwitchFile(tmp_path))
    assert again.in_force == (off,)
    again.switch(Switching(NEWSLETTER, enabled=False, at=off.at, key_id="k", why="w"))
    assert [each.target for each in PersonalizationSwitch(SwitchFile(tmp_path)).in_force] == [ALL, NEWSLETTER]
