"""The compiled choice of a slate is the one that is computed a column at a time: no drawn scores nearly tie."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.floors import Demand, Pool, affordable, affordable_by_columns
from models.selection import Taste, greedy, greedy_by_columns


def pool_of(seed: int, n: int) -> Pool:
    random = np.random.default_rng(seed)
    topics = random.integers(0, max(1, n // 5), n).astype(np.int32)
    content = random.normal(size=(n, 24)) + 2 * random.normal(size=(max(1, n // 5), 24))[topics]
    content[random.random(n) < 0.1] = content[0] if n else 0
    content /= np.linalg.norm(content, axis=1, keepdims=True) if n else 1
    shares = random.dirichlet(np.ones(max(1, n // 5)))
    return Pool(
        scores=np.sort(random.normal(size=n))[::-1].astype(np.float32),
        topics=topics,
        exploratory=random.random(n) < random.random(),
        recent=random.random(n) < random.random() / 2,
        providers=random.integers(-1, 4, n).astype(np.int32),
        content=content.astype(np.float32),
        shares=shares[topics],
    )


demands = st.builds(
    Demand,
    length=st.integers(1, 20),
    exploration=st.integers(0, 8),
    recency=st.integers(0, 6),
    topic_cap=st.integers(1, 8),
    provider_cap=st.integers(1, 8),
)
tastes = st.builds(
    Taste,
    calibration=st.sampled_from([0.0, 0.2]),
    diversity=st.sampled_from([0.0, 0.15]),
    least_distance=st.sampled_from([0.0, 0.02, 0.4]),
)


@given(st.integers(0, 10_000), st.integers(0, 60), demands)
@settings(max_examples=200)
def test_what_can_be_afforded_is_the_same(seed, n, demand):
    pool = pool_of(seed, n)
    assert affordable(pool, demand) == affordable_by_columns(pool, demand)


@given(st.integers(0, 10_000), st.integers(1, 120), demands, tastes)
@settings(max_examples=200)
def test_the_slate_is_the_same(seed, n, demand, taste):
    pool = pool_of(seed, n)
    owed = affordable(pool, demand)
    assert greedy(pool, owed, taste).tolist() == greedy_by_columns(pool, owed, taste).tolist()
