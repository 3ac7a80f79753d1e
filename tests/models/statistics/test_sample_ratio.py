import numpy as np
import pytest
from scipy import stats
from scipy.special import comb

from models.statistics import sample_ratio_p


def test_the_evidence_by_hand() -> None:
    """Prior Beta(50, 50), 3 of 4 people: the mixture's chance of exactly these against that of a fair coin."""
    mixture = stats.betabinom(4, 50, 50).pmf(3) / comb(4, 3)
    assert sample_ratio_p(np.array([3, 1]), np.array([0.5, 0.5])) == pytest.approx(min(1.0, 0.5**4 / mixture))


def test_a_mismatch_is_found_and_declared_shares_are_not() -> None:
    assert sample_ratio_p(np.array([5200, 4800]), np.array([0.5, 0.5])) < 0.01
    assert sample_ratio_p(np.array([5030, 4970]), np.array([0.5, 0.5])) > 0.2
    assert sample_ratio_p(np.array([900, 50, 50]), np.array([0.9, 0.05, 0.05])) == 1.0


def test_looking_after_every_person_finds_a_mismatch_where_none_is_in_at_most_one_of_twenty() -> None:
    random, people = np.random.default_rng(5), np.arange(1, 1001)
    shares = np.array([0.7, 0.3])
    false = 0
    for _ in range(200):
        second = (random.random(len(people)) < 0.3).cumsum()
        false += any(
            sample_ratio_p(np.array([n - k, k]), shares) < 0.05 for n, k in zip(people[::10], second[::10], strict=True)
        )
    assert false / 200 <= 0.05
