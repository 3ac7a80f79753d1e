import numpy as np
import pyarrow as pa

from models.events import CODE_OF, EventType
from models.ids import digests_of
from scripts.benchmarks.recall.dataset import Clock, Log, Meaning, build


def test_rows_follow_the_digests_of_the_ids_and_not_the_file() -> None:
    names = [str(number) for number in range(200)]
    dataset = build("x", Log.of_likes(["u"] * 200, names, np.zeros(200)), Meaning(1.0, Clock.NONE))
    digests = digests_of(dataset.entities.items)
    assert np.all(digests[:-1] < digests[1:])
    assert abs(np.corrcoef([int(item) for item in dataset.entities.items], range(200))[0, 1]) < 0.3


def test_the_order_of_the_file_does_not_matter() -> None:
    users, items, times = ["a", "b", "a"], ["x", "y", "z"], np.array([3.0, 1.0, 2.0])
    there = build("x", Log.of_likes(users, items, times), Meaning(1.0, Clock.SECONDS))
    back = build("x", Log.of_likes(users[::-1], items[::-1], times[::-1]), Meaning(1.0, Clock.SECONDS))
    assert there.entities == back.entities
    np.testing.assert_array_equal(there.events.items, back.events.items)
    np.testing.assert_array_equal(there.events.times, back.events.times)


def test_a_pair_is_positive_or_negative_by_its_last_word() -> None:
    log = Log(
        users=pa.array(["a", "a", "a", "b"]),
        items=pa.array(["x", "x", "y", "x"]),
        values=np.array([5, 1, 4, 3], dtype=np.float32),
        times=np.array([1.0, 2.0, 3.0, 4.0]),
        codes=np.full(4, CODE_OF[EventType.LIKE], dtype=np.int8),
    )
    dataset = build("x", log, Meaning(4.0, Clock.SECONDS))
    assert dataset.positives().values.tolist() == [4.0]
    assert sorted(dataset.negatives().values.tolist()) == [1.0, 3.0]
