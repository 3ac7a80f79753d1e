"""A daily figure that has changed for the worse is told, and one that has not is left alone."""

import numpy as np
import pytest

from models.statistics.change_detection import BETS, Baseline, Harm, Series, episodes, evidence, standardized

RHYTHM = np.array([1.0, 1.05, 1.0, 0.95, 1.1, 1.4, 1.3])
MORE_IS_WORSE, LESS_IS_WORSE = Harm(True, 0.1, 500), Harm(False, 0.03, 100)
DAYS = 273.0


def rates(seed, days, factor=1.0, since=0, share=0.03, count=8_000, spread=0.05, series=()):
    """A share with a weekly rhythm, days of their own, and from `since` on `factor` times as much."""
    random, day = np.random.default_rng(seed), np.arange(days)
    counts = np.round(count * np.exp(0.1 * random.normal(size=(*series, days))))
    expected = share * RHYTHM[day % 7] * np.where(day >= since, factor, 1.0)
    found = random.binomial(counts.astype(int), expected * np.exp(spread * random.normal(size=counts.shape)))
    return Series(found / counts, counts, rate=True)


def test_a_day_is_compared_with_its_own_weekdays_by_hand():
    values = np.tile([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 7)
    values[:28] += np.repeat([0.1, -0.1, 0.1, -0.1], 7)
    counts = np.full(49, 200.0)
    z = standardized(Series(values, counts, rate=False), Harm(True, 0.0, 100), Baseline(days=28, lag_days=14))
    dispersion = 28 * 200 * 0.1**2 / (28 - 7)
    assert np.isnan(z[:42]).all()
    assert z[42:] == pytest.approx(np.zeros(7), abs=1e-9)
    values[42] += 1.0
    z = standardized(Series(values, counts, rate=False), Harm(True, 0.0, 100), Baseline(days=28, lag_days=14))
    assert z[42] == pytest.approx(1.0 / np.sqrt(dispersion * (1 / 200 + 1 / 800)))


def test_a_change_that_nobody_minds_is_taken_off():
    values, counts = np.full(60, 10.0) + np.tile([0.1, -0.1], 30), np.full(60, 200.0)
    values[59] = 9.7
    assert standardized(Series(values, counts, rate=False), LESS_IS_WORSE)[59] == pytest.approx(0.0, abs=0.5)


def test_a_bet_is_worth_one_while_nothing_changes():
    z = np.random.default_rng(1).standard_t(21, size=400_000)
    won = evidence(z, np.zeros((len(z), len(BETS)))).mean(axis=0)
    assert won == pytest.approx(np.ones(len(BETS)), abs=0.02)


def test_a_weekly_rhythm_is_no_change():
    assert not episodes(standardized(rates(3, 300, spread=0.02), MORE_IS_WORSE), DAYS)


def test_one_odd_day_is_no_change():
    series = rates(4, 120)
    series.values[100] *= 4
    assert not episodes(standardized(series, MORE_IS_WORSE), DAYS)


def test_few_people_say_nothing():
    assert np.isnan(standardized(rates(5, 120, count=100), MORE_IS_WORSE)).all()


def test_days_without_figures_are_passed_over():
    series = rates(6, 140, factor=1.5, since=110)
    series.values[[60, 75, 111]] = np.nan
    series.counts[[60, 75, 111]] = 0
    (found,) = episodes(standardized(series, MORE_IS_WORSE), DAYS)
    assert 110 <= found.onset <= found.start <= 115


def test_better_is_no_change_for_the_worse():
    assert not episodes(standardized(rates(7, 140, factor=0.5, since=100), MORE_IS_WORSE), DAYS)


@pytest.mark.parametrize(("factor", "within"), [(1.3, 7), (1.5, 4), (2.0, 3)])
def test_a_change_is_told_soon_and_from_when_on(factor, within):
    for seed in range(5):
        (found,) = episodes(standardized(rates(seed, 120, factor, since=100), MORE_IS_WORSE), DAYS)
        assert 99 <= found.onset <= 102
        assert 100 < found.start < 100 + within
        assert found.end is None


def test_it_is_over_when_the_figure_is_back_for_a_week():
    series, back = rates(8, 140, 2.0, since=100), rates(8, 140)
    series.values[110:], series.counts[110:] = back.values[110:], back.counts[110:]
    (found,) = episodes(standardized(series, MORE_IS_WORSE), DAYS)
    assert found.end is not None
    assert 112 <= found.end <= 117


def test_false_alarms_stay_below_what_was_asked_for():
    """120 quarters of three kinds: at most one in three quarters is allowed for each of three alerts."""
    z = standardized(rates(9, 42 + 4 * 91, spread=0.08, series=(30,)), Harm(True, 0.0, 500))
    assert sum(len(episodes(each, DAYS)) for each in z) <= 120 / 3


@pytest.mark.nightly
@pytest.mark.parametrize(("spread", "share", "count"), [(0.0, 0.03, 8_000), (0.1, 0.03, 8_000), (0.05, 0.001, 2_000)])
def test_nor_do_they_where_nothing_at_all_is_tolerated_over_two_thousand_quarters(spread, share, count):
    z = standardized(rates(10, 42 + 4 * 91, 1.0, 0, share, count, spread, (500,)), Harm(True, 0.0, 500))
    assert sum(len(episodes(each, DAYS)) for each in z) <= 2_000 / 3
