import numpy as np
import pytest
from scipy import sparse

from models.interactions import Engagements, Interactions, UntimedError


def engagements(rows: list[tuple[int, int, float, float]]) -> Engagements:
    users, items, weights, times = (np.array(column) for column in zip(*rows, strict=True))
    return Engagements(
        users.astype(np.int32), items.astype(np.int32), weights.astype(np.float32), times.astype(np.float64)
    )


def test_repeated_events_of_a_pair_count_once_with_the_largest_weight_and_the_latest_time() -> None:
    log = engagements([(1, 2, 0.5, 30.0), (0, 1, 1.0, 5.0), (1, 2, 2.0, 10.0), (1, 0, 1.0, 20.0)])
    pairs = Interactions.collect(log, users=3, items=4)
    assert pairs.matrix.toarray().tolist() == [[0, 1, 0, 0], [1, 0, 2, 0], [0, 0, 0, 0]]
    assert pairs.times is not None
    assert pairs.times.tolist() == [5.0, 20.0, 30.0]


def test_the_order_of_delivery_does_not_matter() -> None:
    rows = [(0, 3, 1.0, 1.0), (2, 1, 1.0, 2.0), (0, 1, 1.0, 3.0), (2, 1, 3.0, 1.0)]
    forwards = Interactions.collect(engagements(rows), 3, 4)
    backwards = Interactions.collect(engagements(rows[::-1]), 3, 4)
    assert (forwards.matrix != backwards.matrix).nnz == 0
    assert np.array_equal(forwards.times, backwards.times)  # type: ignore[arg-type]


def test_degrees_count_pairs_and_cover_users_and_items_that_met_nobody() -> None:
    pairs = Interactions.collect(engagements([(0, 1, 9.0, 0.0), (2, 1, 1.0, 0.0)]), 4, 3)
    assert pairs.item_degrees().tolist() == [0, 2, 0]
    assert pairs.user_degrees().tolist() == [1, 0, 1, 0]
    assert len(pairs) == 2


def test_an_empty_log_gives_an_empty_matrix() -> None:
    nothing = Engagements(
        np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.float64)
    )
    pairs = Interactions.collect(nothing, 2, 3)
    assert len(pairs) == 0
    assert pairs.matrix.shape == (2, 3)


def test_pairs_come_in_order_of_time_within_a_user_and_ties_by_item() -> None:
    log = engagements([(1, 0, 1, 5.0), (0, 2, 1, 9.0), (0, 0, 1, 9.0), (0, 1, 1, 3.0), (1, 2, 1, 4.0)])
    users, items = Interactions.collect(log, 2, 3).in_order()
    assert users.tolist() == [0, 0, 0, 1, 1]
    assert items.tolist() == [1, 0, 2, 2, 0]


def test_without_times_there_is_no_order() -> None:
    untimed = Interactions(sparse.csr_array(np.eye(2, dtype=np.float32)))
    with pytest.raises(UntimedError):
        untimed.in_order()


def test_an_item_is_on_offer_from_its_start_or_from_when_it_first_met_anybody() -> None:
    pairs = Interactions.collect(
        engagements([(0, 0, 1, 10.0), (1, 0, 1, 20.0), (0, 1, 1, 30.0), (1, 2, 1, 40.0)]), 2, 5
    )
    shares = pairs.share_since(np.array([0.0, 99.0, 35.0, 20.0, 99.0]))
    assert shares.tolist() == [1.0, 0.5, 0.25, 0.75, 0.0]


def test_without_times_every_item_was_on_offer_all_along() -> None:
    untimed = Interactions(sparse.csr_array(np.eye(2, dtype=np.float32)))
    assert untimed.share_since(np.array([0.0, 9e9])).tolist() == [1.0, 1.0]
