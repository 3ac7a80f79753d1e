from app.insights.equity.groups import HIDDEN, NOT_STATED, groups_of


def test_groups_by_what_people_declare() -> None:
    groups = groups_of("band", ["old", "young", None, "old"], minimum=1)
    assert groups.names == ("old", "young", NOT_STATED)
    assert groups.members.tolist() == [0, 1, 2, 0]
    assert groups.sizes() == [2, 1, 1]
    assert groups.suppressed == 0


def test_a_small_group_takes_the_next_smallest_with_it_so_that_it_cannot_be_subtracted() -> None:
    values = ["a"] * 30 + ["b"] * 12 + ["c"] * 3
    groups = groups_of("band", values, minimum=10)
    assert groups.names == ("a",)
    assert groups.suppressed == 2
    assert (groups.members == HIDDEN).sum() == 15


def test_small_groups_that_make_up_the_minimum_together_take_nobody_with_them() -> None:
    groups = groups_of("band", ["a"] * 30 + ["b"] * 12 + ["c"] * 6 + ["d"] * 5, minimum=10)
    assert groups.names == ("a", "b")
    assert groups.suppressed == 2
