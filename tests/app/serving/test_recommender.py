"""What holds from one answer to the next: exploration over windows, pages without repeats or losses, rests."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import CursorError, CursorExpiredError

ITEMS = 90
WINDOW = 50
quick = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def shared(tmp_path_factory, open_household, an_item):
    with open_household(tmp_path_factory.mktemp("shared")) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        yield home


@pytest.fixture(scope="module")
def rust_lover(shared, an_event):
    numbers = iter(range(10**9))

    def somebody():
        user = f"lover-{next(numbers)}"
        shared.ingest(*(an_event(f"{user}-{item}", user, f"i{item:03}") for item in (0, 6, 12)))
        return user

    return somebody


@quick
@given(st.lists(st.integers(1, 12), min_size=1, max_size=30))
def test_a_fifth_of_what_is_shown_is_exploration_whatever_the_page_sizes(shared, rust_lover, sizes):
    user, shown = rust_lover(), []
    for number, size in enumerate(sizes):
        slate = shared.recommend(user, limit=size, scenario=f"s{number}")
        shown += [item.exploration for item in slate.items]
        window = shown[-WINDOW:]
        assert sum(window) >= 0.2 * len(window) - 1e-9
        assert slate.receipt[0].window == min(len(shown), WINDOW)


@quick
@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=15))
def test_requests_and_further_pages_count_towards_one_window(shared, rust_lover, requests):
    user, shown, cursor = rust_lover(), [], None
    for number, (size, further) in enumerate(requests):
        cursor = cursor if further else None
        slate = shared.recommend(user, limit=size, cursor=cursor, scenario=None if cursor else f"s{number}")
        cursor, shown = slate.next_cursor, [*shown, *(item.exploration for item in slate.items)]
        owed, window = slate.receipt[0], shown[-max(WINDOW, len(slate.items)) :]
        assert owed.achieved >= owed.required or owed.reason
        assert sum(window) >= 0.2 * len(window) - 1e-9 or owed.reason


def test_exploration_is_spread_over_the_slate_and_drawn_again_alike(shared, rust_lover):
    user = rust_lover()
    slate = shared.recommend(user, limit=20)
    places = [item.rank for item in slate.items if item.exploration]
    assert len(places) >= 4
    assert all(any(5 * part < place <= 5 * part + 5 for place in places) for part in range(4))
    shared.service._recommender.forget(user)  # noqa: SLF001 - as if the service had been started anew
    assert [item.item_id for item in shared.recommend(user, limit=20).items] == [item.item_id for item in slate.items]


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 12), min_size=2, max_size=8), st.integers(1, 7))
def test_a_window_goes_on_after_a_restart_for_whoever_reports_what_is_shown(
    tmp_path_factory, open_household, an_item, an_event, sizes, restart
):
    folder, shown, number = tmp_path_factory.mktemp("restarted"), [], 10

    def ask(home, sizes):
        nonlocal number
        for size in sizes:
            slate = home.recommend("ada", limit=size, scenario=f"s{number}")
            for item in slate.items:
                number += 1
                home.ingest(an_event(number, "ada", item.item_id, "impression", 1 - number / 1000))
            shown.extend(item.exploration for item in slate.items)
            window = shown[-WINDOW:]
            assert sum(window) >= 0.2 * len(window) - 1e-9
            assert slate.receipt[0].window == len(window)

    with open_household(folder) as home:
        home.publish([an_item(number) for number in range(ITEMS)])
        home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(4)))
        ask(home, sizes[:restart])
    with open_household(folder) as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        ask(home, sizes[restart:])


@quick
@given(st.integers(1, 13))
def test_pages_cover_the_catalogue_once(shared, rust_lover, size):
    user, seen, cursor = rust_lover(), [], None
    while True:
        page = shared.recommend(user, limit=size, cursor=cursor)
        seen += [item.item_id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == ITEMS - 3


def test_pages_hold_while_events_items_and_snapshots_change(home, an_item, an_event):
    home.ingest(an_event(1, "ada", "i000"), an_event(2, "ada", "i006"))
    first = home.recommend("ada", limit=20)
    given_first = [item.item_id for item in first.items]
    dismissed = next(
        f"i{number:03}" for number in range(ITEMS) if f"i{number:03}" not in {*given_first, "i000", "i006"}
    )
    home.ingest(an_event(3, "ada", dismissed, "dismiss"), an_event(4, "ada", given_first[0], "save"))
    home.delete("i089")
    home.publish([an_item(number) for number in range(100)])
    rest, cursor = [], first.next_cursor
    while cursor:
        page = home.recommend("ada", limit=20, cursor=cursor)
        rest += [item.item_id for item in page.items]
        cursor = page.next_cursor
    assert not set(rest) & {*given_first, dismissed, "i089", "i000", "i006"}
    assert len(rest) == len(set(rest))
    old = {f"i{number:03}" for number in range(ITEMS)} - {*given_first, dismissed, "i089", "i000", "i006"}
    assert old <= set(rest)


def test_a_page_asked_for_twice_is_the_same_page(home, an_event):
    home.ingest(an_event(1, "ada", "i000"))
    cursor = home.recommend("ada").next_cursor
    once = home.recommend("ada", cursor=cursor)
    home.ingest(an_event(2, "ada", "i001", "dismiss"))
    assert home.recommend("ada", cursor=cursor) == once


def test_a_cursor_is_bound_to_its_person_and_its_lifetime(home, tmp_path, open_household, an_item):
    cursor = home.recommend("ada").next_cursor
    with pytest.raises(CursorError):
        home.recommend("eve", cursor=cursor)
    with pytest.raises(CursorError):
        home.recommend("ada", cursor="made-up")
    home.erase("ada")
    with pytest.raises(CursorExpiredError):
        home.recommend("ada", cursor=cursor)
    with open_household(tmp_path / "brief", paging={"lifetime_seconds": 1e-6}) as brief:
        brief.publish([an_item(number) for number in range(30)])
        with pytest.raises(CursorExpiredError):
            brief.recommend("ada", cursor=brief.recommend("ada").next_cursor)


def test_items_shown_again_and_again_in_vain_rest_for_a_while(home, an_event):
    home.ingest(an_event(0, "ada", "i000"))
    top = home.recommend("ada").items[0].item_id
    home.ingest(*(an_event(10 + n, "ada", top, "impression", days_ago=2 - n / 10) for n in range(2)))
    assert top in [item.item_id for item in home.recommend("ada", limit=90).items]
    home.ingest(an_event(12, "ada", top, "impression", days_ago=1))
    assert top not in [item.item_id for item in home.recommend("ada", limit=90).items]
    home.ingest(*(an_event(20 + n, "bob", top, "impression", days_ago=30) for n in range(5)))
    assert top in [item.item_id for item in home.recommend("bob", limit=90).items]


def test_thousands_of_items_can_be_excluded(home):
    everything = [f"i{number:03}" for number in range(ITEMS)]
    strangers = [f"nobody-{number}" for number in range(5_000)]
    slate = home.recommend("ada", limit=90, exclude=[*everything[:80], *strangers])
    assert {item.item_id for item in slate.items} == set(everything[80:])


def test_providers_share_the_slate(home, an_item, an_event):
    home.put(*(an_item(600 + n * 6, provider="loud") for n in range(20)))
    home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(4)))
    slate = home.recommend("ada", limit=10)
    receipt = {entry.floor: entry for entry in slate.receipt}
    assert receipt["provider_cap"].achieved <= receipt["provider_cap"].required == 4


def test_nearly_the_same_items_stand_in_one_slate_only_where_there_is_nothing_else_and_the_receipt_says_so(
    home, an_item, an_event
):
    home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(4)))
    same = {"title": "One", "text": "rust borrow checker"}
    home.put(*(an_item(600 + n * 6, item_id=f"copy{n}", provider=f"maker-{n}", **same) for n in range(8)))
    slate = home.recommend("ada", limit=10)
    receipt = {entry.floor: entry for entry in slate.receipt}["distance"]
    assert sum(item.title == "One" for item in slate.items) <= 1
    assert (receipt.required, receipt.achieved, receipt.reason) == (10, 10, None)
    everything = home.recommend("ada", limit=94)
    receipt = {entry.floor: entry for entry in everything.receipt}["distance"]
    copies = sum(item.title == "One" for item in everything.items)
    assert copies == 8
    assert receipt.achieved <= receipt.required - copies + 1
    assert "unlike enough" in receipt.reason
