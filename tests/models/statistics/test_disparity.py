import numpy as np
import pytest
from scipy import stats

from models.statistics import disparity, percentile_interval, resampled_shares


def test_resamples_draw_whole_people() -> None:
    """Ten people with 100 answers each: the error is that of ten people, not of a thousand answers."""
    taste = np.repeat([10.0, 50.0], 5)
    drawn = resampled_shares(taste, np.full(10, 100.0), seed=1, resamples=4000)
    assert drawn.std() == pytest.approx(0.2 / np.sqrt(10), rel=0.05)


def test_where_nobody_did_it_the_interval_is_that_of_so_few_people() -> None:
    drawn = resampled_shares(np.zeros(50), np.full(50, 20.0), seed=1, resamples=20_000)
    low, high = percentile_interval(drawn)
    assert low < 0.002
    assert high == pytest.approx(stats.beta.ppf(0.975, 1, 51), rel=0.05)


def test_a_group_of_one_has_no_interval_without_width() -> None:
    """What fairlearn's MetricFrame gives for a group of one: 1.0 to 1.0."""
    low, high = percentile_interval(resampled_shares(np.ones(1), np.ones(1), seed=1, resamples=5000))
    assert high - low > 0.5


def test_whoever_was_served_nothing_tells_nothing() -> None:
    assert np.isnan(resampled_shares(np.zeros(3), np.zeros(3), seed=1)).all()
    assert np.isnan(percentile_interval(np.full(4, np.nan))).all()


def test_the_interval_of_a_share_covers_the_truth_about_as_often_as_it_says() -> None:
    random, covered = np.random.default_rng(2), 0
    for seed in range(300):
        served = random.poisson(8, 80) + 1.0
        clicks = random.binomial(served.astype(int), random.beta(2, 6, 80)).astype(float)
        low, high = percentile_interval(resampled_shares(clicks, served, seed, resamples=400))
        covered += bool(low <= 0.25 <= high)
    assert 0.9 <= covered / 300 <= 0.98


def draws(share: float, people: int, seed: int) -> np.ndarray:
    yes = (np.arange(people) < share * people).astype(float)
    return resampled_shares(yes, np.ones(people), seed)


def test_verdicts_say_met_and_missed_only_of_what_the_data_show() -> None:
    others = draws(0.5, 2000, 1)
    verdicts = {
        share: disparity(draws(share, 400, 2), others, share / 0.5, comparisons=60).verdict(0.8, more_is_better=True)
        for share in (0.5, 0.4, 0.2, 0.0)
    }
    assert verdicts == {0.5: "met", 0.4: "unclear", 0.2: "missed", 0.0: "missed"}


def test_what_is_good_to_be_rare_is_missed_where_a_group_has_more_of_it() -> None:
    others = draws(0.1, 4000, 1)
    for share, expected in ((0.1, "met"), (0.05, "met"), (0.3, "missed")):
        found = disparity(draws(share, 2000, 2), others, share / 0.1, comparisons=10)
        assert found.verdict(0.8, more_is_better=False) == expected, share


def test_nothing_is_missed_by_chance_alone_in_an_audit_of_many_comparisons() -> None:
    random, missed = np.random.default_rng(8), 0
    for _ in range(60):
        served = random.random((8, 60)) < 0.4
        for group in range(8):
            mine = served[group].astype(float)
            rest = np.delete(served, group, axis=0).ravel().astype(float)
            found = disparity(
                resampled_shares(mine, np.ones(60), 1, 200),
                resampled_shares(rest, np.ones(len(rest)), 2, 200),
                mine.mean() / rest.mean(),
                comparisons=8,
            )
            missed += found.verdict(1.0, more_is_better=True) == "missed"
    assert missed <= 60 * 0.05 + 2, "audits in which anything is missed, of sixty"


def test_a_value_that_is_not_known_gets_no_verdict() -> None:
    unknown = disparity(np.full(10, np.nan), np.ones(10), np.nan, comparisons=1)
    assert unknown.verdict(0.8, more_is_better=True) == "unknown"
    assert disparity(np.ones(10), np.zeros(10), np.nan, 1).verdict(0.8, more_is_better=True) == "unknown"
