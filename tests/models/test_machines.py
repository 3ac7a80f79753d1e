from random import Random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.events import CODE_OF, EventType
from models.machines import machines
from models.user_state import DAY_SECONDS

IMPRESSION, CLICK = CODE_OF[EventType.IMPRESSION], CODE_OF[EventType.CLICK]
acts = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([IMPRESSION, CLICK]), st.floats(-3e5, 3e5)), max_size=40)


def found(given_acts, most):
    users, codes, times = zip(*given_acts, strict=True) if given_acts else ((), (), ())
    columns = np.array(users, np.int32), np.array(codes, np.int8), np.array(times, np.float64)
    return machines(*columns, most).tolist()


@example([(0, CLICK, 0.0), (0, CLICK, -5e-324)], 1, Random(0))
@given(acts, st.integers(1, 6), st.randoms(use_true_random=False))
def test_a_machine_has_more_acts_on_some_day_than_a_person_whatever_their_order(given_acts, most, random):
    days = {}
    for user, code, time in given_acts:
        if code == CLICK:
            days[user, time // DAY_SECONDS] = days.get((user, time // DAY_SECONDS), 0) + 1
    expected = sorted({user for (user, _), count in days.items() if count > most})
    assert found(given_acts, most) == expected
    assert found(random.sample(given_acts, len(given_acts)), most) == expected


@pytest.mark.parametrize(
    ("most", "expected"), [(None, []), (9, [0]), (10, [])], ids=["nobody is asked", "too many", "just as many"]
)
def test_the_limit_is_what_a_person_may_do(most, expected):
    assert found([(0, CLICK, 1.7e9)] * 10 + [(1, IMPRESSION, 1.7e9)] * 50, most) == expected
