import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.columns import LiveColumn
from models.replay import EngagementLog, replay_sums
from models.user_state import DAY_SECONDS, Beta, Blend, DecayedSums, Engagements, UserState, established_topics

ITEMS, TOPICS, DIMENSION, HALF_LIFE = 12, 4, 5, 30 * DAY_SECONDS
ENGAGE = np.random.default_rng(1).normal(size=(ITEMS, DIMENSION)).astype(np.float32)
TOPIC = (np.arange(ITEMS) % TOPICS).astype(np.int32)

event = st.tuples(
    st.integers(0, ITEMS - 1),
    st.floats(0.125, 4, width=32),
    st.one_of(st.floats(0, 400), st.floats(0, 3e5)).map(lambda days: 1.7e9 + days * DAY_SECONDS),
)
events = st.lists(event, min_size=1, max_size=40)


def engagements(part: list[tuple[int, float, float]]) -> Engagements:
    rows = np.array([row for row, _, _ in part], dtype=np.int32)
    return Engagements(
        TOPIC[rows],
        ENGAGE[rows],
        np.array([weight for _, weight, _ in part], dtype=np.float32),
        np.array([time for _, _, time in part]),
    )


def sums_of(parts: list[list[tuple[int, float, float]]]) -> DecayedSums:
    sums = DecayedSums(DIMENSION, HALF_LIFE)
    for part in parts:
        sums.add(engagements(part))
    return sums


def assert_same(one: DecayedSums, other: DecayedSums) -> None:
    assert one.reference == other.reference
    np.testing.assert_array_equal(one.topics, other.topics)
    np.testing.assert_allclose(one.masses, other.masses, rtol=1e-5)
    np.testing.assert_allclose(one.vectors, other.vectors, rtol=1e-3, atol=1e-4)


@given(events, st.randoms(use_true_random=False), st.integers(1, 7))
def test_order_and_grouping_of_events_do_not_matter(given_events, random, size):
    shuffled = list(given_events)
    random.shuffle(shuffled)
    groups = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    assert_same(sums_of([[each] for each in given_events]), sums_of(groups))


@given(st.lists(st.tuples(st.integers(0, 3), event), min_size=1, max_size=40))
def test_replay_of_everybody_equals_adding_each_event(log):
    live: dict[int, DecayedSums] = {}
    for user, each in log:
        live.setdefault(user, DecayedSums(DIMENSION, HALF_LIFE)).add(engagements([each]))
    rows = np.array([each[0] for _, each in log], dtype=np.int32)
    replayed = replay_sums(
        EngagementLog(
            users=np.array([user for user, _ in log], dtype=np.int32),
            rows=rows,
            topics=TOPIC[rows],
            weights=np.array([each[1] for _, each in log], dtype=np.float32),
            times=np.array([each[2] for _, each in log]),
        ),
        LiveColumn(ENGAGE.copy()),
        HALF_LIFE,
    )
    assert replayed.keys() == live.keys()
    for user, sums in live.items():
        assert_same(sums, replayed[user])


def test_sums_follow_the_formula():
    start = 1.7e9
    sums = sums_of([[(0, 2.0, start)], [(4, 1.0, start + HALF_LIFE)]])
    vector, mass = sums.total(start + 2 * HALF_LIFE)
    np.testing.assert_allclose(vector, 2.0 * 0.25 * ENGAGE[0] + 0.5 * ENGAGE[4], rtol=1e-5)
    assert mass == pytest.approx(1.0)
    assert sums.topics.tolist() == [0]


def test_embedding_is_the_weighted_difference_over_the_mass():
    state, now = UserState(DIMENSION, HALF_LIFE, HALF_LIFE), 1.7e9
    state.positive.add(engagements([(0, 1.0, now), (1, 3.0, now)]))
    state.negative.add(engagements([(2, 1.0, now)]))
    blend = Blend.build(Beta(content=0.5, behaviour=0.0), 2.0, content_dimension=3, dimension=DIMENSION)
    explicit = np.ones(DIMENSION, dtype=np.float32)
    beta = np.array([0.5, 0.5, 0.5, 0, 0])
    expected = (ENGAGE[0] + 3 * ENGAGE[1] - beta * ENGAGE[2] + 2 * explicit) / (4 + 0.5 + 2)
    np.testing.assert_allclose(state.embedding(now, blend, explicit), expected, rtol=1e-5)


