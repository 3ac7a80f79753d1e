"""Retention: what is older than the charter keeps it is deleted, and nothing that was learned of it stays."""

import asyncio
from datetime import timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from app.clock import Clock
from app.policy.charter.charter import CharterError, load_charter
from app.policy.charter.ingestion_gate import IngestionGate
from app.policy.retention import Retention
from app.settings import CONFIG_VARIABLE
from models.events import EventType
from models.user_state import DAY_SECONDS
from scripts.cli import app as penchant

CHARTER = """
name = "Test"
personalised = "Items."
outcome = "None."
disclosure = "This is a test."
[events]
click = { why = "test", keep_days = 30 }
like = { why = "test", keep_days = 100 }
"""


@pytest.fixture
def kept(tmp_path, open_household, an_item, an_event):
    """Ann's like of 20 days and click of 10 days ago, and Bob's like of yesterday."""
    charter = tmp_path / "charter.toml"
    charter.write_text(CHARTER)
    with open_household(tmp_path / "data", charter=charter) as home:
        home.publish([an_item(number) for number in range(12)])
        old = [an_event(1, "ann", "i000", days_ago=20.0), an_event(2, "ann", "i001", "click", days_ago=10.0)]
        assert home.ingest(*old, an_event(3, "bob", "i002")) == ["accepted"] * 3
        yield home


def retention(home, days_later):
    clock = Clock(home.settings.as_of + timedelta(days=days_later))
    return Retention(home.service.snapshot_swap, home.stores, clock, home.service.gate, 30 * DAY_SECONDS)


def enforce(home, days_later):
    return home.loop.run_until_complete(retention(home, days_later).enforce())


def test_nothing_goes_before_its_time(kept):
    expired = enforce(kept, 19.9)
    assert (expired.events, expired.users) == (0, ())
    assert len(kept.stores.events.columns()) == 3


def test_each_type_goes_when_its_own_time_is_over_and_people_are_as_if_it_had_never_been(kept, an_event):
    assert (enforce(kept, 25.0).events, kept.recommend("ann").personalized) == (1, True)
    people = kept.service.snapshot_swap.current.people
    kept.ingest(an_event(4, "cid", "i000", days_ago=20.0))
    np.testing.assert_allclose(people.get("ann").state.positive.masses, people.get("cid").state.positive.masses)
    assert enforce(kept, 90.0).users == ("ann", "cid")
    assert not kept.recommend("ann").personalized
    assert kept.recommend("bob").personalized
    assert kept.stores.events.columns().users == ["bob"]


def test_what_was_seen_long_ago_may_come_again(kept):
    assert "i000" not in {item.item_id for item in kept.recommend("ann", limit=12).items}
    enforce(kept, 90.0)
    assert "i000" in {item.item_id for item in kept.recommend("ann", limit=12).items}


def seen(home, user):
    return [row["item_id"] for row in home.export(user).parts()["seen"]()]


def test_that_an_item_was_seen_is_kept_as_long_as_the_longest_kept_event(kept, an_event):
    kept.reset("ann", keep_seen=True)
    kept.switch("bob", enabled=False)
    statuses = kept.ingest(an_event(4, "bob", "i003", days_ago=10.0), an_event(5, "bob", "i004", days_ago=101.0))
    assert statuses == ["ignored", "ignored"]
    assert (sorted(seen(kept, "ann")), seen(kept, "bob")) == (["i000", "i001"], ["i003"])
    enforce(kept, 85.0)
    assert (seen(kept, "ann"), seen(kept, "bob")) == (["i001"], ["i003"])
    assert "i000" in {item.item_id for item in kept.recommend("ann", limit=12).items}
    enforce(kept, 95.0)
    assert (seen(kept, "ann"), seen(kept, "bob")) == ([], [])
    assert {"i001", "i003"} <= {item.item_id for item in kept.recommend("bob", limit=12).items}


SEEN_FOR_LONG = f"""{CHARTER}
[seen]
why = "test"
keep_days = 1000
"""


@pytest.fixture
def remembered(tmp_path, open_household, an_item):
    """A service whose charter keeps what was seen for 1,000 days, and likes for 100."""
    (tmp_path / "charter.toml").write_text(SEEN_FOR_LONG)
    with open_household(tmp_path / "data", charter=tmp_path / "charter.toml") as home:
        home.publish([an_item(number) for number in range(12)])
        yield home


def shown(home, user):
    return {item.item_id for item in home.recommend(user, limit=12).items}


def test_what_was_seen_is_known_longer_than_its_event_where_the_charter_says_so(remembered, an_event):
    remembered.ingest(an_event(1, "ann", "i000", days_ago=20.0))
    enforce(remembered, 90.0)
    assert len(remembered.stores.events.columns()) == 0
    assert not remembered.recommend("ann").personalized
    assert (seen(remembered, "ann"), "i000" in shown(remembered, "ann")) == (["i000"], False)
    enforce(remembered, 985.0)
    assert (seen(remembered, "ann"), "i000" in shown(remembered, "ann")) == ([], True)


