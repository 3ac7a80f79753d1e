from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from models.factors.exact import item_relations, learn_exact
from models.factors.learning import chosen_method, learn_behaviour
from models.factors.settings import ExactSettings, FactorSettings, Method, SpectralSettings, TransitionSettings
from models.factors.spectral import learn_spectral
from models.factors.value import Factors, spread
from models.interactions import Engagements, Interactions, UntimedError

Chosen = Callable[..., FactorSettings]

USERS, ITEMS, WIDTH = 40, 15, 6
TRANSITIONS = TransitionSettings(weight=2.0, decay=0.5, window=3)
seeds = st.integers(0, 2**32 - 1)


def interactions(seed: int, items: int = ITEMS) -> Interactions:
    random = np.random.default_rng(seed)
    pairs = np.argwhere(random.random((USERS, items)) < 0.3).astype(np.int32)
    times = random.permutation(len(pairs)).astype(np.float64)
    ones = np.ones(len(pairs), dtype=np.float32)
    return Interactions.collect(Engagements(pairs[:, 0], pairs[:, 1], ones, times), USERS, items)


def contents(seed: int, items: int = ITEMS) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).standard_normal((items, WIDTH)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def permuted(given: Interactions, order: NDArray[np.int64]) -> Interactions:
    users = np.repeat(np.arange(USERS, dtype=np.int32), given.user_degrees())
    places = np.argsort(order).astype(np.int32)
    assert given.times is not None
    items = places[given.matrix.indices]
    return Interactions.collect(Engagements(users, items, given.matrix.data, given.times), USERS, len(order))


def product(factors: Factors) -> NDArray[np.float32]:
    """Every item's score for every item engaged with."""
    return factors.scores(sparse.csr_array(np.eye(len(factors.engage), dtype=np.float32)))


def exact(**changes: object) -> FactorSettings:
    chosen: dict[str, object] = {"method": Method.EXACT, "exact": ExactSettings(ridge=5.0, content_weight=3.0)}
    return FactorSettings.model_validate(chosen | {"least_interactions": 0} | changes)


def spectral(**changes: object) -> FactorSettings:
    return FactorSettings.model_validate({"method": Method.SPECTRAL, "least_interactions": 0} | changes)


def test_relations_are_the_published_solution() -> None:
    given, content = interactions(1), contents(1)
    dense = given.matrix.toarray().astype(np.float64)
    precision = np.linalg.inv(dense.T @ dense + 3.0 * content @ content.T + 5.0 * np.eye(ITEMS))
    expected = -precision / np.diag(precision)
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(item_relations(given, content, exact()), expected, atol=1e-5)


def test_the_directed_term_adds_what_follows_an_item() -> None:
    log = Engagements(
        np.array([0, 0, 0, 1, 1], np.int32),
        np.array([0, 1, 2, 0, 1], np.int32),
        np.ones(5, np.float32),
        np.array([1.0, 2.0, 3.0, 8.0, 9.0]),
    )
    given, none = Interactions.collect(log, 2, 3), np.zeros((3, 0), np.float32)
    added = item_relations(given, none, exact(transitions=TRANSITIONS)) - item_relations(given, none, exact())
    dense = given.matrix.toarray().astype(np.float64)
    following = np.array([[0, 2, 0.5], [0, 0, 1], [0, 0, 0]])
    expected = 2.0 * np.linalg.inv(dense.T @ dense + 5.0 * np.eye(3)) @ following
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(added, expected, atol=1e-6)


@given(seeds, st.booleans())
@settings(max_examples=20, deadline=None)
def test_nothing_recommends_itself_by_its_relations_or_neighbours(seed: int, directed: bool) -> None:
    chosen = TRANSITIONS if directed else TransitionSettings()
    relations = item_relations(interactions(seed), contents(seed), exact(transitions=chosen))
    assert not np.diag(relations).any()
    for method in (exact, spectral):
        behaviour = learn_behaviour(interactions(seed), contents(seed), method(transitions=chosen, rank=3))
        assert behaviour is not None
        assert not behaviour.factors.neighbours.matrix().diagonal().any()


@given(seeds, st.integers(1, ITEMS))
@settings(max_examples=20, deadline=None)
def test_any_rank_with_all_residuals_gives_the_relations_back(seed: int, rank: int) -> None:
    chosen = exact(rank=rank, neighbours=ITEMS, transitions=TRANSITIONS)
    given, content = interactions(seed), contents(seed)
    restored = product(learn_exact(given, content, chosen))
    np.fill_diagonal(restored, 0.0)
    np.testing.assert_allclose(restored, item_relations(given, content, chosen), atol=1e-4)


def test_a_full_rank_needs_no_residuals() -> None:
    given, content = interactions(5), contents(5)
    factors = learn_exact(given, content, exact(rank=ITEMS, neighbours=0))
    np.testing.assert_allclose(product(factors), item_relations(given, content, exact()), atol=1e-4)


def test_more_neighbours_come_closer_to_the_relations() -> None:
    given, content = interactions(6), contents(6)
    relations = item_relations(given, content, exact())
    errors = [
        np.linalg.norm(
            (product(learn_exact(given, content, exact(rank=3, neighbours=k))) - relations)[~np.eye(ITEMS, dtype=bool)]
        )
        for k in (0, 2, 5, 14)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-3


@pytest.mark.parametrize("method", [exact, spectral])
def test_renaming_the_items_renames_the_answer(method: Chosen) -> None:
    chosen = method(rank=ITEMS, neighbours=4, transitions=TRANSITIONS)
    order = np.random.default_rng(7).permutation(ITEMS)
    given, content = interactions(7), contents(7)
    before = learn_behaviour(given, content, chosen)
    after = learn_behaviour(permuted(given, order), content[order], chosen)
    assert before is not None
    assert after is not None
    np.testing.assert_allclose(product(after.factors), product(before.factors)[np.ix_(order, order)], atol=2e-4)


@pytest.mark.parametrize("method", [exact, spectral])
def test_the_same_log_gives_the_same_bits(method: Chosen) -> None:
    chosen = method(rank=4, neighbours=3, transitions=TRANSITIONS)
    first, second = (learn_behaviour(interactions(8), contents(8), chosen) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.factors.engage.tobytes() == second.factors.engage.tobytes()
    assert first.factors.index.tobytes() == second.factors.index.tobytes()
    assert first.factors.neighbours.weights.tobytes() == second.factors.neighbours.weights.tobytes()


@pytest.mark.parametrize("method", [exact, spectral])
def test_scores_are_sums_over_events(method: Chosen) -> None:
    learned = learn_behaviour(interactions(9), contents(9), method(rank=4, neighbours=3))
    assert learned is not None
    history = np.random.default_rng(9).random((2, ITEMS)).astype(np.float32)
    scores = learned.factors.scores(sparse.csr_array(history))
    np.testing.assert_allclose(scores, history @ product(learned.factors), rtol=1e-4, atol=1e-4)


def test_spectral_factors_are_the_singular_vectors_of_the_normalised_interactions() -> None:
    given = interactions(10)
    chosen = SpectralSettings(
        user_exponent=0.5, item_exponent=0.25, popularity_exponent=0.75, sharpness=2.0, iterations=8
    )
    factors = learn_spectral(given, spectral(rank=5, neighbours=0, spectral=chosen))
    users, items = given.user_degrees().astype(np.float64), given.item_degrees().astype(np.float64)
    normalised = given.matrix.toarray() * users[:, None] ** -0.5 * items**-0.25
    _, values, vectors = np.linalg.svd(normalised)
    middle = vectors[:5].T * (values[:5] / values[0]) ** 2 @ vectors[:5]
    np.testing.assert_allclose(product(factors), items[:, None] ** -0.25 * middle * items**0.75, rtol=1e-3, atol=1e-3)


def test_spectral_neighbours_are_the_strongest_normalised_co_occurrences() -> None:
    given = interactions(11)
    chosen = SpectralSettings(user_exponent=0.5, item_exponent=0.5, popularity_exponent=0.5, neighbour_weight=1.0)
    found = learn_spectral(given, spectral(rank=1, neighbours=3, spectral=chosen)).neighbours.matrix().toarray()
    users, items = given.user_degrees().astype(np.float64), given.item_degrees().astype(np.float64)
    normalised = given.matrix.toarray() * users[:, None] ** -0.5 * items**-0.5
    together = normalised.T @ normalised
    np.fill_diagonal(together, 0.0)
    expected = np.where(together >= np.sort(together, axis=1)[:, [-3]], together, 0.0)
    np.testing.assert_allclose(found, items[:, None] ** -0.5 * expected * items**0.5, rtol=1e-4)


def test_a_very_long_history_is_thinned_evenly_before_its_items_become_neighbours() -> None:
    everything = Interactions(sparse.csr_array(np.ones((1, 12), dtype=np.float32)))
    chosen = SpectralSettings(longest_history=4)
    found = learn_spectral(everything, spectral(rank=1, neighbours=12, spectral=chosen)).neighbours.matrix()
    assert np.flatnonzero(found.sum(axis=1)).tolist() == [2, 5, 8, 11]


def test_a_catalogue_too_large_for_all_pairs_of_items_is_learned_spectrally() -> None:
    random, items = np.random.default_rng(17), 300_000
    pairs = np.stack([random.integers(0, 500, 5_000), random.integers(0, items, 5_000)]).astype(np.int32)
    log = Engagements(pairs[0], pairs[1], np.ones(5_000, np.float32), np.arange(5_000, dtype=np.float64))
    learned = learn_behaviour(
        Interactions.collect(log, 500, items), np.zeros((items, 0), np.float32), FactorSettings(rank=4)
    )
    assert learned is not None
    assert learned.method is Method.SPECTRAL
    assert learned.factors.index.shape == (items, 4)
    assert len(learned.factors.neighbours.rows) > 5_000


def test_a_catalogue_without_content_can_be_learned_from_behaviour_alone() -> None:
    learned = learn_behaviour(interactions(12), np.zeros((ITEMS, 0), np.float32), exact(rank=4))
    assert learned is not None
    assert learned.content_map.index.shape == (0, 4)


def test_an_item_without_interactions_gets_its_factors_from_its_content() -> None:
    given, content = interactions(13, ITEMS), contents(13, ITEMS + 1)
    wider = sparse.csr_array((given.matrix.data, given.matrix.indices, given.matrix.indptr), shape=(USERS, ITEMS + 1))
    for method in (exact, spectral):
        learned = learn_behaviour(Interactions(wider), content, method(rank=4, neighbours=5))
        assert learned is not None
        np.testing.assert_allclose(learned.factors.engage[-1], content[-1] @ learned.content_map.engage, rtol=1e-5)
        np.testing.assert_allclose(learned.factors.index[-1], content[-1] @ learned.content_map.index, rtol=1e-5)
        neighbours = learned.factors.neighbours.matrix().toarray()
        assert not neighbours[-1].any()
        assert not neighbours[:, -1].any()


def test_a_new_item_lands_near_items_whose_content_it_shares() -> None:
    random = np.random.default_rng(14)
    genre = np.arange(60) % 2
    likes = np.arange(USERS)[:, None] % 2 == genre
    matrix = ((random.random((USERS, 60)) < 0.4) & likes).astype(np.float32)
    matrix[:, 58:] = 0
    content = np.eye(2, dtype=np.float32)[genre]
    learned = learn_behaviour(Interactions(sparse.csr_array(matrix)), content, exact(rank=8))
    assert learned is not None
    fan_of_even = sparse.csr_array(np.where(genre == 0, 1.0, 0.0)[None, :58].astype(np.float32))
    fan_of_even.resize((1, 60))
    scores = learned.factors.scores(fan_of_even)[0]
    assert scores[58] > scores[59]


def test_too_few_interactions_teach_nothing() -> None:
    given = interactions(15)
    assert learn_behaviour(given, contents(15), exact(least_interactions=len(given) + 1)) is None
    assert learn_behaviour(given, contents(15), exact(least_interactions=len(given))) is not None
    nothing = Interactions(sparse.csr_array((USERS, ITEMS), dtype=np.float32))
    assert learn_behaviour(nothing, contents(15), exact()) is None


def test_the_directed_term_needs_times() -> None:
    untimed = Interactions(interactions(16).matrix)
    for method in (exact, spectral):
        with pytest.raises(UntimedError):
            learn_behaviour(untimed, contents(16), method(transitions=TRANSITIONS))


def test_large_catalogues_are_learned_spectrally_unless_told_otherwise() -> None:
    assert chosen_method(20_000, FactorSettings()) is Method.EXACT
    assert chosen_method(20_001, FactorSettings()) is Method.SPECTRAL
    assert chosen_method(10, FactorSettings(method=Method.SPECTRAL)) is Method.SPECTRAL
    assert chosen_method(1_000_000, FactorSettings(method=Method.EXACT)) is Method.EXACT


@given(seeds)
def test_spread_is_the_root_mean_square_of_all_scores(seed: int) -> None:
    random = np.random.default_rng(seed)
    engage, index = random.standard_normal((2, 9, 4)).astype(np.float32)
    assert spread(engage, index) == pytest.approx(
        np.sqrt(np.mean((engage @ index.T).astype(np.float64) ** 2)), rel=1e-4
    )
