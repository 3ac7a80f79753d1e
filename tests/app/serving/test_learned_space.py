"""Where vectors carry behaviour, everything holds that holds where they are content alone."""

import numpy as np
import pytest

from app.storage.rows import LoggedPeople
from indexer.behaviour import EventTable
from indexer.build import Builder, BuildInput
from models.factors.settings import ExactSettings, FactorSettings
from scripts.benchmarks.explanations.counterfactual import Counterfactual
from scripts.benchmarks.explanations.recorded_requests import RecordedRequests

ITEMS, PEOPLE, CONTENT = 90, 60, 64
FACTORS = FactorSettings(
    least_interactions=10, rank=8, neighbours=5, exact=ExactSettings(ridge=5.0, content_weight=1.0)
)
INDEX = {"behaviour": {"factors": FACTORS.model_dump()}}


def publish(home, items):
    """Build from what the service has in its log, and serve it."""
    events = EventTable.from_bytes(home.loop.run_until_complete(home.service.training_events()))
    builder = Builder(home.settings.index, home.encoder, home.cache, home.snapshots, lambda _: None)
    manifest, _ = builder(BuildInput(items, 10**6, events), force=True)
    home.loop.run_until_complete(home.service.snapshot_swap.refresh())
    return manifest


def lives(an_event):
    """Everybody likes a few items of two themes that have nothing in common but their friends; hits are liked more."""
    random = np.random.default_rng(1)
    for person in range(PEOPLE):
        mine = [item for item in range(ITEMS - 6) if item % 6 in {person % 3, person % 3 + 3} and item < 60]
        popularity = np.exp(-np.arange(len(mine)) / 6)
        liked = random.choice(mine, 4 + person % 5, replace=False, p=popularity / popularity.sum())
        for place, item in enumerate(liked):
            yield an_event(f"{person}-{place}", f"friend-{person}", f"i{item:03}", "like", 20.0 - place)


@pytest.fixture(scope="module", params=[0, 10_000], ids=["halves", "singles"])
def town(request, tmp_path_factory, open_household, an_item, an_event):
    items = [an_item(number) for number in range(ITEMS)]
    with open_household(tmp_path_factory.mktemp("town"), index=INDEX | {"half_from": request.param}) as home:
        home.publish(items)
        home.ingest(*lives(an_event))
        assert publish(home, items).method == "exact"
        yield home


def catalogue(home):
    return home.service.snapshot_swap.current.catalogue


def slate(home, user):
    return [(item.item_id, round(item.score, 4)) for item in home.recommend(user).items]


def test_it_says_whether_vectors_carry_behaviour(town, home):
    assert town.service.readiness()["vectors"] == "exact"
    assert home.service.readiness()["vectors"] == "content"


def test_what_is_liked_together_is_recommended_though_its_content_has_nothing_in_common(town, an_event):
    town.ingest(*(an_event(f"c{n}", "carla", f"i{n:03}") for n in (0, 6, 12)))
    served, person = catalogue(town), town.service.snapshot_swap.current.people.get("carla")
    embedding = person.state.embedding(
        town.settings.as_of.timestamp(), town.service.snapshot_swap.current.environment.blend
    )
    scores = served.index.all()[:60, CONTENT:] @ embedding[CONTENT:]
    by_theme = [scores[theme::6].mean() for theme in range(6)]
    assert min(by_theme[0], by_theme[3]) > 3 * max(by_theme[theme] for theme in (1, 2, 4, 5))


def test_a_new_item_gets_at_once_the_vectors_that_the_next_build_gives_it(tmp_path, open_household, an_item, an_event):
    items = [an_item(number) for number in range(ITEMS)]
    now = "2026-03-01T11:59:00+00:00"
    new = an_item(500, published_at=now)
    with open_household(tmp_path, index=INDEX) as home:
        home.publish(items)
        home.ingest(*lives(an_event))
        publish(home, items)
        home.put(new)
        at_once = relations(catalogue(home), new.item_id)
        publish(home, [*items, new])
        after = relations(catalogue(home), new.item_id)
    for before, built in zip(at_once, after, strict=True):
        assert np.corrcoef(before, built)[0, 1] > 0.99
        assert np.linalg.norm(built) == pytest.approx(np.linalg.norm(before), rel=0.05)


