"""Simulated people before a real service: what a holdout lacks, and a policy that narrows slates, are found.

The people of `penchant simulate` (scripts/simulation/people.py), with their tastes, dislikes, fatigue and weeks, are
served by the pipeline, the stores and the log of this service, day by day. They are made up: this shows that what is
measured is told, and never that recommendations are good.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from app.insights.experiments.experiment import Plan
from indexer.documents import EventDocument
from scripts.simulation.people import TOPICS, People
from tests.app.conftest import household, make_item

pytestmark = pytest.mark.nightly

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
COUNT, SLATE, ITEMS = 240, 10, 240
SEEN = 0.9 ** np.arange(SLATE)
EXPERIMENT_DAYS, BAD_DAY, DAYS = range(2, 30), 37, 48
SUBJECTS = (
    "rust compiler", "garden compost", "telescope nebula", "garlic recipe", "bicycle gears", "chess endgame",
    "violin concerto", "harbour sailing", "pottery glaze", "tax return", "glacier climate", "football league",
)  # fmt: skip
NARROW: dict[str, Any] = {
    "weights": {"similarity": 0.0, "interest": 0.0, "session": 0.0, "popularity": 3.0},
    "aversion": dict.fromkeys(("dislike", "dismiss", "less_like_this", "report"), 0.0),
    "variety": {"calibration": 0.0},
}
DRIFT = {"baseline_days": 28, "lag_days": 7, "least_people": 50, "least_slots": 200}
HOLDOUT = {"variants": [{"name": "control"}, {"name": "holdout", "personalized": False}]}


class Town:
    """Everybody, and the service that serves them."""

    def __init__(self, home: Any, seed: int) -> None:
        self.home = home
        self.random = np.random.default_rng(seed)
        self.people = People.born(COUNT, self.random)
        self.clock = home.service._clock  # noqa: SLF001 - a clock that stands still, and is set by the day
        self.events = 0

    def live(self, day: int) -> None:
        """One day: who comes is served, sees some of it, takes some of it up, and speaks against some."""
        weekday, served = day % 7, np.zeros((COUNT, TOPICS))
        self.clock._standing = (BEGAN + timedelta(days=day)).timestamp()  # noqa: SLF001 - as above
        rows = []
        for who in self.people.visitors(weekday, self.random).tolist():
            slate = self.home.recommend(f"person-{who:03d}", SLATE, explain="label")
            subjects = np.array([int(item.item_id[1:]) % TOPICS for item in slate.items])
            served[who] += np.bincount(subjects, minlength=TOPICS)
            rows += self._reactions(who, weekday, slate, subjects)
        assert set(self.home.ingest(*rows)) == {"accepted"}
        self.people.tire(served)

    def _reactions(self, who: int, weekday: int, slate: Any, subjects: Any) -> list[EventDocument]:
        everywhere = np.full(len(subjects), who)
        chances = self.random.random((3, len(subjects)))
        seen = chances[0] < SEEN[: len(subjects)]
        likes = seen & (chances[1] < self.people.liking(everywhere, subjects))
        against = seen & ~likes & (chances[2] < self.people.opposing(everywhere, subjects, weekday))
        kinds = (("impression", seen), ("like", likes), ("dislike", against))
        return [self._event(who, slate, place, kind) for kind, mask in kinds for place in np.flatnonzero(mask).tolist()]

    def _event(self, who: int, slate: Any, place: int, kind: str) -> EventDocument:
        self.events += 1
        row = {"event_id": f"e{self.events}", "user_id": f"person-{who:03d}", "item_id": slate.items[place].item_id}
        at = {"type": kind, "occurred_at": datetime.fromtimestamp(self.clock.now() + 60, UTC).isoformat()}
        return EventDocument.model_validate(
            row | at | {"recommendation_id": slate.recommendation_id, "position": place}, strict=False
        )

    def look(self) -> dict[str, str]:
        """Alert -> state, of those on daily figures."""
        self.home.loop.run_until_complete(self.home.service.watch.look())
        told = self.home.service.watch.payload()["alerts"]
        daily = ("diversity_falls", "negative_feedback_rises", "opt_outs_rise")
        return {each["name"]: each["state"] for each in told if each["name"] in daily}


def item(number: int) -> Any:
    subject = SUBJECTS[number % TOPICS]
    text = f"{subject} {subject} number {number}"
    published = (BEGAN - timedelta(days=100) + timedelta(days=number * 170 / ITEMS)).isoformat()
    return make_item(
        number, title=text, text=text, tags=subject.split(), published_at=min(published, BEGAN.isoformat())
    )


def test_an_experiment_and_an_alert_tell_what_people_really_got(tmp_path: Any) -> None:
    with household(tmp_path, as_of=BEGAN, alerts={"drift": DRIFT}) as home:
        home.publish([item(number) for number in range(ITEMS)])
        service, town = home.service, Town(home, seed=1)
        service.assign(service.experiments.assigned)
        fired: list[int] = []
        for day in range(DAYS):
            if day == EXPERIMENT_DAYS.start:
                service.experiments.add("holdout", Plan.model_validate(HOLDOUT), "key")
            if day == EXPERIMENT_DAYS.stop:
                service.experiments.stop("holdout")
                told = service.comparisons.compare("holdout")
            if day == BAD_DAY:
                bad = home.loop.run_until_complete(service.policies.add(NARROW, None, "key", "a try")).policy_id
                home.loop.run_until_complete(service.policies.activate(bad, "key", "a try"))
            if day >= BAD_DAY and town.look()["diversity_falls"] == "firing":
                fired.append(day)
                break
            town.live(day)
    engagement = next(each for each in told["measures"] if each["primary"])["variants"][1]
    print(f"\nholdout: {engagement}; fired {fired}, bad since {BAD_DAY}; events {town.events:,}")  # noqa: T201
    assert engagement["lift"] < -0.05, (
        "who is in which variant is drawn anew, and 240 people are few: lower at most looks"
    )
    assert engagement["says"] != "higher"
    assert not told["sample_ratio"]["mismatch"]
    assert fired
    assert fired[0] > BAD_DAY
