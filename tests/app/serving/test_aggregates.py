"""What everybody's answers rest on counts people, and is the same live and after a restart."""

import numpy as np
import pytest

from app.serving.popularity import PopularitySettings
from app.serving.trending import Trending
from indexer.behaviour import EventTable
from models.factors.transitions import count_transitions
from models.finite import NotFiniteWarning
from models.ids import IdMap


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


def crowd(home, an_event, clicks):
    """Forty people like i000; one id clicks i007 again and again."""
    home.ingest(*(an_event(number, f"reader-{number}", "i000") for number in range(40)))
    home.ingest(*(an_event(f"c{number}", "clicker", "i007", "click") for number in range(clicks)))


def counts(home, *items):
    environment = home.service.snapshot_swap.current.environment
    return environment.popularity.counts(environment.catalogue.rows(items)).tolist()


def reopened(home):
    home.loop.run_until_complete(home.service.snapshot_swap.refresh())
    return home


def test_one_id_that_clicks_again_and_again_is_one_person(home, an_event):
    crowd(home, an_event, clicks=1_000)
    first, second = counts(home, "i000", "i007")
    assert first == pytest.approx(160 * second)
    assert home.service.readiness()["set_aside"] == {"people": 0, "events": 0}
    assert home.recommend("newcomer").items[0].item_id == "i000"


def test_ten_thousand_events_of_one_person_move_no_aggregate_beyond_one_persons_weight(home, an_event):
    """Eight days of nearly as many events as a person may have, on two items; three people like another one."""
    kinds = ("click", "like", "save", "complete")
    home.ingest(*(an_event(f"r{number}", f"reader-{number}", "i000", days_ago=0.5) for number in range(3)))
    for day in range(8):
        sent = [("i007", "i013")[number % 2] for number in range(1_250)]
        home.ingest(
            *(
                an_event(f"{day}-{number}", "zealot", item, kinds[number % 4], days_ago=day + 0.1)
                for number, item in enumerate(sent)
            )
        )
    assert home.service.readiness()["set_aside"] == {"people": 0, "events": 0}
    environment = home.service.snapshot_swap.current.environment
    rows, now = environment.catalogue.rows(["i000", "i007", "i013"]), home.settings.as_of.timestamp()
    people = environment.popularity.people(rows, now)
    strongest = float(home.settings.events.table().weight.max())
    assert people[0] > people[1:].max() / strongest * 2
    assert people[1:].max() <= strongest
    rising = home.loop.run_until_complete(Trending(home.settings.trending)(home.service.snapshot_swap.current, now))
    assert dict(zip(rising.rows.tolist(), rising.people.tolist(), strict=True)) == {int(rows[0]): 3}
    table = EventTable.from_bytes(home.loop.run_until_complete(home.service.training_events()))
    learned = table.interactions(environment.catalogue.snapshot.items.ids)
    assert len(learned) == 3 + 2
    assert learned.matrix.data.max() <= strongest


def test_a_machine_is_set_aside_and_counted_and_answered_all_the_same(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path) as home:
        home.publish([an_item(number) for number in range(90)])
        crowd(home, an_event, clicks=1_000)
        home.ingest(*(an_event(f"d{number}", "clicker", "i013", "click") for number in range(1_000)))
        assert counts(home, "i007", "i013") == [0, 0]
        assert home.service.readiness()["set_aside"] == {"people": 1, "events": 2_000}
        slate = home.recommend("clicker")
        assert slate.personalized
        assert {item.title.split()[0] for item in slate.items} & {"gardening"}
        table = EventTable.from_bytes(home.loop.run_until_complete(home.service.training_events()))
        assert (len(table.users), table.set_aside) == (40, (1, 2_000))
    with open_household(tmp_path) as home:
        assert counts(reopened(home), "i007", "i013") == [0, 0]
        assert home.service.readiness()["set_aside"] == {"people": 1, "events": 2_000}
        home.erase("clicker")
        assert home.service.readiness()["set_aside"] == {"people": 0, "events": 0}


def test_what_counts_is_the_same_after_a_restart_in_whatever_order_it_came(tmp_path, open_household, an_item, an_event):
    random, settings = np.random.default_rng(5), {"events": {"machine_events_per_day": 12}}
    kinds = ("click", "like", "save", "dislike", "impression")
    with open_household(tmp_path, **settings) as home:
        home.publish([an_item(number) for number in range(24)])
        for number in range(300):
            user, item = f"u{int(random.zipf(1.5)) % 7}", f"i{random.integers(24):03}"
            days = float(random.choice([0.0, 0.5, 3.0, 100.0, 300.0]))
            home.ingest(an_event(number, user, item, str(random.choice(kinds)), days))
        home.reset("u3")
        home.switch("u4", enabled=False)
        aside, live = home.service.readiness()["set_aside"], home.service.snapshot_swap.current.environment.popularity
    with open_household(tmp_path, **settings) as home:
        again = reopened(home).service.snapshot_swap.current.environment.popularity
        assert home.service.readiness()["set_aside"] == aside
    assert 0 < aside["people"] < 5
    rows, now = np.arange(24, dtype=np.int32), home.settings.as_of.timestamp()
    np.testing.assert_allclose(live.share(rows, now), again.share(rows, now), rtol=1e-6)
    np.testing.assert_array_equal(live.top(), again.top())


def test_one_id_moves_no_link_between_items_beyond_one_persons_weight():
    """Two thousand events of one id on two items are one pair each in what factors are learned from."""
    items = np.tile(np.array([0, 1], dtype=np.int32), 1_000)
    table = EventTable(
        np.zeros(2_000, np.int32), items, ["a", "b"], np.full(2_000, 0.25, np.float32), np.arange(2e3), 1
    )
    learned = table.interactions(IdMap.build(["a", "b"]))
    assert learned.matrix.toarray().tolist() == [[0.25, 0.25]]
    assert count_transitions(learned, 0.6, 10).toarray().sum() == 1


def test_a_term_that_is_not_finite_is_left_out_and_counted_where_an_operator_looks(home, an_event, monkeypatch):
    home.ingest(an_event(1, "ada", "i007"))
    assert home.service.readiness()["not_finite"] == {}
    popularity = home.service.snapshot_swap.current.environment.popularity
    as_of = popularity.as_of
    monkeypatch.setattr(popularity, "as_of", lambda now: as_of(now)._replace(highest=np.nan))
    with pytest.warns(NotFiniteWarning, match="popularity"):
        slate = home.recommend("newcomer")
    assert len(slate.items) == 10
    assert all(np.isfinite(item.score) for item in slate.items)
    assert home.service.readiness()["not_finite"]["popularity"] > 0
