"""Items that say the same under several ids are one: seen, dismissed, in slates, over pages and to `/similar`."""

import numpy as np
import pytest

THEMES = ("rust", "gardening", "astronomy", "cooking", "cycling", "chess")
TEXT = "The borrow checker owns the memory of the compiler, and so do all systems that the rust team maintains today."


def copy_of(an_item, number, item_id, **fields):
    """The item of a number under another id, of another provider and day."""
    return an_item(number, item_id=item_id, provider="mirror", published_at="2025-12-24T00:00:00Z", **fields)


def long_item(an_item, number, **fields):
    theme = THEMES[number % 6]
    return an_item(number, text=f"{TEXT} This is about {theme}, {theme} and number {number}.", **fields)


@pytest.fixture(scope="module")
def stock(an_item):
    items = [long_item(an_item, number) for number in range(48)]
    copies = [item.model_copy(update={"item_id": f"z{item.item_id}", "provider": "mirror"}) for item in items[:12]]
    return [*items, *copies]


@pytest.fixture(scope="module")
def shared(open_household, tmp_path_factory, stock):
    with open_household(tmp_path_factory.mktemp("twins")) as home:
        home.publish(stock)
        yield home


def slate_ids(home, user, limit=60):
    return [item.item_id for item in home.recommend(user, limit=limit).items]


def originals(ids):
    return [item_id.removeprefix("z") for item_id in ids]


@pytest.mark.parametrize("kind", ["complete", "like", "click", "dismiss", "report"])
@pytest.mark.parametrize(("one", "other"), [("i006", "zi006"), ("zi006", "i006")])
def test_what_was_done_with_one_holds_for_the_other(shared, an_event, kind, one, other):
    user = f"{kind}-{one}"
    shared.ingest(an_event(f"{user}-1", user, "i001"), an_event(f"{user}-2", user, one, kind))
    assert {one, other}.isdisjoint(slate_ids(shared, user))


def test_a_slate_holds_one_of_each(shared, an_event):
    shared.ingest(an_event("one-of-each", "reader", "i013"))
    for user in ("stranger", "reader"):
        shown = slate_ids(shared, user)
        assert len(set(originals(shown))) == len(shown)
        assert {f"i{number:03}" for number in range(12)} <= set(originals(shown))


def test_pages_hold_one_of_each(shared):
    slate, shown = shared.recommend("pages", limit=7), []
    while True:
        shown += [item.item_id for item in slate.items]
        if not slate.next_cursor:
            break
        slate = shared.recommend("pages", limit=7, cursor=slate.next_cursor)
    assert len(shown) == len(set(originals(shown))) == 48


def test_what_the_caller_leaves_out_is_left_out_with_its_copies(shared):
    shown = [item.item_id for item in shared.recommend("leaver", limit=60, exclude=["i003"]).items]
    assert "i003" not in originals(shown)


def test_similar_items_are_others_and_each_is_listed_once(shared):
    for item_id in ("i000", "zi000"):
        found = [each["item_id"] for each in shared.similar(item_id=item_id, limit=50)["items"]]
        assert "i000" not in originals(found)
        assert len(set(originals(found))) == len(found) == 47


@pytest.mark.parametrize("query", [{"item_id": "i000"}, {"text": "borrow checker ownership"}])
def test_a_short_answer_is_the_beginning_of_a_longer_one(shared, query):
    longest = [each["item_id"] for each in shared.similar(**query, limit=50)["items"]]
    for limit in (1, 2, 5, 10, 33):
        assert [each["item_id"] for each in shared.similar(**query, limit=limit)["items"]] == longest[:limit]


def test_a_copy_takes_the_place_of_one_that_is_held_back(home, an_item):
    twins = [long_item(an_item, 60, item_id="a", provider="p-a"), long_item(an_item, 60, item_id="b", provider="p-b")]
    home.publish([*(an_item(number) for number in range(12)), *twins])
    assert len({"a", "b"} & set(slate_ids(home, "anyone"))) == 1
    for muted, shown in (("p-a", "b"), ("p-b", "a")):
        home.patch(f"mutes-{muted}", muted={"providers": [muted]})
        assert {"a", "b"} & set(slate_ids(home, f"mutes-{muted}")) == {shown}
        found = home.similar(item_id="i000", user_id=f"mutes-{muted}", limit=20)["items"]
        assert {"a", "b"} & {each["item_id"] for each in found} == {shown}
    home.delete("a")
    assert {"a", "b"} & set(slate_ids(home, "another")) == {"b"}


