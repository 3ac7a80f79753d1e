import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from numpy.typing import NDArray

from scripts.benchmarks.recall.top_k import EXCLUDED, top_k

FEW_VALUES = st_np.arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.integers(1, 30)),
    elements=st.sampled_from([float(EXCLUDED), -1.0, 0.0, 0.5, 2.0]),
)


@given(FEW_VALUES, st.integers(1, 35))
def test_best_first_and_the_smaller_column_among_equals(scores: NDArray[np.float32], k: int) -> None:
    ranked = top_k(scores.copy(), k)
    for row, found in zip(scores, ranked, strict=True):
        best = sorted(range(len(row)), key=lambda column: (-row[column], column))[:k]
        assert found.tolist() == [column if row[column] != EXCLUDED else -1 for column in best]


def test_a_score_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a number"):
        top_k(np.array([[0.0, np.nan]], dtype=np.float32), 1)