def relations(served, item_id):
    """What engaging with other items adds to the score of an item, and it to theirs, by behaviour alone."""
    row, others = served.row(item_id), np.arange(ITEMS)
    engage, index = served.engage.all()[:, CONTENT:], served.index.all()[:, CONTENT:]
    assert np.linalg.norm(engage[row]) > 0
    return engage[others] @ index[row], index[others] @ engage[row]


def test_a_changed_item_keeps_its_behaviour_and_one_that_nobody_met_takes_that_of_its_new_content(town, an_item):
    met, unmet = 0, ITEMS - 1
    served = catalogue(town)
    before = {row: (served.engage.at(row).copy(), served.index.at(row).copy()) for row in (met, unmet)}
    town.put(an_item(met, title="another title"), an_item(unmet, title="another title", text="soil and compost"))
    for column, vector in zip((served.engage, served.index), before[met], strict=True):
        np.testing.assert_array_equal(column.at(met)[CONTENT:], vector[CONTENT:])
        assert not np.allclose(column.at(met)[:CONTENT], vector[:CONTENT])
    promised = served.space.engage_of(served.content.at(unmet)[None])[0]
    np.testing.assert_allclose(served.engage.at(unmet), promised, rtol=1e-7 if served.content.whole else 1e-3)
    assert not np.allclose(served.engage.at(unmet)[CONTENT:], before[unmet][0][CONTENT:])


def test_the_state_does_not_depend_on_the_order_of_delivery_and_is_that_of_the_log(town, an_event):
    acts = [(n, f"i{n * 7 % 60:03}", ("like", "dislike", "click")[n % 3], float(n)) for n in range(12)]
    for user, order in (("dora", acts), ("emil", acts[::-1])):
        town.ingest(*(an_event(f"{user}{n}", user, item, kind, days) for n, item, kind, days in order))
    generation = town.service.snapshot_swap.current
    dora, emil = (generation.people.get(user).state for user in ("dora", "emil"))
    for one, other in ((dora.positive, emil.positive), (dora.negative, emil.negative)):
        np.testing.assert_allclose(one.vectors, other.vectors, atol=1e-5)
    live = dora.positive.vectors.copy()
    generation.people.forget("dora")
    generation.people.load(
        LoggedPeople.of(town.stores.events.columns_of(["dora"])), [], town.stores.forgettings.seen(["dora"])
    )
    np.testing.assert_allclose(generation.people.get("dora").state.positive.vectors, live, atol=1e-5)


def test_after_a_reset_the_slate_is_that_of_somebody_who_never_came(town, an_event):
    never_seen = slate(town, "finn")
    town.ingest(*(an_event(f"f{n}", "finn", f"i{n:03}", days_ago=0.5) for n in (1, 7, 13)))
    assert slate(town, "finn") != never_seen
    town.reset("finn")
    assert slate(town, "finn") == never_seen


def test_shares_add_up_and_without_its_evidence_an_item_scores_and_ranks_lower(town, an_event):
    town.ingest(*(an_event(f"g{n}", "gina", f"i{n:03}", ("like", "save", "dislike")[n % 3]) for n in range(0, 40, 3)))
    generation = town.service.snapshot_swap.current
    requests = RecordedRequests(generation, town.settings.as_of.timestamp(), 10)
    answer = requests.ask(requests.context("gina", generation.people.get("gina")))
    verdicts = list(Counterfactual(generation.people).verdicts(answer))
    assert verdicts
    assert all(verdict.score and verdict.rank for verdict in verdicts)
    for item in town.recommend("gina", limit=10, debug=True).items:
        assert sum(part.part for part in item.attribution.evidence) == pytest.approx(item.score, abs=1e-5)
