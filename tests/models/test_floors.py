from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.floors import Demand, Pool, affordable
from models.selection import Taste, select

TOPICS = 4


def pool_of(scores, topics, exploratory, recent, providers=None):
    n = len(scores)
    content = np.random.default_rng(n).normal(size=(n, 6)).astype(np.float32)
    content /= np.linalg.norm(content, axis=1, keepdims=True) if n else 1
    unnamed = np.full(n, -1, dtype=np.int32)
    return Pool(
        scores, topics, exploratory, recent, unnamed if providers is None else providers, content, np.ones(n) / 2
    )


@st.composite
def pools(draw, largest=9):
    n = draw(st.integers(0, largest))
    topics = np.array(draw(st.lists(st.integers(0, TOPICS - 1), min_size=n, max_size=n)), dtype=np.int32)
    outside = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), dtype=np.bool_)
    recent = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)), dtype=np.bool_)
    scores = np.array(draw(st.lists(st.floats(-1, 1, width=32), min_size=n, max_size=n)), dtype=np.float32)
    providers = np.array(draw(st.lists(st.integers(-1, 2), min_size=n, max_size=n)), dtype=np.int32)
    return pool_of(scores, topics, outside, recent, providers)


demands = st.builds(
    Demand,
    length=st.integers(1, 6),
    exploration=st.integers(0, 4),
    recency=st.integers(0, 4),
    topic_cap=st.integers(1, 4),
    provider_cap=st.integers(1, 6),
)
tastes = st.builds(
    Taste,
    calibration=st.sampled_from([0.0, 0.3]),
    diversity=st.sampled_from([0.0, 0.15]),
    least_distance=st.sampled_from([0.0, 0.2]),
)


def kept(pool: Pool, chosen: np.ndarray, demand: Demand) -> bool:
    largest = np.bincount(pool.topics[chosen], minlength=1).max() if len(chosen) else 0
    return (
        len(chosen) == demand.length
        and pool.exploratory[chosen].sum() >= demand.exploration
        and pool.recent[chosen].sum() >= demand.recency
        and largest <= demand.topic_cap
    )


def under_provider_cap(pool: Pool, chosen: np.ndarray, demand: Demand) -> bool:
    named = pool.providers[chosen][pool.providers[chosen] >= 0]
    return not len(named) or np.bincount(named).max() <= demand.provider_cap


def possible(pool: Pool, demand: Demand) -> bool:
    return any(kept(pool, np.array(each, dtype=int), demand) for each in combinations(range(len(pool)), demand.length))


@given(pools(), demands, tastes)
@settings(max_examples=300)
def test_whatever_is_affordable_is_kept(pool, demand, taste):
    owed = affordable(pool, demand)
    chosen = select(pool, owed, taste)
    assert len(set(chosen.tolist())) == len(chosen)
    assert kept(pool, chosen, owed)


@given(pools(largest=8), demands, tastes)
@settings(max_examples=200)
def test_the_provider_cap_is_kept_whenever_some_slate_keeps_it_and_all_else(pool, demand, taste):
    owed = affordable(pool, demand)
    chosen = select(pool, owed, taste)
    if not under_provider_cap(pool, chosen, owed):
        slates = (np.array(each, dtype=int) for each in combinations(range(len(pool)), owed.length))
        assert not any(kept(pool, each, owed) and under_provider_cap(pool, each, owed) for each in slates)


@given(pools(largest=8), demands)
@settings(max_examples=300)
def test_nothing_is_given_up_that_some_slate_could_keep(pool, demand):
    if len(pool) >= demand.length and possible(pool, demand):
        assert affordable(pool, demand) == demand


@given(pools(), demands)
def test_the_length_is_filled_whenever_there_are_items(pool, demand):
    assert affordable(pool, demand).length == min(demand.length, len(pool))


@given(pools())
def test_without_promises_the_slate_is_the_ranking(pool):
    chosen = select(pool, Demand(len(pool), 0, 0, max(1, len(pool)), max(1, len(pool))))
    np.testing.assert_array_equal(chosen, np.argsort(-pool.scores, kind="stable"))


def test_exploratory_items_are_spread_over_the_slate():
    n = 40
    topics = np.array([0] * 30 + [1] * 10, dtype=np.int32)
    pool = pool_of(np.linspace(1, 0, n, dtype=np.float32), topics, topics == 1, np.zeros(n, dtype=np.bool_))
    chosen = select(pool, Demand(20, 4, 0, 20, 20))
    assert np.flatnonzero(pool.exploratory[chosen]).tolist() == [4, 9, 14, 19]


def test_the_cap_gives_way_before_a_floor_does():
    topics = np.array([0, 0, 0, 1, 1], dtype=np.int32)
    pool = pool_of(np.ones(5, np.float32), topics, topics == 1, np.zeros(5, dtype=np.bool_))
    assert affordable(pool, Demand(4, 2, 0, 1, 4)) == Demand(4, 2, 0, 2, 4)


@pytest.mark.parametrize("demand", [Demand(3, 0, 0, 1, 1), Demand(3, 3, 3, 3, 3)])
def test_an_empty_pool_gives_an_empty_slate(demand):
    nothing = pool_of(np.empty(0, np.float32), np.empty(0, np.int32), np.empty(0, np.bool_), np.empty(0, np.bool_))
    assert len(select(nothing, affordable(nothing, demand))) == 0


def test_diversity_is_the_greedy_determinant():
    rng = np.random.default_rng(3)
    scores, topics = np.sort(rng.uniform(size=12)).astype(np.float32)[::-1], np.zeros(12, dtype=np.int32)
    pool = pool_of(scores, topics, np.zeros(12, dtype=np.bool_), np.zeros(12, dtype=np.bool_))
    chosen = select(pool, Demand(4, 0, 0, 12, 12), Taste(diversity=0.2)).tolist()
    likeness, relative = (pool.content @ pool.content.T).astype(np.float64), scores / np.ptp(scores)
    expected: list[int] = []
    for _ in range(4):
        others = [each for each in range(12) if each not in expected]

        def worth(item: int) -> float:
            slate = [*expected, item]
            return relative[slate].sum() + 0.2 * np.linalg.slogdet(likeness[np.ix_(slate, slate)])[1]

        expected.append(max(others, key=worth))
    assert chosen == expected


def test_two_items_that_are_nearly_the_same_are_not_both_chosen():
    pool = pool_of(np.array([3, 2, 1], np.float32), np.zeros(3, np.int32), np.zeros(3, np.bool_), np.zeros(3, np.bool_))
    pool.content[1] = pool.content[0]
    assert select(pool, Demand(2, 0, 0, 3, 3), Taste(least_distance=0.05)).tolist() == [0, 2]
    assert select(pool, Demand(3, 0, 0, 3, 3), Taste(least_distance=0.05)).tolist() == [0, 2, 1]


def test_calibration_gives_each_interest_its_share():
    topics = np.array([0] * 20 + [1] * 20, dtype=np.int32)
    pool = pool_of(np.linspace(1, 0, 40, dtype=np.float32), topics, np.zeros(40, np.bool_), np.zeros(40, np.bool_))
    shares = np.where(topics == 0, 0.7, 0.3)
    calibrated = select(replace(pool, shares=shares), Demand(10, 0, 0, 10, 10), Taste(calibration=20.0))
    assert (topics[calibrated] == 1).sum() == 3
