import numpy as np
import pytest

from models.statistics import doubly_robust, effective_size, importance, inverse_propensity, self_normalized

REWARDS = np.array([1.0, 0.0, 1.0, 1.0])
LOGGED = np.array([0.5, 0.5, 0.25, 0.5])
TARGET = np.array([0.75, 0.25, 0.5, 0.0])
PEOPLE = np.array([0, 0, 1, 2])


def test_the_estimates_by_hand() -> None:
    """Weights 1.5, .5, 2, 0: IPS (1.5 + 2) / 4, SNIPS 3.5 / 4 of the weights' sum of 4."""
    weights = importance(TARGET, LOGGED)
    np.testing.assert_allclose(weights, [1.5, 0.5, 2.0, 0.0])
    assert float(inverse_propensity(REWARDS, weights, PEOPLE).value) == pytest.approx(0.875)
    assert float(self_normalized(REWARDS, weights, PEOPLE).value) == pytest.approx(3.5 / 4)
    assert effective_size(weights) == pytest.approx(16 / 6.5)


def test_doubly_robust_by_hand() -> None:
    """Means .5 each, plus weights times (reward - .4): 1.5*.6 - .5*.4 + 2*.6 + 0 = 1.9, by 4."""
    weights = importance(TARGET, LOGGED)
    estimate = doubly_robust(REWARDS, weights, PEOPLE, (np.full(4, 0.4), np.full(4, 0.5)))
    assert float(estimate.value) == pytest.approx(0.5 + 1.9 / 4)


def test_a_record_that_cannot_have_been_logged_is_refused() -> None:
    with pytest.raises(ValueError, match="1 records have no propensity"):
        importance(TARGET, np.array([0.5, 0.0, 0.5, 0.5]))


def test_errors_are_those_of_people_and_not_of_records() -> None:
    once = inverse_propensity(np.array([1.0, 0.0, 0.0, 1.0]), np.ones(4), np.arange(4))
    again = inverse_propensity(np.tile([1.0, 0.0, 0.0, 1.0], 50), np.ones(200), np.tile(np.arange(4), 50))
    assert float(again.standard_error) == pytest.approx(float(once.standard_error))


def test_the_estimates_find_what_another_policy_earns() -> None:
    """Three actions that earn .1, .3, .6; logged mostly the first, asked of the last; the model is wrong by .2."""
    random, n = np.random.default_rng(4), 60_000
    earns, logging = np.array([0.1, 0.3, 0.6]), np.array([0.7, 0.2, 0.1])
    actions = random.choice(3, n, p=logging)
    rewards = (random.random(n) < earns[actions]).astype(float)
    weights = importance((actions == 2).astype(float), logging[actions])
    wrong = earns - 0.2
    for estimate in (
        inverse_propensity(rewards, weights, np.arange(n)),
        self_normalized(rewards, weights, np.arange(n)),
        doubly_robust(rewards, weights, np.arange(n), (wrong[actions], np.full(n, wrong[2]))),
    ):
        assert abs(float(estimate.value) - 0.6) < 3.5 * float(estimate.standard_error)
    assert rewards.mean() < 0.25


def test_a_cap_limits_weights() -> None:
    np.testing.assert_allclose(importance(TARGET, LOGGED, cap=1.0), [1.0, 0.5, 1.0, 0.0])
