"""What settings are worth is measured as the service would rank, and tells good settings from bad ones."""

from dataclasses import replace

import numpy as np
import pytest

from indexer.behaviour import learn_vectors
from indexer.progress import silent
from models.metrics import ndcg_at
from models.user_state import DAY_SECONDS, Blend, Engagements, UserState
from scripts.benchmarks.recall.penchant.configuration import configured
from scripts.benchmarks.tuning.division import TooFewEventsError
from scripts.benchmarks.tuning.search import search
from tests.scripts.benchmarks.tuning import worlds

HALF_LIFE = "events.half_life_positive_days"
DIRECTED = "index.behaviour.factors.transitions.weight"


def chosen_from(walk: worlds.Walk, axes: dict[str, tuple[float, ...]]) -> dict[str, float]:
    judge = worlds.judge_of(worlds.log_of(walk))
    return search(axes, lambda chosen: judge(configured(worlds.small_settings(), chosen)), silent).chosen


def test_where_tastes_drift_a_short_half_life_is_chosen() -> None:
    assert chosen_from(worlds.drifting, {HALF_LIFE: (3650.0, 365.0, 20.0)}) == {HALF_LIFE: 20.0}


def test_where_tastes_last_a_long_half_life_is_chosen() -> None:
    assert chosen_from(worlds.faithful, {HALF_LIFE: (1.0, 365.0)}) == {HALF_LIFE: 365.0}


def test_where_one_item_leads_to_another_the_directed_term_is_switched_on() -> None:
    assert chosen_from(worlds.in_a_row, {DIRECTED: (0.0, 2.0)}) == {DIRECTED: 2.0}


def test_where_order_says_nothing_the_directed_term_stays_off() -> None:
    assert chosen_from(worlds.in_any_order, {DIRECTED: (0.0, 0.5, 2.0)}) == {DIRECTED: 0.0}


def test_where_everybody_likes_the_same_hits_a_ridge_is_chosen_that_sees_past_them() -> None:
    ridge = "index.behaviour.factors.exact.ridge"
    assert chosen_from(worlds.with_hits, {ridge: (1e6, 10.0)}) == {ridge: 10.0}


def test_large_catalogues_are_judged_by_the_spectral_factors_that_they_get() -> None:
    judge = worlds.judge_of(worlds.log_of(worlds.with_hits))
    spectral = worlds.small_settings(**{"index.behaviour.factors.method": "spectral"})
    axes = {"index.behaviour.factors.spectral.popularity_exponent": (1.0, 0.0)}
    found = search(axes, lambda chosen: judge(configured(spectral, chosen)), silent)
    assert found.chosen == {"index.behaviour.factors.spectral.popularity_exponent": 0.0}
    assert not np.array_equal(judge(spectral), judge(worlds.small_settings()))


def test_the_figures_are_those_of_user_states() -> None:
    """Another way to the same numbers: the state that the service keeps, and one person at a time."""
    log = worlds.log_of(worlds.drifting)
    against = np.random.default_rng(3).random(len(log.users)) < 0.3
    log = replace(log, weights=np.where(against, -0.75, 1.25).astype(np.float32))
    judge, settings = worlds.judge_of(log), worlds.small_settings(**{"query.user.beta.behaviour": 0.4})
    division, known = judge.division, judge.division.known
    learned = learn_vectors(
        judge.offer, known.interactions(worlds.PEOPLE, worlds.ITEMS), "an encoder", settings.index.behaviour
    )
    blend = Blend.build(settings.query.user.beta, 3.0, learned.space.content_dimension, learned.space.dimension)
    found = judge(settings)
    for place, user in enumerate(division.asked[:20]):
        mine, now = known.take(known.users == user), float(division.moments[place])
        state = UserState(learned.space.dimension, *(days * DAY_SECONDS for days in (90.0, 60.0)))
        for sums, sign in ((state.positive, 1), (state.negative, -1)):
            events = mine.take(sign * mine.weights > 0)
            topics = np.zeros(len(events.users), np.int32)
            sums.add(Engagements(topics, learned.engage[events.items], abs(events.weights), events.times))
        likes = mine.take(mine.weights > 0)
        scale = state.scale(now, blend, has_explicit=False)
        amounts = likes.weights * np.exp2((likes.times - now) / (90.0 * DAY_SECONDS) - scale)
        linked = amounts @ learned.neighbours.matrix()[likes.items].toarray()
        scores = learned.index @ state.embedding(now, blend) + linked / state.mass(now, blend, has_explicit=False)
        scores[mine.items] = -np.inf
        targets = division.targets[division.offsets[place] : division.offsets[place + 1]]
        assert found[place] == pytest.approx(ndcg_at(np.argsort(-scores)[:20], targets, 20), abs=1e-6)


@pytest.mark.parametrize("half_lives", [148, 1_073, 10_000])
def test_short_half_lives_are_judged_alike_however_long_ago_people_were_last_seen(half_lives: int) -> None:
    judge, short = worlds.judge_of(worlds.log_of(worlds.drifting)), worlds.small_settings(**{HALF_LIFE: 1.0})
    later = replace(judge.division, moments=judge.division.moments + half_lives * DAY_SECONDS)
    fresh = judge(short)
    assert fresh.mean() > 0.1
    np.testing.assert_allclose(replace(judge, division=later)(short), fresh, atol=1e-6)


def test_too_little_to_learn_from_is_an_error() -> None:
    least = worlds.small_settings(**{"index.behaviour.factors.least_interactions": 1_000_000})
    with pytest.raises(TooFewEventsError, match="behaviour is learned from 1000000 on"):
        worlds.judge_of(worlds.log_of(worlds.drifting))(least)