def test_somebody_of_whom_nothing_is_known_has_a_zero_embedding():
    state = UserState(DIMENSION, HALF_LIFE, HALF_LIFE)
    blend = Blend.build(Beta(), 1.0, DIMENSION, DIMENSION)
    assert not state.embedding(1.7e9, blend).any()
    assert state.mass(1.7e9, blend, has_explicit=False) == 0


def test_masses_that_differ_by_rounding_alone_are_ties():
    topics = np.array([3, 1, 2, 7], dtype=np.int32)
    masses = np.array([0.2, 0.2, 0.2, 0.4])
    for noise in (1e-15, -1e-15):
        assert established_topics(topics, masses + np.array([noise, 0, 2 * noise, 0]), 0.8).tolist() == [7, 1, 2]


def test_established_topics_are_the_fewest_that_hold_the_share():
    topics, masses = np.array([3, 5, 8], dtype=np.int32), np.array([1.0, 6.0, 3.0])
    assert established_topics(topics, masses, 0.8).tolist() == [5, 8]
    assert established_topics(topics, masses, 0.6).tolist() == [5]
    assert established_topics(topics, np.zeros(3), 0.8).tolist() == []
    assert established_topics(topics, np.ones(3), 1.0).tolist() == [3, 5, 8]


BLEND = Blend.build(Beta(content=0.5, behaviour=0.25), 2.0, content_dimension=3, dimension=DIMENSION)
far = st.one_of(st.floats(0, 5), st.floats(0, 2_000), st.floats(0, 10_000))


def state_of(liked, disliked=()):
    state = UserState(DIMENSION, HALF_LIFE, HALF_LIFE)
    for sums, part in ((state.positive, liked), (state.negative, disliked)):
        if part:
            sums.add(engagements(list(part)))
    return state


def cosine(one, other):
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("start", [0.0, 1.7e9, 4.1e9], ids=["1970", "2023", "2100"])
@given(liked=events, disliked=st.lists(event, max_size=10), half_lives=far)
def test_an_embedding_is_the_same_however_long_ago_it_was_learned(start, liked, disliked, half_lives):
    moved = [[(row, weight, time - 1.7e9 + start) for row, weight, time in part] for part in (liked, disliked)]
    state, newest = state_of(*moved), max(time for part in moved for _, _, time in part)
    fresh = state.embedding(newest, BLEND)
    old = state.embedding(newest + half_lives * HALF_LIFE, BLEND)
    assert np.isfinite(old).all()
    np.testing.assert_allclose(old, fresh, rtol=1e-4, atol=1e-5)
    assert 0 < state.mass(newest + half_lives * HALF_LIFE, BLEND, has_explicit=False) <= 200


@given(event, far, far)
def test_one_event_is_known_by_its_direction_at_any_age_and_clock(liked, before, after):
    state, time = state_of([liked]), liked[2]
    for now in (time - before * HALF_LIFE, time + after * HALF_LIFE):
        assert cosine(state.embedding(now, BLEND), ENGAGE[liked[0]]) > 0.9999


@given(event, far)
def test_beside_a_stated_profile_only_what_was_learned_fades(liked, half_lives):
    state, explicit = state_of([liked]), np.ones(DIMENSION, dtype=np.float32)
    left = liked[1] * 2.0**-half_lives
    expected = (left * ENGAGE[liked[0]] + 2 * explicit) / (left + 2)
    found = state.embedding(liked[2] + half_lives * HALF_LIFE, BLEND, explicit)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@given(event, st.floats(1, 10_000))
def test_an_event_without_weight_hides_nothing_that_was_before_it(liked, half_lives):
    state, later = state_of([liked]), liked[2] + half_lives * HALF_LIFE
    state.positive.add(engagements([(0, 0.0, later)]))
    assert cosine(state.embedding(later, BLEND), ENGAGE[liked[0]]) > 0.9999
    assert state.positive.reference == liked[2]
