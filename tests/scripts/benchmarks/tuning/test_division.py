import numpy as np
import pytest

from scripts.benchmarks.tuning.division import LEAST_PEOPLE, Signals, TooFewEventsError, divide

HOUR = 3_600.0


def log(*rows: tuple[int, int, float, float]) -> Signals:
    users, items, weights, times = (np.array(column) for column in zip(*rows, strict=True))
    return Signals(users.astype(np.int32), items.astype(np.int32), weights.astype(np.float32), times.astype(np.float64))


def crowd(people: int, items: int = 10) -> list[tuple[int, int, float, float]]:
    return [(user, item, 1.0, item * HOUR) for user in range(people) for item in range(items)]


def test_of_everybody_the_last_fifth_is_next_and_what_came_before_is_known() -> None:
    division = divide(log(*crowd(60)), 1_000, np.random.default_rng(0))
    assert division.asked.tolist() == list(range(60))
    assert set(division.moments) == {8 * HOUR}
    assert division.offsets.tolist() == list(range(0, 121, 2))
    assert division.targets.reshape(60, 2).tolist() == [[8, 9]] * 60
    assert sorted(set(division.known.items.tolist())) == list(range(8))


def test_who_is_not_asked_is_known_whole() -> None:
    rows = [*crowd(60), *((60, item, 1.0, item * HOUR) for item in range(4))]
    division = divide(log(*rows), 1_000, np.random.default_rng(0))
    assert 60 not in division.asked
    assert (division.known.users == 60).sum() == 4


def test_what_a_person_met_before_their_moment_is_no_target() -> None:
    rows = crowd(60)
    rows += [(0, 8, -1.0, 1.0), (1, 0, 1.0, 9.5 * HOUR), (2, 99, -1.0, 8.5 * HOUR)]
    division = divide(log(*rows), 1_000, np.random.default_rng(0))
    targets = [division.targets[a:b].tolist() for a, b in zip(division.offsets[:-1], division.offsets[1:], strict=True)]
    assert targets[0] == [7, 9]
    assert targets[1] == [8, 9]
    assert targets[2] == [8, 9]
    assert (division.known.weights < 0).sum() == 1


def test_events_of_one_moment_are_not_torn_apart() -> None:
    together = [(user, item, 1.0, 9 * HOUR if item > 5 else item * HOUR) for user in range(60) for item in range(10)]
    division = divide(log(*together), 1_000, np.random.default_rng(0))
    assert division.targets.reshape(60, 4).tolist() == [[6, 7, 8, 9]] * 60


def test_of_many_people_some_are_drawn_by_the_seed() -> None:
    first, again, other = (divide(log(*crowd(300)), 100, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert len(first.asked) == 100
    assert first.asked.tolist() == again.asked.tolist()
    assert first.asked.tolist() != other.asked.tolist()
    assert (first.known.items >= 8).sum() == 2 * 200


def test_too_few_people_are_refused_with_their_number() -> None:
    few = [*crowd(LEAST_PEOPLE - 1), *((user, item, 1.0, item) for user in range(100, 200) for item in range(5))]
    with pytest.raises(TooFewEventsError, match=r"^49 people engaged with 5 items or more .* it takes 50 of them$"):
        divide(log(*few), 1_000, np.random.default_rng(0))
    with pytest.raises(TooFewEventsError, match=r"^0 people"):
        divide(log(*few).take(np.zeros(len(few), dtype=np.bool_)), 1_000, np.random.default_rng(0))
