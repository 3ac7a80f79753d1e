"""What items without interactions get: as much as the average item if they are new, less if they were passed over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from models.factors.learning import Behaviour, learn_behaviour
from models.factors.settings import ExactSettings, FactorSettings
from models.factors.unengaged_items import promise_of_silence
from models.interactions import Interactions

USERS, ITEMS, WIDTH, NEW = 400, 240, 5, 60
SETTINGS = FactorSettings(
    least_interactions=0, rank=32, optimism=1.0, exact=ExactSettings(ridge=20.0, content_weight=0.0)
)


def world(seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(whether each user engages with each item, content): taste follows content, popularity follows nothing."""
    random = np.random.default_rng(seed)
    content = np.abs(random.standard_normal((ITEMS, WIDTH)) ** 3).astype(np.float32)
    content /= np.linalg.norm(content, axis=1, keepdims=True)
    tastes = random.dirichlet(np.full(WIDTH, 0.1), USERS)
    popularity = np.minimum(random.gamma(0.5, 0.3, ITEMS), 1.0)
    engaged = random.random((USERS, ITEMS)) < (tastes @ content.T) * popularity
    return engaged.astype(np.float32), content


def learned(engaged: NDArray[np.float32], content: NDArray[np.float32], **more: NDArray[np.float32]) -> Behaviour:
    behaviour = learn_behaviour(Interactions(sparse.csr_array(engaged)), content, SETTINGS, **more)
    assert behaviour is not None
    return behaviour


def mean_scores(behaviour: Behaviour, histories: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(behaviour.factors.scores(sparse.csr_array(histories)).mean(axis=0))


def test_a_new_item_is_promised_what_the_average_item_keeps() -> None:
    promised, kept = [], []
    for seed in range(8):
        engaged, content = world(seed)
        known = engaged.copy()
        known[:, :NEW] = 0
        scores = mean_scores(learned(known, content), known)
        promised.append(scores[:NEW].mean() / scores[NEW:].mean())
        kept.append(engaged[:, :NEW].mean() / engaged[:, NEW:].mean())
    assert np.mean(promised) == pytest.approx(np.mean(kept), rel=0.15)


def test_optimism_multiplies_the_promise_and_nothing_else() -> None:
    engaged, content = world(2)
    engaged[:, :NEW] = 0
    true = learned(engaged, content)
    hopeful = learn_behaviour(
        Interactions(sparse.csr_array(engaged)), content, SETTINGS.model_copy(update={"optimism": 2.0})
    )
    assert hopeful is not None
    silent = ~engaged.any(axis=0)
    np.testing.assert_allclose(hopeful.factors.index[silent], 2 * true.factors.index[silent], rtol=1e-6)
    np.testing.assert_array_equal(hopeful.factors.index[~silent], true.factors.index[~silent])
    np.testing.assert_array_equal(hopeful.factors.engage, true.factors.engage)
    np.testing.assert_allclose(hopeful.content_map.index, 2 * true.content_map.index, rtol=1e-6)


def test_new_items_are_told_apart_by_what_they_are_about() -> None:
    engaged, content = world(3)
    known = engaged.copy()
    known[:, :NEW] = 0
    scores = learned(known, content).factors.scores(sparse.csr_array(known))[:, :NEW]
    scores -= scores.mean(axis=0)
    taken = engaged[:, :NEW] > 0
    assert scores[taken].mean() > 0.2 * scores.std()
    assert scores[~taken].mean() < 0


def test_an_item_that_was_passed_over_all_along_is_promised_next_to_nothing() -> None:
    engaged, content = world(4)
    known = engaged.copy()
    known[:, :NEW] = 0
    throughout = np.ones(ITEMS, np.float32)
    new, old = learned(known, content), learned(known, content, offered=throughout)
    promise, silent = promise_of_silence((known > 0).sum(axis=0), throughout)[:, None], ~known.any(axis=0)
    assert promise.max() < 0.1
    np.testing.assert_allclose(old.factors.index[silent], (promise * new.factors.index)[silent], rtol=1e-5)
    np.testing.assert_array_equal(old.factors.index[~silent], new.factors.index[~silent])
    np.testing.assert_array_equal(old.factors.engage, new.factors.engage)


@pytest.mark.parametrize("share", [0.02, 0.1, 1.0])
def test_silence_lowers_the_promise_as_far_as_it_lowers_what_then_happens(share: float) -> None:
    random = np.random.default_rng(5)
    rates = random.gamma(0.4, 75.0, 200_000)
    offered = random.choice(np.array([share, 1.0], np.float32), len(rates))
    degrees = random.poisson(rates * offered)
    silent = (degrees == 0) & (offered == np.float32(share))
    promise = promise_of_silence(degrees, offered)[silent]
    assert promise[0] == pytest.approx(rates[silent].mean() / rates.mean(), rel=0.1)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_promise_falls_with_time_on_offer_and_a_new_item_keeps_all_of_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    degrees = random.poisson(random.gamma(0.5, 9.0, 50))
    offered = np.sort(random.random(50)).astype(np.float32)
    offered[0] = 0.0
    promise = promise_of_silence(degrees, offered)
    assert promise[0] == 1
    assert (np.diff(promise) <= 0).all()
    assert (promise > 0).all()


def test_where_items_are_equally_popular_silence_says_nothing() -> None:
    alike = np.full(20, 6)
    np.testing.assert_array_equal(promise_of_silence(alike, np.ones(20, np.float32)), np.ones(20))
    np.testing.assert_array_equal(promise_of_silence(alike * 0, np.ones(20, np.float32)), np.ones(20))
