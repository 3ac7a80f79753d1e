"""What sets each protocol apart."""

from __future__ import annotations

from itertools import chain

import numpy as np

from models.ids import Rows
from scripts.benchmarks.recall.dataset import Clock, Dataset, Log, Meaning, build
from scripts.benchmarks.recall.protocols import ColdItems, FixedSplit, LeaveOneOut, TimeSplit, UserSplit


def of_line(user: str, items: str, *, start: float = 0.0) -> tuple[list[str], list[str], list[float]]:
    names = items.split()
    return [user] * len(names), names, [start + step for step in range(len(names))]


def dataset(*lines: tuple[list[str], list[str], list[float]], clock: Clock = Clock.SECONDS) -> Dataset:
    users, items, times = (list(chain.from_iterable(columns)) for columns in zip(*lines, strict=True))
    return build("lines", Log.of_likes(users, items, np.array(times)), Meaning(1.0, clock))


def names(world: Dataset, rows: Rows) -> list[str]:
    return [world.entities.items[row] for row in rows]


def test_user_split_holds_people_out_whole(world: Dataset) -> None:
    split = UserSplit(held_out=20).split(world, 1)
    assert len(split.histories) == 20
    assert not np.isin(split.train.users, split.histories.users).any()
    total = split.histories.lengths + split.targets.lengths
    np.testing.assert_array_equal(split.targets.lengths, np.round(0.2 * total))


def test_user_split_holds_out_no_more_than_half(world: Dataset) -> None:
    assert len(UserSplit(held_out=1000).split(world, 1).histories) == 45


def test_user_split_draws_others_with_another_seed(world: Dataset) -> None:
    there, other = (UserSplit(held_out=20).split(world, seed).histories.users.tolist() for seed in (1, 2))
    assert there != other


def test_leave_one_out_is_strict() -> None:
    world = dataset(of_line("a", "1 2 3 4 5"), of_line("b", "5 4"), of_line("c", "3 5 1"), clock=Clock.STEPS)
    split = LeaveOneOut().split(world, 0)
    tested = [world.entities.users[row] for row in split.histories.users]
    assert sorted(tested) == ["a", "c"]
    a = tested.index("a")
    assert names(world, split.targets.entries.items)[a] == "5"
    assert names(world, split.histories.slice(a, a + 1).entries.items) == ["1", "2", "3", "4"]
    learners = [world.entities.users[row] for row in split.train.users]
    assert set(zip(learners, names(world, split.train.items), strict=True)) == {
        ("a", "1"),
        ("a", "2"),
        ("a", "3"),
        ("b", "5"),
        ("b", "4"),
        ("c", "3"),
    }


def test_leave_one_out_validates_with_the_item_before_the_last() -> None:
    world = dataset(of_line("a", "1 2 3 4 5"), clock=Clock.STEPS)
    test = LeaveOneOut().split(world, 0)
    validation = LeaveOneOut().validation(test)
    assert names(world, validation.targets.entries.items) == ["4"]
    assert names(world, validation.histories.entries.items) == ["1", "2", "3"]
    assert validation.train is test.train


def test_time_split_tests_people_known_well_enough_with_what_is_new_to_them() -> None:
    world = dataset(
        of_line("a", "1 2 3 4 5"),
        of_line("a", "6 1", start=100.0),
        of_line("b", "1 2 3 4"),
        of_line("b", "6", start=100.0),
        of_line("c", "1 2 3 4 5", start=-10.0),
    )
    split = TimeSplit(share_before=0.85).split(world, 0)
    assert [world.entities.users[row] for row in split.targets.users] == ["a"]
    assert names(world, split.targets.entries.items) == ["6"]
    assert split.train.times.max() < split.now <= split.targets.entries.times.min()


def test_cold_items_leave_training_altogether(world: Dataset) -> None:
    split = ColdItems().split(world, 4)
    cold = split.scopes[0].allowed
    assert cold is not None
    assert cold.sum() == round(0.2 * 36)
    assert not cold[split.train.items].any()
    assert not cold[split.histories.entries.items].any()
    assert cold[split.targets.entries.items].all()
    assert split.popularity()[cold].sum() == 0
    published = [document.published_at.timestamp() for document in split.entities.documents]
    assert [at == split.now for at in published] == cold.tolist()
    assert split.scopes[1].allowed is None


def test_fixed_split_is_the_published_one() -> None:
    users, items = ["a", "a", "b", "a", "b"], ["1", "2", "1", "3", "2"]
    published = np.array([False, False, False, True, True])
    world = build("x", Log.of_likes(users, items, np.zeros(5)), Meaning(1.0, Clock.NONE, published))
    split = FixedSplit().split(world, 0)
    assert sorted(names(world, split.targets.entries.items)) == ["2", "3"]
    assert sorted(names(world, split.train.items)) == ["1", "1", "2"]


def spree(user: str, items: str, at: float) -> tuple[list[str], list[str], list[float]]:
    """Everything in the same second."""
    return [user] * len(items.split()), items.split(), [at] * len(items.split())


def test_leave_one_out_says_how_many_have_no_single_last_item_and_draws_it_alike_whatever_the_file() -> None:
    people = [spree(f"u{number}", "1 2 3 4 5 6 7 8", 10.0) for number in range(40)]
    world, turned = (dataset(*order, of_line("z", "1 2 3")) for order in (people, people[::-1]))
    split, again = LeaveOneOut().split(world, 0), LeaveOneOut().split(turned, 1)
    assert split.ties.startswith("40 of 41 people (97.6%) have no single last item")
    drawn = names(world, split.targets.entries.items)
    assert drawn == names(turned, again.targets.entries.items)
    assert len(set(drawn)) > 5  # each person's own draw, not one item for all
    assert split.remarks()[0] == split.ties
    assert not LeaveOneOut().split(dataset(of_line("a", "1 2 3"), of_line("b", "3 2 1")), 0).ties


def test_leave_one_out_validates_by_another_of_the_tied_items() -> None:
    world = dataset(*(spree(f"u{number}", "1 2 3 4 5", 10.0) for number in range(10)))
    split = LeaveOneOut().split(world, 0)
    validation = LeaveOneOut().validation(split)
    assert not np.isin(validation.targets.entries.pairs(), split.targets.entries.pairs()).any()
    assert not np.isin(validation.targets.entries.pairs(), split.train.pairs()).any()


def test_time_split_divides_no_tie_and_says_who_was_in_the_midst_of_a_sitting() -> None:
    before = [of_line(f"u{number}", "1 2 3 4 5 6 7 8", start=1_000.0 * number) for number in range(10)]
    world = dataset(*before, spree("s", "1 2 3 4 5", 9_500.0), spree("s", "6 7", 9_530.0))
    split = TimeSplit(share_before=0.98).split(world, 0)
    for one in (split.histories, split.targets):
        assert set(one.entries.times[one.entries.users == one.users[0]].tolist()) <= {9_500.0, 9_530.0}
    assert split.ties == "1 of 1 people (100.0%) were in the midst of a sitting at the instant"
    assert not np.isin(split.targets.entries.times, split.histories.entries.times).any()
