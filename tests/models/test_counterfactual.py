import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.counterfactual import Average, Removed, Scores

PRIOR = 0.5


def averages(masses, groups, likeness):
    """What the events carry of n means, each over the events of one group, and their parts of the weights."""
    same = groups[:, None] == np.arange(likeness.shape[1])[None, :] % 2
    total = PRIOR + masses @ same
    parts = np.where(same, masses[:, None] / total, 0.0)
    return parts * likeness, parts


def whole(masses, groups, likeness, rest, factor):
    square = np.square(masses).sum()
    long_term = (masses @ likeness) / np.sqrt(square) if square else np.zeros(likeness.shape[1])
    return Scores(long_term, (averages(masses, groups, likeness)[0].sum(axis=0),), rest, factor, square)


@given(st.integers(1, 8), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_scores_without_a_set_are_those_of_a_person_who_never_did_these_things(k, n, seed):
    rng = np.random.default_rng(seed)
    masses, groups, likeness = rng.uniform(0.1, 3, k), rng.integers(0, 2, k), rng.uniform(-1, 1, (k, n))
    rest, factor = rng.uniform(-0.2, 0.2, n), rng.uniform(0.1, 1, n)
    members = rng.integers(0, 2, (4, k)).astype(float)
    values, parts = averages(masses, groups, likeness)
    heavy = members * masses
    removed = Removed(heavy @ likeness, members @ np.square(masses), (Average(members @ values, members @ parts),))
    without = whole(masses, groups, likeness, rest, factor).without(removed)
    for number, left_out in enumerate(members):
        left = np.flatnonzero(left_out == 0)
        expected = whole(masses[left], groups[left], likeness[left], rest, factor).whole()
        np.testing.assert_allclose(without[number], expected, atol=1e-9)
