"""Propensities of exploration against counted draws."""

import numpy as np
import pytest

from models.inclusion import BetaDraws, inclusion_probabilities


def counted(draws, rng, times=20_000):
    """How often each draw is among the highest."""
    drawn = rng.beta(draws.a, draws.b, size=(times, len(draws.a)))
    highest = np.argsort(-drawn, axis=1)[:, : draws.taken]
    return np.bincount(highest.ravel(), minlength=len(draws.a)) / times


@pytest.mark.parametrize(("topics", "taken"), [(8, 2), (20, 6), (60, 6), (200, 6), (60, 1)])
def test_they_are_near_what_is_counted(topics, taken):
    rng = np.random.default_rng(topics + taken)
    prior = rng.uniform(0.05, 0.95, topics)
    draws = BetaDraws(8 * prior + rng.poisson(0.5, topics), 8 * (1 - prior) + rng.poisson(1.0, topics), taken)
    (found,) = inclusion_probabilities([draws])
    assert np.abs(found - counted(draws, rng)).max() < 0.04
    assert found.sum() == pytest.approx(taken, abs=0.02)


def test_several_draws_at_once_are_as_each_alone():
    few, many = BetaDraws(np.ones(5), np.arange(1.0, 6.0), 2), BetaDraws(np.full(9, 3.0), np.full(9, 5.0), 4)
    together, alone = inclusion_probabilities([few, many]), [inclusion_probabilities([one])[0] for one in (few, many)]
    for found, expected in zip(together, alone, strict=True):
        assert found == pytest.approx(expected, abs=1e-4)
    assert together[1] == pytest.approx(np.full(9, 4 / 9), abs=1e-4)


def test_where_all_are_taken_each_is_certain():
    (found,) = inclusion_probabilities([BetaDraws(np.ones(3), np.ones(3), 6)])
    assert found.tolist() == [1.0, 1.0, 1.0]


def test_without_draws_there_is_nothing():
    assert inclusion_probabilities([]) == []
