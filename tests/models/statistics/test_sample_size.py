from dataclasses import replace

import numpy as np
import pytest

from models.statistics import Effect, always_valid_p, difference, mean_estimate, people_needed

EFFECT = Effect(baseline=0.10, deviation=0.3, lift=0.10)


def test_without_peeking_it_is_the_textbook_formula() -> None:
    """(1.95996 + .84162)^2 * .09 * 4 / .0001 = 28,256."""
    assert people_needed(EFFECT, peeking=False) == pytest.approx(28_256, abs=2)


def test_peeking_and_uneven_shares_cost_people() -> None:
    assert people_needed(EFFECT) > 1.5 * people_needed(EFFECT, peeking=False)
    assert people_needed(EFFECT, share=0.1) > 2 * people_needed(EFFECT)


def test_so_many_people_find_the_effect_as_often_as_said() -> None:
    effect = Effect(baseline=1.0, deviation=1.0, lift=0.2)
    people = people_needed(effect)
    random, found = np.random.default_rng(3), 0
    for _ in range(400):
        mine, theirs = random.normal(1.2, 1, people // 2), random.normal(1, 1, people // 2)
        estimate = difference(mean_estimate(mine), mean_estimate(theirs))
        found += bool(always_valid_p(estimate, people, people) < 0.05)
    assert 0.74 <= found / 400 <= 0.86


def test_no_effect_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be found"):
        people_needed(replace(EFFECT, lift=0.0))
