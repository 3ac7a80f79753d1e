"""Diversity of a list against all of its pairs."""

import numpy as np
import pytest

from models.diversity import diversity_of


def test_it_is_the_mean_over_all_pairs():
    content = np.random.default_rng(1).normal(size=(7, 16)).astype(np.float32)
    content /= np.linalg.norm(content, axis=1, keepdims=True)
    pairs = [1 - float(content[a] @ content[b]) for a in range(7) for b in range(a)]
    assert diversity_of(content) == pytest.approx(np.mean(pairs), abs=1e-6)


def test_what_could_not_be_read_is_like_nothing():
    assert diversity_of(np.array([[1, 0], [1, 0], [0, 0]], np.float32)) == pytest.approx(2 / 3)


def test_one_item_has_none():
    assert diversity_of(np.ones((1, 4), np.float32)) is None
