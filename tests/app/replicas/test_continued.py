"""An answer that one service began, and another on the same database continues."""

import shutil

import pytest

from app.errors import CursorError, CursorExpiredError
from app.policy.personalization_switch import Target
from tests.app.replicas.conftest import start


def asked(home, user="ann", cursor=None, **fields):
    """A page, as the endpoint makes it; it is written before this returns."""

    async def ask():
        await home.service.freshness.prove((user,))
        if cursor is not None:
            await home.service.continued.fetch(user, cursor)

    home.loop.run_until_complete(ask())
    slate = home.recommend(user, **fields, **({"cursor": cursor} if cursor else {}))
    home.loop.run_until_complete(home.service.continued.write())
    return slate


def ids(slate):
    return [item.item_id for item in slate.items]


def test_pages_by_turns_show_nothing_twice_and_leave_nothing_out(pair, an_event):
    one, other = pair
    asked(one)
    one.ingest(an_event(1, "ann", "i001"))
    slate, seen = asked(one, limit=10), []
    while slate.items:
        seen += ids(slate)
        if slate.next_cursor is None:
            break
        one, other = other, one
        slate = asked(one, cursor=slate.next_cursor)
    assert len(seen) == len(set(seen)) == 59  # all but the one that was liked


def test_a_page_that_is_asked_for_again_elsewhere_has_the_same_items_under_the_same_name(pair):
    one, other = pair
    first = asked(one, limit=5)
    second = asked(one, cursor=first.next_cursor, limit=5)
    again = asked(other, cursor=first.next_cursor, limit=5)
    assert (ids(again), again.recommendation_id) == (ids(second), second.recommendation_id)
    assert again.next_cursor == second.next_cursor
    assert [item.rank for item in again.items] == [1, 2, 3, 4, 5]
    assert set(ids(asked(other, cursor=again.next_cursor, limit=5))).isdisjoint(ids(first) + ids(second))


def test_a_filter_goes_on_at_the_other(pair):
    one, other = pair
    first = asked(one, limit=3, filter='tags contains "gardening"')
    second = asked(other, cursor=first.next_cursor, limit=3)
    assert len(ids(second)) == 3
    alone = asked(one, user="bea", limit=60, filter='tags contains "gardening"')
    assert set(ids(second)) <= set(ids(alone)) - set(ids(first))


@pytest.mark.parametrize("change", ["reset", "erase", "mute"])
def test_nothing_goes_on_that_rests_on_what_was(pair, an_event, change):
    one, other = pair
    asked(one)
    one.ingest(an_event(1, "ann", "i001"))
    first = asked(one, limit=5)
    asked(other, cursor=first.next_cursor)
    if change == "mute":
        other.patch("ann", muted={"tags": ["gardening"]})
    else:
        getattr(other, change)("ann")
    for home in pair:
        with pytest.raises(CursorExpiredError):
            asked(home, cursor=first.next_cursor)


def test_nothing_goes_on_that_was_begun_before_an_administrator_switched(pair):
    one, other = pair
    first = asked(one, limit=5)
    setting = other.service.administrators_switch.set(Target(), "k1", "An incident.", enabled=False)
    other.loop.run_until_complete(setting)
    for home in pair:
        with pytest.raises(CursorExpiredError):
            asked(home, cursor=first.next_cursor)


def test_an_event_of_somebody_new_ends_nothing(pair, an_event):
    one, other = pair
    first = asked(one, limit=5)
    asked(other)
    assert other.ingest(an_event(1, "ann", ids(first)[0])) == ["accepted"]
    assert asked(one, cursor=first.next_cursor).items


def test_nobody_goes_on_with_what_was_given_to_another(pair):
    one, other = pair
    first = asked(one, limit=5)
    with pytest.raises(CursorError):
        asked(other, user="bea", cursor=first.next_cursor)


def test_an_export_has_what_the_other_gave(pair):
    one, other = pair
    slate = asked(one, limit=5)
    export = other.export("ann")
    assert [each["recommendation_id"] for each in export.slates] == [slate.recommendation_id]


def test_of_who_was_erased_elsewhere_no_answer_is_left(pair):
    one, other = pair
    asked(one, limit=5)
    asked(other, limit=5)
    other.loop.run_until_complete(other.service.freshness.prove(("ann",)))
    other.erase("ann")
    one.loop.run_until_complete(one.service.freshness.prove(("ann",)))
    assert one.export("ann").slates == []


def test_of_who_was_erased_elsewhere_the_own_log_of_answers_holds_nothing(tmp_path, postgres, open_household, an_item):
    """As replicas on several machines have one each."""
    settings = {"storage": {"url": postgres.new_schema()}}
    with open_household(tmp_path / "one", **settings) as one:
        one.publish([an_item(number) for number in range(60)])
        shutil.copytree(tmp_path / "one" / "snapshots", tmp_path / "other" / "snapshots")
        with open_household(tmp_path / "other", **settings) as other:
            other.loop.close()
            other.loop = one.loop
            for home in (one, other):
                home.loop.run_until_complete(start(home))
            for user in ("ann", "bea", "cy"):
                asked(one, user=user)
            one.service.served_log.flush()
            other.erase("ann")
            one.loop.run_until_complete(one.service.freshness.prove(("ann",)))
            assert one.service.served_log.user_ids() == {"bea", "cy"}
            other.erase("bea")
            one.loop.run_until_complete(one.service.freshness.follow())
            assert one.service.served_log.user_ids() == {"cy"}
