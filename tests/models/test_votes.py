import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.history import EventColumns
from models.votes import Votes

HALF_LIFE = 3_600.0

acts = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.floats(0, 2, width=32), st.floats(-4e9, 4e9)), max_size=30
)


def votes_of(given_acts):
    users, rows, weights, times = map(np.array, zip(*given_acts, strict=True)) if given_acts else [np.empty(0)] * 4
    events = EventColumns(
        np.arange(len(rows)), rows.astype(np.int32), np.zeros(len(rows), np.int8), weights.astype(np.float32), times
    )
    return Votes.of(events, users.astype(np.int64), HALF_LIFE, np.ones(len(rows), dtype=np.bool_))


@given(acts)
def test_each_person_has_one_vote_an_item_which_is_the_event_that_counts_most(given_acts):
    best = {}
    for user, row, weight, time in given_acts:
        if weight > 0:
            level = np.log2(np.float64(np.float32(weight))) + time / HALF_LIFE
            best[user, row] = max(best.get((user, row), -np.inf), level)
    votes = votes_of(given_acts)
    expected = sorted((row, float(level)) for (_, row), level in best.items())
    assert sorted(zip(votes.rows.tolist(), votes.levels.tolist(), strict=True)) == expected


@given(acts, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_a_vote(given_acts, random):
    shuffled = given_acts * 3
    random.shuffle(shuffled)
    one, other = votes_of(given_acts), votes_of(shuffled)
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_array_equal(one.levels, other.levels)
