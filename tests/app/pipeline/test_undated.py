"""Items without a date: shown like others, and never called recent."""

import pytest


@pytest.fixture
def undated_home(tmp_path, open_household, an_item):
    """Thirty items, of which every third has a date; the newest is dated yesterday."""
    with open_household(tmp_path) as home:
        items = [an_item(number) for number in range(30)]
        home.publish([item if number % 3 == 0 else undated(item) for number, item in enumerate(items)])
        yield home


def undated(item):
    return type(item).model_validate(item.model_dump(exclude={"published_at"}, exclude_none=True))


def is_undated(home, item_id):
    return b"published_at" not in home.service.get_item(item_id)


def test_they_are_recommended(undated_home):
    shown = {item.item_id for item in undated_home.recommend("nobody", limit=30).items}
    assert len(shown) == 30


def test_they_are_no_source_of_fresh_items(undated_home):
    catalogue = undated_home.service.snapshot_swap.current.catalogue
    now = undated_home.settings.as_of.timestamp()
    newest = [catalogue.item_id(int(row)) for row in catalogue.newest(now, 30)]
    assert len(newest) == 10
    assert not any(is_undated(undated_home, item_id) for item_id in newest)
    assert len(catalogue.published_since(0.0, now)) == 10


def test_recency_counts_none_of_them(tmp_path, open_household, an_item):
    with open_household(tmp_path) as home:
        home.publish([undated(an_item(number)) for number in range(20)])
        slate = home.recommend("nobody", limit=10)
        receipt = {entry.floor: entry for entry in slate.receipt}
        assert len(slate.items) == 10
        assert receipt["recency"].achieved == 0
        assert receipt["recency"].reason
        assert not any(reason.code == "fresh" for item in slate.items for reason in item.reasons)
        assert not any(item.source == "fresh" for item in slate.items)


def test_one_that_comes_over_http_is_shown_and_not_recent(undated_home, an_item):
    undated_home.put(undated(an_item(77)))
    catalogue = undated_home.service.snapshot_swap.current.catalogue
    row = catalogue.row("i077")
    assert row >= 0
    assert row not in catalogue.newest(undated_home.settings.as_of.timestamp(), 100)
    assert "i077" in {item.item_id for item in undated_home.recommend("nobody", limit=31).items}


def test_an_item_without_a_format_or_a_language_is_one_like_others(tmp_path, open_household, an_item):
    with open_household(tmp_path) as home:
        bare = [type(an_item(0)).model_validate({"item_id": f"b{n}", "title": f"bare {n}"}) for n in range(8)]
        home.publish([*bare, *(an_item(number) for number in range(8))])
        home.patch("reader", preferences={"languages": ["en"], "formats": ["video"]})
        home.put(type(an_item(0)).model_validate({"item_id": "b9", "title": "bare 9"}))
        assert {f"b{n}" for n in range(8)} | {"b9"} <= {
            item.item_id for item in home.recommend("reader", limit=17).items
        }
