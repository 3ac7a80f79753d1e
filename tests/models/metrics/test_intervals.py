import numpy as np

from models.metrics import mean_interval, resampled_means


def test_equal_seeds_give_equal_intervals_whatever_the_block() -> None:
    values = np.random.default_rng(1).normal(size=(300, 2))
    np.testing.assert_array_equal(mean_interval(values, seed=7), mean_interval(values, seed=7))
    assert not np.array_equal(mean_interval(values, seed=7), mean_interval(values, seed=8))


def test_a_constant_has_an_interval_of_no_width() -> None:
    np.testing.assert_allclose(mean_interval(np.full((50, 1), 0.25), seed=1), [[0.25], [0.25]])


def test_the_interval_is_as_wide_as_the_normal_approximation_says() -> None:
    values = np.random.default_rng(2).normal(size=(400, 1))
    low, high = mean_interval(values, seed=3, resamples=4000)[:, 0]
    expected = 2 * 1.96 * values.std() / np.sqrt(len(values))
    assert low < values.mean() < high
    assert abs((high - low) / expected - 1) < 0.1


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    intervals = [mean_interval(random.exponential(size=(120, 1)), seed, resamples=400)[:, 0] for seed in range(300)]
    covered = np.mean([low <= 1.0 <= high for low, high in intervals])
    assert 0.90 <= covered <= 0.98


def test_differences_of_two_rankings_of_the_same_people_share_their_resamples() -> None:
    both = np.random.default_rng(4).normal(size=(60, 2))
    together = resampled_means(both, seed=9)
    apart = resampled_means(both[:, :1] - both[:, 1:], seed=9)
    np.testing.assert_allclose(together[:, 0] - together[:, 1], apart[:, 0], atol=1e-12)
