"""From what people were served to what is done about it: a policy that annoys is gone back from, all by itself."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import orjson
import pytest

from app.alerts.watch import Watch, Watched
from app.serving.policies.folder import Activation

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS, BAD_DAYS = 84, 5


@pytest.fixture
def watch_of(reading, open_household, an_item, tmp_path):
    """A watch on a service in whose past a policy was put in force; and the service."""
    opened = []

    def make(**alerts):
        context = open_household(tmp_path, alerts=alerts)
        home = context.__enter__()
        opened.append(context)
        home.publish([an_item(number) for number in range(60)])
        (tmp_path / "audits").mkdir(exist_ok=True)
        (tmp_path / "audits" / "2026Q1.json").touch()
        swap, service = home.service.snapshot_swap, home.service
        clock = service.person._upkeep.clock  # noqa: SLF001 - the clock that stands still
        insights = SimpleNamespace(reading=reading, answers=reading)
        return home, Watch(home.settings, Watched(swap, service.policies, clock, insights))

    yield make
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def annoyed(connection):
    """Twelve weeks in which 1 of 20 slots is spoken against, and 1 of 5 in the last five days."""
    random = np.random.default_rng(1)
    connection.execute("INSERT INTO people SELECT 'u' || range, false FROM range(80)")
    for number in range(DAYS):
        day = (NOW - timedelta(days=DAYS - number)).replace(tzinfo=None)
        opposed = random.binomial(800, 0.2 if number >= DAYS - BAD_DAYS else 0.05)
        slots = "SELECT ?, 'u' || range % 80, 'i' || range, CASE WHEN range < ? THEN -1 ELSE 1 END, ? FROM range(800)"
        connection.execute(f"INSERT INTO outcomes {slots}", [f"r{number}", int(opposed), day])


def put_in_force(home, days_ago, overrides):
    """As an operator did, so many days ago."""
    policies = home.service.policies
    made = home.loop.run_until_complete(policies.add(overrides, None, "key", "to see"))
    home.loop.run_until_complete(policies.activate(made.policy_id, "key", "a try"))
    log = home.settings.data_dir / "policies" / "activations.ndjson"
    lines = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    lines[-1]["at"] = (NOW - timedelta(days=days_ago)).isoformat()
    lines[0]["at"] = (NOW - timedelta(days=60)).isoformat()
    log.write_bytes(b"".join(orjson.dumps(Activation(**line).model_dump(mode="json")) + b"\n" for line in lines))
    return made.policy_id


def look(home, watch):
    return home.loop.run_until_complete(watch.look())


ACTING = {"actions": {"negative_feedback_rises": "last_good_policy"}}


@pytest.mark.usefixtures("annoyed")
class TestAPolicyThatAnnoys:
    def test_it_is_gone_back_from(self, watch_of, tmp_path):
        home, watch = watch_of(**ACTING)
        good = home.recommend("ada").policy
        bad = put_in_force(home, BAD_DAYS, {"weights": {"popularity": 3.0}})
        assert home.recommend("ada").policy == bad
        (fired,) = look(home, watch)
        assert (fired.name, fired.state) == ("negative_feedback_rises", "firing")
        assert fired.began is not None
        assert abs(fired.began - (NOW - timedelta(days=BAD_DAYS))) <= timedelta(days=1)
        assert home.recommend("ada").policy == good
        action = watch.board.standings[fired.name].action
        assert (action.done, action.policy_before, action.policy) == (True, bad, good)
        entered = home.service.policies.folder.activations()[-1]
        assert (entered.policy_id, entered.by) == (good, "alert")
        assert "negative_feedback_rises" in entered.why
        told = [each["entry"] for each in watch.payload()["history"]]
        assert told == ["acted", "fired"]

    def test_by_default_it_is_only_told(self, watch_of, caplog):
        home, watch = watch_of()
        bad = put_in_force(home, BAD_DAYS, {"weights": {"popularity": 3.0}})
        assert [each.name for each in look(home, watch)] == ["negative_feedback_rises"]
        assert home.recommend("ada").policy == bad
        assert watch.board.standings["negative_feedback_rises"].action is None
        assert "alert negative_feedback_rises fires" in caplog.text

    def test_it_acts_once_and_not_again_while_it_goes_on(self, watch_of):
        home, watch = watch_of(**ACTING)
        put_in_force(home, BAD_DAYS, {"weights": {"popularity": 3.0}})
        look(home, watch)
        again = put_in_force(home, 0, {"weights": {"popularity": 4.0}})
        assert look(home, watch) == []
        assert home.recommend("ada").policy == again

    def test_within_the_cool_down_it_does_nothing_and_says_so(self, watch_of):
        home, watch = watch_of(**ACTING)
        put_in_force(home, BAD_DAYS, {"weights": {"popularity": 3.0}})
        look(home, watch)
        standing = watch.board.standings["negative_feedback_rises"].model_copy(update={"action": None})
        record = home.loop.run_until_complete(watch._actions.act(standing, NOW + timedelta(hours=71)))  # noqa: SLF001
        assert not record.done
        assert "cool-down" in record.detail

    def test_what_was_in_force_too_briefly_is_not_good(self, watch_of):
        home, watch = watch_of(**ACTING, good_hours=24 * 90)
        bad = put_in_force(home, BAD_DAYS, {"weights": {"popularity": 3.0}})
        look(home, watch)
        assert home.recommend("ada").policy == bad
        assert "no other policy" in watch.board.standings["negative_feedback_rises"].action.detail

    def test_what_was_found_outlasts_a_restart(self, watch_of, tmp_path):
        home, watch = watch_of()
        look(home, watch)
        watched = watch._watched  # noqa: SLF001 - the same service
        assert look(home, Watch(home.settings, watched)) == []


def test_rejected_rows_are_counted_over_restarts(watch_of):
    home, watch = watch_of()
    now = datetime.now(UTC).timestamp()
    watch.rows.count(1_000, 80, now)
    fired = look(home, watch)
    assert [each.name for each in fired] == ["rejects_rising"]
    later = Watch(home.settings, watch._watched)  # noqa: SLF001 - the same service
    assert later.rows.shares(now)[0].value == 0.08


def test_the_list_names_every_alert(watch_of):
    home, watch = watch_of(**ACTING)
    look(home, watch)
    told = watch.payload()
    assert len(told["alerts"]) == 10
    assert {each["name"]: each["acts"] for each in told["alerts"]}["negative_feedback_rises"] == "last_good_policy"
    assert {each["name"]: each["state"] for each in told["alerts"]}["diversity_falls"] == "unknown"
