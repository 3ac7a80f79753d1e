from __future__ import annotations

import numpy as np
import pytest

from app.settings import Settings
from models.encoder import HashingEncoder
from models.events import CODE_OF, EventType, EventWeights
from models.user_state import DAY_SECONDS
from scripts.benchmarks.recall.content import ContentVectors
from scripts.benchmarks.recall.dataset import Clock, Dataset
from scripts.benchmarks.recall.interactions import Interactions
from scripts.benchmarks.recall.model import NotApplicableError
from scripts.benchmarks.recall.penchant.configuration import (
    CONTENT_SHARE,
    CONTENT_WEIGHT,
    HALF_LIFE,
    NO_DECAY,
    RIDGE,
    axes_of,
    configured,
    value_of,
)
from scripts.benchmarks.recall.penchant.item_vectors import ItemVectors, WithoutDecay, training_interactions, weights_of
from scripts.benchmarks.recall.protocols import LeaveOneOut, TimeSplit, UserSplit
from scripts.benchmarks.recall.split import Split

LEAST = "index.behaviour.factors.least_interactions"
CONTENT = ContentVectors(HashingEncoder(64))


@pytest.fixture(scope="module")
def split(world: Dataset) -> Split:
    return TimeSplit(least=2).split(world, 0)


def test_dotted_names_reach_into_the_settings_and_change_nothing_else() -> None:
    changed = configured(Settings(), {RIDGE: 42.0, LEAST: 3.0})
    assert value_of(changed, RIDGE) == 42.0
    assert changed.index.behaviour.factors.least_interactions == 3
    assert isinstance(changed.index.behaviour.factors.least_interactions, int)
    assert configured(changed, {name: value_of(Settings(), name) for name in (RIDGE, LEAST)}) == Settings()


def test_the_operators_own_values_are_tried_first(world: Dataset, untold_world: Dataset) -> None:
    settings = configured(Settings(), {RIDGE: 123.0})
    assert axes_of(world.entities, settings)[RIDGE][0] == 123.0
    untold = axes_of(untold_world.entities, settings)
    assert untold[CONTENT_SHARE] == untold[CONTENT_WEIGHT] == (0.0,)


def test_scores_are_the_decayed_sum_over_the_history(split: Split) -> None:
    settings = configured(Settings(), {LEAST: 1})
    scorer = ItemVectors(settings, CONTENT).learn(split, {HALF_LIFE: 2.0})
    learned, history = scorer.learned, split.histories.slice(4, 5).entries
    neighbours = learned.neighbours.matrix().toarray()
    expected = np.zeros(len(split.entities.items))
    for item, time in zip(history.items, history.times, strict=True):
        share = 2.0 ** (-(history.times.max() - time) / (2.0 * DAY_SECONDS))
        expected += share * (learned.index @ learned.engage[item] + neighbours[item])
    np.testing.assert_allclose(scorer.scores(split.histories.slice(4, 5))[0], expected, rtol=1e-4, atol=1e-6)


def test_without_decay_all_of_the_history_counts_alike(split: Split) -> None:
    family = WithoutDecay(ItemVectors(configured(Settings(), {LEAST: 1}), CONTENT))
    assert family.axes(split)[HALF_LIFE] == (NO_DECAY,)
    weights = family.learn(split, {HALF_LIFE: NO_DECAY})._weights(split.histories)  # noqa: SLF001 - the amounts themselves
    np.testing.assert_allclose(weights.data, 1.0, rtol=1e-4)


def test_vectors_are_learned_once_for_all_half_lives(split: Split) -> None:
    family = ItemVectors(configured(Settings(), {LEAST: 1}), CONTENT)
    slow, fast = (family.learn(split, {HALF_LIFE: days, RIDGE: 300.0}) for days in (100.0, 1.0))
    assert slow.learned is fast.learned
    assert family.learn(split, {HALF_LIFE: 100.0, RIDGE: 30.0}).learned is not slow.learned
    assert family.learn(TimeSplit(least=2).validation(split), {RIDGE: 300.0}).learned is not slow.learned


def test_nothing_decays_without_times(world: Dataset) -> None:
    split = UserSplit(held_out=10).split(world, 0)
    entities = type(split.entities)("x", split.entities.users, split.entities.items, Clock.NONE, ())
    untimed = type(split)(
        entities, *(getattr(split, name) for name in ("train", "negatives", "histories", "targets")), 0, 0
    )
    with pytest.raises(NotApplicableError, match="nothing decays"):
        WithoutDecay(ItemVectors(Settings(), CONTENT)).axes(untimed)
    assert training_interactions(untimed, EventWeights().table()).times is None


def test_without_texts_the_vectors_are_of_behaviour_alone(untold_world: Dataset) -> None:
    split = LeaveOneOut().split(untold_world, 0)
    settings = configured(Settings(), {LEAST: 1, CONTENT_SHARE: 0.0, CONTENT_WEIGHT: 0.0})
    learned = ItemVectors(settings, CONTENT).learn(split, {}).learned
    assert learned.space.content_dimension == 0
    assert learned.method == "exact"


def test_a_dwell_weighs_what_its_value_says() -> None:
    codes = np.array([CODE_OF[EventType.LIKE], CODE_OF[EventType.DWELL], CODE_OF[EventType.SAVE]], dtype=np.int8)
    zeros, values = np.zeros(3, dtype=np.int32), np.array([5.0, 0.25, 1.25], dtype=np.float32)
    entries = Interactions(zeros, zeros, values, np.zeros(3), codes)
    np.testing.assert_allclose(weights_of(entries, EventWeights().table()), [1.0, 0.25, 1.25])
