"""Who was last seen long ago is answered by what they liked then, whatever the half-lives."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIKED, DISLIKED = ("i000", "i006", "i012"), ("i001",)
SHORT = {
    "events": {"half_life_positive_days": 1.0, "half_life_negative_days": 1.0},
    "popularity": {"half_life_days": 1.0},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, open_household, an_item, an_event):
    """A service in which one person said something lately, and everybody else nothing."""
    folder = tmp_path_factory.mktemp("old")
    with open_household(folder, **SHORT) as home:
        home.publish([an_item(number, published_at="2000-01-01T00:00:00Z") for number in range(90)])
        home.ingest(*(an_event(number, "ada", item) for number, item in enumerate(LIKED)))
        home.ingest(*(an_event(number, "ada", item, "dismiss") for number, item in enumerate(DISLIKED, 50)))
        home.ingest(an_event(70, "ada", LIKED[0], "complete"), an_event(71, "ada", LIKED[1], "click"))
    return folder


def asked(open_household, folder, days):
    """(the person's embedding, what they are answered, their profile) so many days later."""
    with open_household(folder, **SHORT, as_of=NOW + timedelta(days=days)) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        context = home.service._recommender.context("ada", 10, [])  # noqa: SLF001 - there is no public way in
        return context.evidence.embedding, home.recommend("ada", debug=True), home.profile("ada")


@pytest.mark.parametrize("days", [1, 148, 151, 540, 1_073, 10_000, -10, -1_100])
def test_directions_scores_and_labels_hold_after_any_number_of_half_lives(open_household, folder, days):
    fresh, _, _ = asked(open_household, folder, 0)
    old, later, profile = asked(open_household, folder, days)
    assert old @ fresh / np.linalg.norm(old) / np.linalg.norm(fresh) > 0.9999
    assert later.personalized
    scores = [item.score for item in later.items]
    assert np.isfinite(scores).all()
    assert min(scores) > -10
    assert {item.label for item in later.items if "liked" in item.label}
    implicit = profile["implicit"]
    for shares in (implicit["topics"], implicit["formats"]):
        assert sum(each["share"] for each in shares) == pytest.approx(1, abs=1e-4)
    assert sum(implicit["hours"]["shares"]) == pytest.approx(1, abs=1e-4)
    assert implicit["reading"]["completion"] == pytest.approx(0.5)


def test_a_half_life_beyond_the_calendar_is_told_as_its_end(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path, events={"half_life_positive_days": 1e9}) as home:
        home.publish([an_item(number) for number in range(30)])
        home.ingest(an_event(1, "ada", "i000"))
        assert home.profile("ada")["implicit"]["topics"][0]["faded_at"] == "9999-12-31T23:59:59+00:00"
