"""What everybody's answers rest on counts people, and is the same live and after a restart."""

import numpy as np
import pytest

from app.serving.popularity import PopularitySettings
from models.finite import NotFiniteWarning


def scores_of(home, user="newcomer"):
    return {item.item_id: item.score for item in home.recommend(user, limit=20).items}


@pytest.mark.parametrize("half_life_days", [0.01, 14, 30])
def test_the_first_event_of_all_counts_as_after_a_restart(tmp_path, open_household, an_item, an_event, half_life_days):
    settings = {"popularity": PopularitySettings(half_life_days=half_life_days)}
    with open_household(tmp_path, **settings) as home:
        home.publish([an_item(number) for number in range(24)])
        home.ingest(an_event(1, "ada", "i007"))
        live = scores_of(home)
    with open_household(tmp_path, **settings) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        again = scores_of(home)
    assert np.isfinite(list(live.values())).all()
    assert min(live.values()) > -1
    assert live == pytest.approx(again)


def test_one_id_that_clicks_two_thousand_times_is_one_person(home, an_event):
    home.ingest(*(an_event(number, f"reader-{number}", "i000") for number in range(40)))
    home.ingest(*(an_event(f"c{number}", "clicker", "i007", "click") for number in range(2_000)))
    world = home.service.snapshot_swap.current.environment
    popularity, rows = world.popularity, world.catalogue.rows(["i000", "i007"])
    assert popularity.top()[0] == rows[0]
    first, second = popularity.counts(rows)
    assert first == pytest.approx(160 * second)
    assert home.recommend("newcomer").items[0].item_id == "i000"


def test_a_term_that_is_not_finite_is_left_out_and_counted_where_an_operator_looks(home, an_event, monkeypatch):
    home.ingest(an_event(1, "ada", "i007"))
    assert home.service.readiness()["not_finite"] == {}
    popularity = home.service.snapshot_swap.current.environment.popularity
    broken = np.full(90, np.nan, dtype=np.float32)
    monkeypatch.setattr(popularity, "share", lambda rows, now: broken[: len(rows)])  # noqa: ARG005 - as the real one
    with pytest.warns(NotFiniteWarning, match="popularity"):
        slate = home.recommend("newcomer")
    assert len(slate.items) == 10
    assert all(np.isfinite(item.score) for item in slate.items)
    assert home.service.readiness()["not_finite"]["popularity"] > 0
