from threading import Thread

import numpy as np
import pytest

from models.finite import NotFiniteError, NotFiniteWarning, NumericFaults, require_finite


def test_what_is_not_finite_is_named_and_refused():
    with pytest.raises(NotFiniteError, match="2 of 3 numbers in index are not finite"):
        require_finite(engage=np.zeros(2), index=np.array([1.0, np.nan, np.inf]))


def test_what_is_left_out_is_counted_by_name_and_warned_of():
    faults = NumericFaults()
    assert faults.counts() == {}
    for _ in range(2):
        with pytest.warns(NotFiniteWarning, match="1 numbers of recency"):
            left = faults.leave_out("recency", np.array([1, np.inf], dtype=np.float32))
    assert left.tolist() == [1, 0]
    assert faults.counts() == {"recency": 2}


@pytest.mark.parametrize("compute", [lambda one: np.exp2(2_000 * one), lambda one: (one - 1) / (one - 1)])
def test_tests_take_infinities_and_nan_for_errors_in_every_thread(compute):
    """The settings of pytest make an error of every warning, numpy's among them; this holds them to it."""
    caught = []

    def run():
        try:
            compute(np.ones(1))
        except RuntimeWarning as warning:
            caught.append(warning)

    thread = Thread(target=run)
    thread.start()
    thread.join()
    run()
    assert len(caught) == 2
