"""The figures of `penchant sensitive-benchmark`, on heads and labels that are counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from indexer.sensitive.trained_heads import LabelledTexts
from models.topic_heads import Phrases, TopicHeads
from scripts.benchmarks.sensitive.curves import auc_of, flagged_share, mean_results, measure, precision_at

SCORES = np.array([3.0, 1.0, -1.0, 2.0, -2.0, -3.0, -4.0, 0.5])
"""Three texts on the topic, four on nothing, one on another topic."""
TRUTH = np.arange(8) < 3
OTHER = np.arange(8) == 7


@pytest.fixture
def heads():
    """The logit of the only topic is the first number of a text's vector."""
    nothing = np.zeros(1, np.float32)
    phrases = Phrases(np.zeros((2, 2), np.float32), np.array([-1, 0], np.int32), 1.0)
    return TopicHeads(
        ("topic",), phrases, nothing, np.array([[1.0, 0.0]], np.float32), nothing, nothing, nothing, nothing + 0.5
    )


@pytest.fixture
def labelled():
    content = np.column_stack([SCORES, np.zeros(8)]).astype(np.float32)
    return LabelledTexts(content, np.full(8, 500), {"topic": TRUTH, "unknown": OTHER})


def test_counts_at_the_threshold_are_those_of_the_file(heads, labelled):
    (found,) = measure(heads, labelled)
    assert (found.topic, found.texts) == ("topic", 3)
    assert found.recall == pytest.approx(2 / 3)
    assert found.precision_in_file == pytest.approx(2 / 4)
    assert found.precision == precision_at(0.01, 2 / 3, 1 / 4)
    assert found.f1 == pytest.approx(2 * (2 / 3) * (1 / 2) / (2 / 3 + 1 / 2))
    assert found.false_positives == pytest.approx(1 / 4)
    assert found.false_positives_rest == pytest.approx(2 / 5)


def test_the_area_is_the_share_of_pairs_in_order_against_texts_on_nothing(heads, labelled):
    (found,) = measure(heads, labelled)
    assert found.auc == pytest.approx((4 + 3 + 3) / 12)
    assert auc_of(np.array([1.0, 1.0]), np.array([True, False])) == 0.5


def test_the_curve_rises_to_one(heads, labelled):
    (found,) = measure(heads, labelled)
    rates, recalls = zip(*found.curve, strict=True)
    assert list(rates) == sorted(rates)
    assert list(recalls) == sorted(recalls)
    assert found.curve[-1] == (1.0, 1.0)


def test_harmless_texts_that_any_topic_takes_are_counted_once(heads, labelled):
    assert flagged_share(heads, labelled) == pytest.approx(1 / 4)


def test_several_draws_are_told_by_their_mean(heads, labelled):
    (once,) = measure(heads, labelled)
    (found,) = mean_results([[once], [replace(once, recall=0.0, curve=[(0.0, 0.0)] * len(once.curve))]])
    assert (found.topic, found.texts, found.precision) == ("topic", 3, once.precision)
    assert found.recall == pytest.approx(once.recall / 2)
    assert found.curve[-1] == pytest.approx((0.5, 0.5))


def test_precision_is_told_for_a_catalogue_in_which_few_texts_are_on_the_topic():
    assert precision_at(0.5, 0.9, 0.1) == pytest.approx(0.9)
    assert precision_at(0.01, 0.9, 0.1) == pytest.approx(0.0833, abs=1e-4)
    assert precision_at(0.01, 0.0, 0.0) == 0.0
