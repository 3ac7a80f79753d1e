"""A clock that leaps ahead, or is set back: nothing is deleted by it, and nothing of the present is refused."""

import json
import time
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from app.access.keyring import Keyring
from app.access.tokens import read
from app.clock_witness import ClockWitness, confirm
from indexer.documents import EventDocument

DAY = 86_400.0
YEAR = 365 * DAY
T0 = 1_780_000_000.0


@pytest.fixture
def clock(monkeypatch):
    """The machine's clocks, to be moved."""

    class Moved:
        wall, running = T0, 1_000.0

        def pass_by(self, seconds):
            self.wall += seconds
            self.running += seconds

    moved = Moved()
    monkeypatch.setattr(time, "time", lambda: moved.wall)
    monkeypatch.setattr("app.clock_witness.time.monotonic", lambda: moved.running)
    return moved


@pytest.fixture
def told():
    """An event at a moment, by default now; its id is its number."""

    def telling(number, user="ann", at=None, item=None):
        fields = {"event_id": f"e{number}", "user_id": user, "item_id": item or f"i{number % 30:03}", "type": "like"}
        occurred = {} if at is None else {"occurred_at": datetime.fromtimestamp(at, UTC).isoformat()}
        return EventDocument.model_validate(fields | occurred, strict=False)

    return telling


@pytest.fixture
def started(clock, tmp_path, open_household, an_item):
    """Opens the same household again; the first time with a catalogue."""
    assert time.time() == clock.wall

    def starting():
        return open_household(tmp_path, as_of=None)

    with starting() as home:
        home.publish([an_item(number) for number in range(30)])
    return starting


def enforce(home):
    home.loop.run_until_complete(home.service.snapshot_swap.refresh())
    return home.loop.run_until_complete(home.service._retention.enforce())  # noqa: SLF001 - what runs daily


def test_a_clock_four_years_ahead_for_one_start_deletes_nothing(started, clock, told):
    with started() as home:
        enforce(home)
        assert set(home.ingest(*(told(n, at=clock.wall - n) for n in range(50)))) == {"accepted"}
    clock.wall += 4 * YEAR
    with started() as home:
        assert enforce(home).events == 0
        clock.pass_by(3_600)
        assert enforce(home).events == 0
        assert len(home.stores.events.columns()) == 50
        assert "days ahead" in home.service.readiness()["reasons"][0]
        assert home.ingest(told(60, at=clock.wall - 4 * YEAR)) == ["accepted"]  # whose clock is right
    clock.wall -= 4 * YEAR
    with started() as home:
        assert enforce(home).events == 0
        assert home.service.readiness()["reasons"] == []
        assert home.ingest(told(61, at=clock.wall), told(62)) == ["accepted", "accepted"]


def test_a_leap_that_lasts_is_followed_unless_it_would_delete_too_much(started, clock, told):
    with started() as home:
        enforce(home)
        home.ingest(*(told(n, at=clock.wall - n) for n in range(50)))
    clock.wall += 4 * YEAR
    with started() as home:
        enforce(home)
        for _ in range(26):
            clock.pass_by(3_600)
            home.service._clock.settled()  # noqa: SLF001 - as every event does
        assert enforce(home).events == 0
        assert "50 of 50 events would be deleted" in home.service.readiness()["reasons"][0]
        confirm(home.settings.data_dir)
        clock.pass_by(61)
        home.service._clock.settled()  # noqa: SLF001 - likewise
        assert enforce(home).events == 50
        assert home.service.readiness()["reasons"] == []


def test_a_service_that_was_off_for_a_month_deletes_what_is_due_a_day_later(started, clock, told):
    with started() as home:
        enforce(home)
        keep = home.service.gate.keep_days("like") * DAY
        home.ingest(told(1, at=clock.wall - keep + 5 * DAY), *(told(n) for n in range(2, 30)))
    clock.pass_by(30 * DAY)
    clock.running = 5.0  # another boot
    with started() as home:
        assert enforce(home).events == 0
        for _ in range(25):
            clock.pass_by(3_600)
            home.service._clock.settled()  # noqa: SLF001 - as every event does
        assert enforce(home).events == 1


def test_ten_minutes_back_the_present_is_not_the_future(started, clock, told):
    with started() as home:
        enforce(home)
        home.ingest(told(1))
        right = clock.wall
        clock.wall -= 600
        clock.running += 1
        assert home.ingest(told(2, at=right)) == ["accepted"]
        assert home.ingest(told(3, at=right + 3_600)) == ["rejected"]
    with started() as home:
        enforce(home)
        assert home.ingest(told(4, at=right)) == ["accepted"]


