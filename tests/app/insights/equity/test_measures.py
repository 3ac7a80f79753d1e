"""Each measure against what a hand counts."""

SLATE = [("i1", "jazz", False), ("i2", "jazz", False), ("i3", "chess", True), ("i4", "rust", False)]


def test_engagement_is_what_was_engaged_with_of_what_was_seen(log, rows) -> None:
    log.answer("a", "ann", "2026-10-05", SLATE)
    log.see("a", "ann", SLATE[:3])
    log.event("ann", "i1", "click", "2026-10-05", "a")
    log.event("ann", "i1", "like", "2026-10-05", "a")
    log.event("ann", "i2", "dislike", "2026-10-05", "a")
    log.event("ann", "i4", "like", "2026-10-05", "a")
    log.answer("b", "ann", "2026-09-30 23:59", SLATE)
    log.see("b", "ann", SLATE)
    assert rows("engagement_rate") == {"ann": (1, 3)}, "i4 was not seen, and the other answer is of another quarter"


def test_clicks_on_one_item_of_one_answer_are_one(log, rows) -> None:
    log.answer("a", "ann", "2026-10-05", SLATE)
    log.answer("b", "bob", "2026-12-31 23:59", SLATE)
    log.see("a", "ann", SLATE)
    log.see("b", "bob", SLATE)
    for _ in range(3):
        log.event("ann", "i3", "click", "2026-10-05", "a")
    log.event("ann", "i1", "like", "2026-10-05", "a")
    assert rows("click_through_rate") == {"ann": (1, 4), "bob": (0, 4)}


def test_diversity_is_different_topics_by_items_of_each_answer(log, rows) -> None:
    log.answer("a", "ann", "2026-10-05", SLATE)
    log.answer("b", "ann", "2026-10-06", SLATE[:2])
    assert rows("diversity") == {"ann": (3 + 1, 4 + 2)}


def test_exploration_and_negative_feedback_by_items_served(log, rows) -> None:
    log.answer("a", "ann", "2026-10-05", SLATE)
    log.see("a", "ann", SLATE)
    log.event("ann", "i3", "dismiss", "2026-10-05", "a")
    log.event("ann", "i3", "dislike", "2026-10-05", "a")
    assert rows("exploration") == {"ann": (1, 4)}
    assert rows("negative_feedback") == {"ann": (1, 4)}


def test_opting_out_counts_people_who_were_here(log, rows) -> None:
    log.answer("a", "ann", "2026-10-05", SLATE)
    log.event("bob", "i1", "click", "2026-10-05")
    log.control("cid", "opt_out", "2026-12-01")
    log.control("cid", "reset", "2026-12-02")
    log.control("bob", "opt_out", "2026-09-01")
    log.control("ann", "mute", "2026-12-01", "jazz")
    assert rows("opt_out") == {"ann": (0, 1), "bob": (0, 1), "cid": (1, 1)}


def test_what_was_spoken_against_is_kept_while_it_does_not_come_back(log, rows) -> None:
    log.answer("a", "ann", "2026-10-05", SLATE)
    log.event("ann", "i1", "dislike", "2026-10-06")
    log.event("ann", "i2", "dismiss", "2026-10-06")
    log.control("ann", "mute", "2026-10-06", "chess")
    log.answer("b", "ann", "2026-10-07", [("i2", "jazz", False), ("i9", "rust", False)])
    assert rows("control_efficacy") == {"ann": (2, 3)}, "i1 and chess stayed away, i2 came back"


def test_less_of_a_topic_is_a_smaller_share_after_than_before(log, rows) -> None:
    for user, after in (("ann", SLATE[1:]), ("bob", SLATE[:2])):
        log.answer(f"{user}1", user, "2026-10-05", SLATE)
        log.control(user, "less_of", "2026-10-06", "jazz")
        log.answer(f"{user}2", user, "2026-10-07", after)
    assert rows("control_efficacy") == {"ann": (1, 1), "bob": (0, 1)}, "a half before; a third, and all, after"


def test_a_wish_that_was_taken_back_or_that_nothing_followed_is_not_counted(log, rows) -> None:
    log.control("ann", "mute", "2026-10-05", "jazz")
    log.control("ann", "more_of", "2026-10-06", "jazz")
    log.answer("a", "ann", "2026-10-07", SLATE)
    log.event("bob", "i1", "dislike", "2026-10-06")
    assert rows("control_efficacy") == {}
