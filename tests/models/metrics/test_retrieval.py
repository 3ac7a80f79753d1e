import numpy as np
import pytest

from models.metrics import overlap_at


def test_overlap_is_the_mean_share_of_the_exact_answer() -> None:
    exact = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
    assert overlap_at(exact[:, ::-1], exact) == 1.0
    assert overlap_at(np.array([[4, 3, 9, 9], [9, 9, 9, 9]]), exact) == pytest.approx(0.25)