def test_the_one_published_last_stands_for_both(home, an_item):
    days = {"a": "2026-01-01T00:00:00Z", "b": "2026-02-20T00:00:00Z", "c": "2026-01-20T00:00:00Z"}
    home.publish([long_item(an_item, 60, item_id=each, published_at=day) for each, day in days.items()])
    assert slate_ids(home, "anyone") == ["b"]


def test_what_comes_over_http_is_one_with_what_says_the_same(home, an_item, an_event):
    home.put(long_item(an_item, 60, item_id="first"))
    home.publish([*(an_item(number) for number in range(12)), long_item(an_item, 60, item_id="first")])
    home.put(long_item(an_item, 60, item_id="second"), long_item(an_item, 61, item_id="third"))
    home.put(long_item(an_item, 61, item_id="fourth"))
    home.ingest(an_event(1, "reader", "second", "complete"), an_event(2, "reader", "third", "complete"))
    assert {"first", "second", "third", "fourth"}.isdisjoint(slate_ids(home, "reader"))
    home.put(long_item(an_item, 62, item_id="first"))
    assert "first" in slate_ids(home, "reader")


def test_items_that_say_nothing_are_each_their_own(home, an_item, an_event):
    stubs = [an_item(number, title="Untitled", text="", tags=[], provider=None) for number in range(30)]
    home.publish(stubs)
    home.ingest(an_event(1, "reader", "i003", "complete"))
    assert len(slate_ids(home, "reader")) == 29
    assert len(home.similar(item_id="i003", limit=50)["items"]) == 29


def test_it_can_be_switched_off(open_household, tmp_path, stock, an_event):
    with open_household(tmp_path, query={"copies_are_one": False}) as home:
        home.publish(stock)
        home.ingest(an_event(1, "reader", "i006", "complete"))
        assert "zi006" in slate_ids(home, "reader")
        assert home.similar(item_id="i006", limit=1)["items"][0]["item_id"] == "zi006"


@pytest.mark.parametrize("flat_below", [0, 10_000], ids=["cells", "flat"])
def test_equal_items_come_in_the_order_of_their_ids(open_household, tmp_path, an_item, flat_below):
    """Enough alike that only the id tells them apart, too little said to be the same."""
    others = [an_item(number) for number in range(200, 230)]
    alike = [an_item(6 * number, title="rust", text="", tags=[]) for number in range(20)]
    later = [an_item(6, title="rust", text="", tags=[], item_id=f"i{number:03}") for number in (3, 121, 20, 59)]
    with open_household(tmp_path, index={"ann": {"flat_below": flat_below}}) as home:
        home.publish([*alike, *others])
        home.put(*later)
        ids = sorted(item.item_id for item in (*alike, *later))
        for limit in (1, 2, 5, 10, 24):
            found = home.similar(text="rust", limit=limit)["items"]
            assert [each["item_id"] for each in found] == ids[:limit]


def test_a_slate_of_equal_items_is_in_the_order_of_their_ids(home, an_item):
    def stub(item_id):
        return an_item(6, title="rust", text="", tags=[], provider=None, item_id=item_id)

    home.publish([stub(item_id) for item_id in ("d", "f", "m")])
    home.put(stub("z"), stub("e"), stub("a"))
    assert slate_ids(home, "anyone") == ["a", "d", "e", "f", "m", "z"]


def test_the_build_says_how_many_there_are(shared):
    snapshot = shared.service.snapshot_swap.current.catalogue.snapshot
    assert (snapshot.manifest.copies, snapshot.manifest.copy_groups) == (24, 12)
    assert np.count_nonzero(snapshot.items.copies != np.arange(60)) == 12
