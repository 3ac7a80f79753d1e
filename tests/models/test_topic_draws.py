"""Probabilities of drawn sets against counted draws."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest

from models.topic_draws import (
    LEVELS,
    DrawSettings,
    TopicDraws,
    beta_parameters,
    drawn_again,
    levels_of,
    priors,
    set_probabilities,
)


def some_draws(topics, taken, seed=1, times=1):
    """The same person again and again, of whom something is known of a third of the topics."""
    random = np.random.default_rng(seed)
    known = random.random(topics) < 1 / 3
    one = TopicDraws(
        random.integers(1, LEVELS + 1, topics).astype(np.uint8),
        np.arange(topics) < taken,
        known * random.exponential(1.0, topics),
        known * random.exponential(0.5, topics),
        known * random.poisson(3.0, topics).astype(float),
    )
    return TopicDraws(*(np.tile(getattr(one, name), (times, 1)) for name in one.__slots__))


@pytest.mark.parametrize("settings", [DrawSettings(8.0, 0.1), DrawSettings(2.0, 0.5), DrawSettings(20.0, 0.0, 0.3)])
@pytest.mark.parametrize(("topics", "taken"), [(5, 2), (7, 3), (6, 1)])
def test_each_set_is_as_likely_as_it_is_often_drawn(settings, topics, taken):
    times = 20_000
    draws = some_draws(topics, taken, seed=topics, times=times)
    again = drawn_again(draws, settings, np.random.default_rng(2))
    assert (again.sum(axis=1) == taken).all()
    sets, counts = np.unique(again, axis=0, return_counts=True)
    chances = set_probabilities(replace(some_draws(topics, taken, topics, len(sets)), drawn=sets), settings)
    assert (np.abs(counts / times - chances) < 4 * np.sqrt(chances / times) + 1e-3).all()
    assert len(sets) < comb(topics, taken) or chances.sum() == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("settings", [DrawSettings(8.0, 0.1), DrawSettings(4.0, 0.3), DrawSettings(50.0, 0.1, 0.2)])
def test_weights_from_one_setting_to_another_are_one_on_average(settings):
    logged = DrawSettings(6.0, 0.1, 0.1)
    draws = some_draws(40, 6, times=300)
    draws = replace(draws, drawn=drawn_again(draws, logged, np.random.default_rng(3)))
    weights = set_probabilities(draws, settings) / set_probabilities(draws, logged)
    assert abs(weights.mean() - 1) < 4 * weights.std() / np.sqrt(len(weights)) + 0.02


def test_all_that_there_is_is_certain_and_what_cannot_be_drawn_changes_nothing():
    draws = some_draws(4, 4)
    assert set_probabilities(draws, DrawSettings(8.0, 0.1, 0.5)).tolist() == [1.0]
    few = some_draws(6, 2)
    wider = TopicDraws(*(np.pad(getattr(few, name), ((0, 0), (0, 5))) for name in few.__slots__))
    for settings in (DrawSettings(8.0, 0.1), DrawSettings(8.0, 0.1, 0.5)):
        assert set_probabilities(wider, settings) == pytest.approx(set_probabilities(few, settings))


def test_closeness_comes_in_levels():
    assert levels_of(np.array([0.1, 0.3, 0.2], np.float32)).tolist() == [1, 255, 128]
    assert levels_of(np.array([0.1, 0.1], np.float32)).tolist() == [128, 128]
    assert levels_of(np.empty(0, np.float32)).tolist() == []
    assert priors(np.array([1, 128, 255], np.uint8)) == pytest.approx([0.05, 0.5, 0.95])
    nothing = np.zeros(2)
    a, b = beta_parameters(
        np.array([128, 255], np.uint8), (nothing, np.array([1.0, 0.0]), np.array([2.0, 0.0])), DrawSettings(8.0, 0.1)
    )
    assert a == pytest.approx([4.0, 7.6])
    assert b == pytest.approx([5.2, 0.4])
