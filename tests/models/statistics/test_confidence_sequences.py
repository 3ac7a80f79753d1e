import numpy as np
import pytest
from scipy import optimize, stats

from models.statistics import (
    MINIMUM_PEOPLE,
    Estimate,
    always_valid_interval,
    always_valid_p,
    boundary,
    difference,
    log_ratio,
)

LOOKS_FROM = MINIMUM_PEOPLE


def running(values: np.ndarray) -> Estimate:
    """The estimate of the mean after each person; float64 [seeds, people]."""
    people = np.arange(1, values.shape[1] + 1)
    means = values.cumsum(axis=1) / people
    squares = np.square(values).cumsum(axis=1) / people
    return Estimate(means, (squares - means**2) / np.maximum(people - 1, 1))


def ever_excludes_zero(estimate: Estimate, clock: np.ndarray, best_at: float) -> float:
    interval = always_valid_interval(estimate, clock, best_at)[:, :, LOOKS_FROM:]
    return float(((interval[0] > 0) | (interval[1] < 0)).any(axis=1).mean())


def test_the_boundary_by_hand() -> None:
    """rho^2 t at its own best: -2 ln .05 + ln(-2 ln .05) + 1 = 5.9915 + 1.7904 + 1 = 8.7818."""
    expected = np.sqrt(9.7818 / 8.7818 * (np.log(9.7818) + 5.9915))
    assert float(boundary(700.0, 700.0)) == pytest.approx(expected, abs=1e-4)
    assert np.isinf(boundary(0.0, 700.0))


def test_the_boundary_is_that_of_robbins_normal_mixture() -> None:
    """Integrating exp(l S - l^2 t / 2) over l ~ N(0, rho^2) gives 1 / alpha exactly at S = boundary * sqrt(t)."""
    t, best_at, alpha = 350.0, 900.0, 0.01
    rho = np.sqrt((-2 * np.log(alpha) + np.log(-2 * np.log(alpha)) + 1) / best_at)
    grid = np.linspace(-9 * rho, 9 * rho, 400_001)
    reach = float(boundary(t, best_at, alpha)) * np.sqrt(t)
    mixture = np.trapezoid(np.exp(grid * reach - grid**2 * t / 2) * stats.norm.pdf(grid, scale=rho), grid)
    assert mixture == pytest.approx(1 / alpha, rel=1e-6)


def test_the_interval_of_the_mean_is_narrowest_relative_to_others_where_it_was_asked_to_be() -> None:
    widths = [float(boundary(1000.0, best_at)) for best_at in (100.0, 1000.0, 10_000.0)]
    assert widths[1] < min(widths[0], widths[2])
    best = optimize.minimize_scalar(lambda log: float(boundary(1000.0, np.exp(log))), bounds=(4, 10), method="bounded")
    assert np.exp(best.x) == pytest.approx(1000.0, rel=0.1)


def test_the_p_value_is_below_the_level_exactly_where_the_interval_excludes_nothing_changed() -> None:
    reach = float(boundary(500.0, 2000.0))
    for z, excluded in ((reach * 1.0001, True), (reach * 0.9999, False)):
        estimate = Estimate(np.array(z), np.array(1.0))
        assert (float(always_valid_p(estimate, 500.0, 2000.0)) < 0.05) is excluded
        assert (always_valid_interval(estimate, 500.0, 2000.0)[0] > 0) == excluded


@pytest.mark.parametrize("tail", ["shares", "lognormal"])
def test_two_equal_variants_are_seldom_told_apart_although_one_looks_after_every_person(tail: str) -> None:
    random, size = np.random.default_rng(11), (1000, 2000)
    mine, theirs = (
        (random.random(size) < 0.1).astype(float) if tail == "shares" else random.lognormal(sigma=1.5, size=size)
        for _ in range(2)
    )
    estimate = difference(running(mine), running(theirs))
    clock = 2.0 * np.arange(1, size[1] + 1)
    assert ever_excludes_zero(estimate, clock, best_at=2.0 * size[1]) <= 0.05
    fixed = np.abs(estimate.value[:, LOOKS_FROM:]) > 1.96 * estimate.standard_error[:, LOOKS_FROM:]
    assert fixed.any(axis=1).mean() > 0.2, "the test would see what looking does to an interval of one look"


def test_a_relative_change_holds_its_promise_where_few_convert() -> None:
    looks = np.arange(LOOKS_FROM, 6_001, 100)
    random = np.random.default_rng(5)
    rates = [np.cumsum(random.random((500, 6_000)) < 0.005, axis=1)[:, looks - 1] / looks for _ in range(2)]
    treated, control = (Estimate(rate, rate * (1 - rate) / looks) for rate in rates)
    low, high = always_valid_interval(log_ratio(treated, control), 2.0 * looks, best_at=2_500)
    assert ((low > 0) | (high < 0)).any(axis=1).mean() <= 0.05


def test_two_equal_variants_are_seldom_told_apart_where_the_same_people_come_back_daily() -> None:
    """100 people a variant over 60 days, each with a taste: the clock counts days of people."""
    random, days, people = np.random.default_rng(12), 60, 100
    false = 0
    for _ in range(1000):
        taste = random.gamma(2.0, 0.5, size=(2, people, 1))
        totals = random.poisson(taste, size=(2, people, days)).cumsum(axis=2).astype(float)
        both = [Estimate(each.mean(axis=0), each.var(axis=0, ddof=1) / people) for each in totals]
        clock = 2.0 * people * np.arange(1, days + 1)
        interval = always_valid_interval(difference(both[0], both[1]), clock, best_at=2.0 * people * days)
        false += bool(((interval[0] > 0) | (interval[1] < 0)).any())
    assert false / 1000 <= 0.05


def test_a_change_that_is_there_is_found() -> None:
    random, size = np.random.default_rng(13), (200, 4000)
    estimate = difference(running(random.normal(0.15, 1, size)), running(random.normal(0, 1, size)))
    found = ever_excludes_zero(estimate, 2.0 * np.arange(1, size[1] + 1), best_at=2.0 * size[1])
    assert found > 0.95
