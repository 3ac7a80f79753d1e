import numpy as np
import pytest
from scipy import stats

from models.statistics import capped, difference, log_ratio, mean_estimate, ratio_estimate


def test_a_mean_has_the_standard_error_that_scipy_gives() -> None:
    values = np.random.default_rng(1).exponential(size=57)
    estimate = mean_estimate(values)
    assert float(estimate.value) == pytest.approx(values.mean())
    assert float(estimate.standard_error) == pytest.approx(stats.sem(values))


def test_a_mean_of_one_person_has_no_error_that_is_known() -> None:
    assert np.isnan(mean_estimate(np.array([3.0])).variance)
    assert np.isnan(mean_estimate(np.empty(0)).value)


def test_a_ratio_of_two_sums_by_hand() -> None:
    """Clicks 1, 0, 2 of 2, 2, 4 served: 3 / 8; residuals .25, -.75, .5, squares .875, by 2, by 3 people, by (8/3)^2."""
    estimate = ratio_estimate(np.array([1.0, 0.0, 2.0]), np.array([2.0, 2.0, 4.0]))
    assert float(estimate.value) == pytest.approx(0.375)
    assert float(estimate.variance) == pytest.approx(0.875 / 2 / 3 / (8 / 3) ** 2)


def test_the_error_of_a_ratio_is_what_repetition_shows() -> None:
    random = np.random.default_rng(2)
    served = random.poisson(5, size=(400, 3000)) + 1.0
    taste = random.beta(1, 4, size=(400, 3000))
    estimate = ratio_estimate(random.binomial(served.astype(int), taste).astype(float), served)
    assert float(np.sqrt(estimate.variance.mean())) == pytest.approx(float(estimate.value.std()), rel=0.05)


def test_a_ratio_without_anything_below_is_not_known() -> None:
    assert np.isnan(ratio_estimate(np.zeros(4), np.zeros(4)).value)


def test_errors_of_two_groups_add_up_as_in_welchs_test() -> None:
    random = np.random.default_rng(3)
    mine, theirs = random.normal(1, 2, 80), random.normal(0, 1, 50)
    estimate = difference(mean_estimate(mine), mean_estimate(theirs))
    welch = stats.ttest_ind(mine, theirs, equal_var=False)
    assert float(estimate.value / estimate.standard_error) == pytest.approx(welch.statistic)


def test_a_lift_is_known_only_between_values_above_zero() -> None:
    ones, zeros = mean_estimate(np.array([1.0, 3.0])), mean_estimate(np.array([0.0, 0.0]))
    assert np.isnan(log_ratio(ones, zeros).value)
    assert float(log_ratio(ones, mean_estimate(np.array([1.0, 1.0]))).value) == pytest.approx(np.log(2))


def test_a_cap_takes_only_what_is_far_out() -> None:
    values = np.append(np.ones(1999), 5000.0)
    assert capped(values).max() == 1.0
    np.testing.assert_array_equal(capped(np.arange(10.0)), np.arange(10.0))
    assert len(capped(np.empty(0))) == 0