def test_a_day_back_after_a_reset_new_events_count_and_late_ones_do_not(started, clock, told):
    with started() as home:
        enforce(home)
        home.ingest(told(1))
        home.reset("ann")
        clock.pass_by(60)
        assert home.ingest(told(2), told(3, at=clock.wall - 3_600)) == ["accepted", "ignored"]
        clock.wall -= DAY
    with started() as home:
        enforce(home)
        clock.pass_by(5)
        assert home.ingest(told(4), told(5, at=clock.wall - 3)) == ["accepted", "accepted"]
        assert home.ingest(told(6, at=clock.wall - 3_600)) == ["ignored"]
        home.reset("ann")
        clock.pass_by(5)
        assert home.ingest(told(7), told(8, at=clock.wall - 3_600)) == ["accepted", "ignored"]


def test_what_is_decided_during_a_leap_shuts_nothing_out_then_or_later(started, clock, told):
    with started() as home:
        enforce(home)
        home.ingest(told(1))
        right = clock.wall
        clock.wall += 4 * YEAR
        home.reset("ann")
        home.erase("bea")
        assert home.ingest(told(9, at=right).model_copy(update={"user_id": "bea"})) == ["rejected"]
        home.take_back("bea")
        clock.pass_by(5)
        soon = told(2, at=right + 5), told(3, at=right - 3_600)
        assert home.ingest(*soon) == ["accepted", "ignored"]  # whose clock is right
        (home.settings.data_dir / "clock.json").unlink()  # what the leap told was not kept
        clock.wall -= 4 * YEAR
    with started() as home:
        enforce(home)
        clock.pass_by(5)
        late = told(5, at=right - 3_600)
        assert home.ingest(told(4, at=clock.wall), late) == ["accepted", "ignored"]
        returned = told(6, at=clock.wall).model_copy(update={"user_id": "bea"})
        assert home.ingest(returned) == ["accepted"]


def test_a_leap_that_is_long_over_lets_nothing_late_in_when_the_clock_is_set_back(started, clock, told):
    with started() as home:
        enforce(home)
        home.ingest(told(1))
        clock.wall += 4 * YEAR
        home.ingest(told(2, at=clock.wall - 4 * YEAR))
        clock.wall -= 4 * YEAR
        home.reset("ann")
        clock.wall -= 600
        clock.pass_by(5)
        late, new = told(3, at=clock.wall + 600 - 1_200), told(4, at=clock.wall + 600)
        assert home.ingest(late, new, told(5)) == ["ignored", "accepted", "accepted"]


def test_a_reset_can_be_undone_though_the_clock_leapt(started, clock, told):
    with started() as home:
        enforce(home)
        home.ingest(told(1))
        home.reset("ann")
        clock.wall += 3 * DAY
        home.loop.run_until_complete(home.service.person.finish_resets())
        assert len(home.stores.events.held("ann")) == 1
        clock.wall -= 3 * DAY
        home.undo_reset("ann")
        assert len(home.stores.events.columns(user_id="ann")) == 1


def test_clocks_that_drift_are_not_set(tmp_path, clock):
    witness = ClockWitness(tmp_path)
    for _ in range(1_000):
        clock.wall += 60
        clock.running += 60.01
        seen = witness.look()
    assert seen.trusted == clock.wall


def test_what_was_seen_is_kept_and_a_damaged_file_begins_anew(tmp_path, clock):
    ClockWitness(tmp_path).close()
    clock.wall -= 600
    assert ClockWitness(tmp_path).look().trusted == clock.wall + 600
    kept = json.loads((tmp_path / "clock.json").read_text())
    (tmp_path / "clock.json").write_text(json.dumps(kept | {"highest": T0}))  # as version 0.3.0 wrote it
    assert ClockWitness(tmp_path).look().trusted == clock.wall + 600
    (tmp_path / "clock.json").write_text("{")
    assert ClockWitness(tmp_path).look().trusted == clock.wall


def test_a_token_outlives_a_clock_that_is_set_back():
    keyring, _ = Keyring().with_key("shop", (), datetime.now(UTC))
    key, now = keyring.signing[-1], datetime.now(UTC)
    claims = {"sub": "ann", "aud": "here", "iat": now + timedelta(minutes=10), "exp": now + timedelta(minutes=25)}
    token = jwt.encode(claims, key.secret, "HS256", {"kid": key.key_id})
    assert read(keyring, token, "here").user_id == "ann"