def test_an_event_that_comes_too_late_to_be_learned_from_still_says_that_the_item_was_seen(remembered, an_event):
    late, later = an_event(1, "ann", "i000", days_ago=500.0), an_event(2, "ann", "i001", days_ago=1_500.0)
    results = remembered.loop.run_until_complete(remembered.service.ingest([late, later]))
    assert [(each.status, each.reason, each.seen) for each in results] == [
        ("ignored", "too_old", True),
        ("ignored", "too_old", False),
    ]
    assert results[0].message == (
        "is older than the 100 days that the charter keeps a like (keep_days): only that the item was seen is stored"
    )
    assert results[1].message.endswith("nothing was stored")
    assert seen(remembered, "ann") == ["i000"]
    assert "i000" not in shown(remembered, "ann")
    assert "i001" in shown(remembered, "ann")
    assert not remembered.recommend("ann").personalized


def test_what_was_forgotten_or_is_not_to_be_kept_does_not_come_back_as_seen(remembered, an_event):
    remembered.ingest(an_event(1, "ann", "i002"), an_event(2, "bob", "i002"))
    remembered.reset("ann", keep_seen=False)
    remembered.switch("bob", enabled=False, keep_seen=False)
    late = [an_event(10 + n, user, "i000", days_ago=500.0) for n, user in enumerate(("ann", "bob"))]
    assert remembered.ingest(*late) == ["ignored", "ignored"]
    assert (seen(remembered, "ann"), seen(remembered, "bob")) == ([], [])


def test_a_later_event_keeps_it_known_for_longer(remembered, an_event):
    remembered.ingest(an_event(1, "ann", "i000", days_ago=900.0), an_event(2, "ann", "i000", days_ago=50.0))
    enforce(remembered, 60.0)
    enforce(remembered, 200.0)
    assert seen(remembered, "ann") == ["i000"]


def test_erasing_a_person_erases_what_they_saw_long_ago(remembered, an_event):
    remembered.ingest(an_event(1, "ann", "i000", days_ago=500.0))
    remembered.erase("ann")
    assert seen(remembered, "ann") == []


def test_the_packaged_charter_tells_how_long_it_is_known_that_an_item_was_seen():
    charter = load_charter()
    assert charter.seen is not None
    assert charter.seen.keep_days > max(use.keep_days for use in charter.events.values())


@pytest.mark.parametrize("section", ["profile", "attributes", "context", "item_attributes"])
def test_a_charter_promises_no_span_that_nothing_enforces(tmp_path, section):
    name = "role" if section == "profile" else "colour"
    (tmp_path / "charter.toml").write_text(f'{CHARTER}\n[{section}]\n{name} = {{ why = "test", keep_days = 30 }}\n')
    with pytest.raises(CharterError, match="keep_days"):
        load_charter(tmp_path / "charter.toml")


def test_types_that_the_charter_gives_up_are_not_kept_at_all(kept):
    charter = kept.service.gate.charter
    gate = IngestionGate(charter.model_copy(update={"events": {EventType.LIKE: charter.events[EventType.LIKE]}}))
    job = Retention(kept.service.snapshot_swap, kept.stores, Clock(kept.settings.as_of), gate, 30 * DAY_SECONDS)
    assert kept.loop.run_until_complete(job.enforce()).events == 1
    assert sorted(kept.stores.events.columns().items) == ["i000", "i002"]


def test_the_job_goes_on_after_a_failure(kept, monkeypatch, caplog):
    job, tries = retention(kept, 90.0), []
    enforce_really = job.enforce

    async def at_first_broken():
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the disk is full")
        if len(tries) == 3:
            raise asyncio.CancelledError
        return await enforce_really()

    monkeypatch.setattr(Retention, "enforce", lambda _: at_first_broken())
    with pytest.raises(asyncio.CancelledError):
        kept.loop.run_until_complete(job.forever(1e-9))
    assert "retention could not be enforced" in caplog.text
    assert kept.stores.events.columns().users == ["bob"]


def test_the_command_deletes_from_the_database_of_a_stopped_service(tmp_path, open_household, an_item, an_event):
    (tmp_path / "charter.toml").write_text(CHARTER)
    with open_household(tmp_path / "data", charter=tmp_path / "charter.toml") as home:
        home.publish([an_item(number) for number in range(3)])
        home.ingest(an_event(1, "ann", "i000", days_ago=20.0), an_event(2, "bob", "i001"))
        later = (home.settings.as_of + timedelta(days=90)).isoformat()
    config = tmp_path / "penchant.toml"
    config.write_text(f'data_dir = "{tmp_path / "data"}"\nas_of = {later}\ncharter = "{tmp_path / "charter.toml"}"\n')
    # named by the environment, which the runner gives back, and not by --config, which stays there
    done = CliRunner().invoke(penchant, ["enforce-retention"], env={CONFIG_VARIABLE: str(config)})
    said = "deleted 1 events of 1 people, 0 whose item did not come, and 0 days of served answers"
    assert done.output.strip() == said
    with open_household(tmp_path / "data") as home:
        assert home.stores.events.columns().users == ["bob"]
