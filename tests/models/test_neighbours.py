import numpy as np
from scipy import sparse

from models.neighbours import Neighbours


def test_bands_of_rows_are_stacked_in_order_without_zeros() -> None:
    dense = np.array([[0, 2, 0], [1, 0, -3], [0, 0, 0]], dtype=np.float32)
    lists = Neighbours.stack((sparse.csr_array(dense[:1]), sparse.csr_array(dense[1:])), 3)
    assert lists.offsets.tolist() == [0, 1, 3, 3]
    assert lists.rows.dtype == np.int32
    assert np.array_equal(lists.matrix().toarray(), dense)


def test_without_any_band_there_are_no_neighbours() -> None:
    assert Neighbours.stack((), 4).matrix().nnz == 0
    assert Neighbours.stack((), 4).offsets.tolist() == [0] * 5


def test_marked_items_lose_their_list_and_leave_the_lists_of_others() -> None:
    dense = np.array([[0, 2, 5], [1, 0, -3], [4, 7, 0]], dtype=np.float32)
    lists = Neighbours.stack((sparse.csr_array(dense),), 3).without(np.array([False, True, False]))
    assert lists.matrix().toarray().tolist() == [[0, 0, 5], [0, 0, 0], [4, 0, 0]]
