import numpy as np
import pytest

from models.user_state import DAY_SECONDS
from scripts.benchmarks.sittings import LEAST_LASTING, Sittings

START = 1_700_000_000.0


def of(*times_by_person):
    users = np.repeat(np.arange(len(times_by_person), dtype=np.int32), [len(times) for times in times_by_person])
    times = START + np.concatenate([np.array(times, dtype=np.float64) for times in times_by_person])
    order = np.random.default_rng(0).permutation(len(times))
    return Sittings.of(users[order], times[order])


def test_shares_are_of_consecutive_pairs_of_one_person():
    found = of([0, 0, 30, 5_000], [10, 10 + 2 * DAY_SECONDS], [99])
    assert (found.tied, found.together) == (0.25, 0.5)
    assert (found.lasting, found.people) == (1, 2)


def test_a_rating_spree_tells_neither_order_nor_fading():
    found = of(*[np.arange(40) * 9.0 for _ in range(LEAST_LASTING)])
    assert not found.tell_order
    assert not found.tell_fading
    order, fading = found.remarks()
    assert order == (
        "order is not learned from: 100.0% of what people took up followed within a minute of what was before it "
        "(0.0% at the same time)"
    )
    assert fading == "half-lives are not chosen: 0 of 50 people came back after a day"


def test_people_who_come_back_tell_both():
    found = of(*[np.arange(5) * DAY_SECONDS for _ in range(LEAST_LASTING)])
    assert found.tell_order
    assert found.tell_fading
    assert not list(found.remarks())


@pytest.mark.parametrize("times", [[], [0.0]], ids=["empty", "one event"])
def test_a_log_without_pairs_tells_no_fading_and_no_wrong_order(times):
    found = Sittings.of(np.zeros(len(times), np.int32), np.array(times))
    assert (found.tied, found.together, found.lasting, found.people) == (0, 0, 0, 0)
