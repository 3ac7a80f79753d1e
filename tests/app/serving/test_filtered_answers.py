"""Filters of requests: nothing that is not asked for is shown, floors and receipts hold among what is."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import InvalidPayloadError
from app.pipeline.stages import EVERYWHERE
from app.pipeline.stages import FILTERS as FILTERS_OF_ALL
from app.pipeline.withheld import first_filters, first_filters_by_masks
from app.requests.slates import RecommendRequest
from app.serving.choices import Choices

TYPES = {"price": {"type": "number"}, "colour": {"type": "text"}, "in_stock": {"type": "boolean"}}


@pytest.fixture(scope="module")
def shop(tmp_path_factory, open_household, an_item, an_event):
    red = np.random.default_rng(0).random(180) < 0.3
    colours = [{"colour": "red"} if each else {} for each in red.tolist()]
    items = [
        an_item(number, attributes={"price": number, "in_stock": number % 3 > 0, **colours[number]})
        for number in range(180)
    ]
    index = {"ann": {"flat_below": 0, "cells": 6}}
    with open_household(tmp_path_factory.mktemp("shop"), attributes=TYPES, index=index) as home:
        home.publish(items)
        home.ingest(*(an_event(f"like-{number}", "ann", f"i{6 * number:03}") for number in range(8)))
        home.ingest(*(an_event(f"pop-{number}", f"p{number % 9}", f"i{number:03}") for number in range(60)))
        yield home


def shown(home, user, text, **fields):
    return [item.item_id for item in home.recommend(user, filter=text, **fields).items]


def asked(home, text):
    catalogue = home.service.snapshot_swap.current.catalogue
    rows = catalogue.masks(text, home.settings.as_of.timestamp()).listed
    return {catalogue.item_id(row) for row in rows.tolist()}


@cache
def _shown_without(home, user):
    return {item.item_id for item in home.recommend(user, 180).items}


FILTERS = st.sampled_from(
    [
        "price < 100",
        "colour = 'red'",
        "in_stock and price >= 30",
        "not in_stock or colour is absent",
        "tags contains 'chess' or tags contains 'rust'",
        "price in (60, 61, 62, 63, 90)",
        "published_at > now-20d",
        "published_at > now-60d and format = 'video' and provider != 'p1'",
        "price > 10000",
    ]
)


@settings(max_examples=25)
@given(text=FILTERS, user=st.sampled_from(["ann", "p3", "newcomer"]), limit=st.sampled_from([1, 10, 60]))
def test_a_slate_has_what_is_asked_for_and_all_of_it_where_it_is_short(shop, text, user, limit):
    slate = shop.recommend(user, limit, filter=text)
    items, wanted = {item.item_id for item in slate.items}, asked(shop, text)
    assert items <= wanted
    others = {each.filter: each.count for each in slate.withheld}.get("filter", 0)
    assert others == 180 - len(wanted)
    everything = _shown_without(shop, user)
    assert len(items) == min(limit, len(wanted & everything))
    floors = {floor.floor: floor for floor in slate.receipt}
    assert floors["length"].achieved == len(items)
    assert (floors["length"].reason is None) == (len(items) == limit)


def test_the_nearest_that_are_asked_for_are_found_however_few_they_are(shop):
    catalogue = shop.service.snapshot_swap.current.catalogue
    rare = "tags contains 'chess' and price > 100"
    everything = shop.recommend("ann", 180, filter=rare)
    first = [item.item_id for item in shop.recommend("ann", 3, filter=rare).items]
    assert len(everything.items) == len(asked(shop, rare))
    assert set(first) <= {item.item_id for item in everything.items}
    near = shop.similar(item_id="i005", filter="price > 100", limit=5)
    row = catalogue.row("i005")
    rows = catalogue.rows(sorted(asked(shop, "price > 100")))
    scores = catalogue.content[rows] @ catalogue.content.at(row)
    assert [each["likeness"] for each in near["items"]] == pytest.approx(sorted(scores, reverse=True)[:5], abs=1e-3)
    assert {each["filter"]: each["count"] for each in near["withheld"]}["filter"] == 101


@pytest.mark.parametrize("text", [None, "in_stock and price >= 30", "price > 10000"])
def test_the_compiled_pass_holds_back_what_each_filter_would(shop, text):
    recommender = shop.service._recommender  # noqa: SLF001 - there is no public way to a context
    context = recommender.context("ann", 10, ["i004"], choices=Choices(filter=text))
    rows = np.random.default_rng(1).permutation(180).astype(np.int32)
    for filters in (FILTERS_OF_ALL, EVERYWHERE):
        found = first_filters(filters, context, rows)
        np.testing.assert_array_equal(found, first_filters_by_masks(filters, context, rows))
        assert (found == 0).any() == (text is not None)


def test_a_text_finds_only_what_is_asked_for(shop):
    found = shop.similar(text="chess opening endgame", filter="in_stock", limit=50)
    assert found["items"]
    assert {each["item_id"] for each in found["items"]} <= asked(shop, "in_stock")


def test_further_pages_keep_the_filter_and_refuse_another(shop):
    first = shop.recommend("ann", 10, filter="in_stock")
    second = shop.recommend("ann", 10, cursor=first.next_cursor)
    items = [item.item_id for slate in (first, second) for item in slate.items]
    assert len(set(items)) == 20
    assert set(items) <= asked(shop, "in_stock")
    assert shop.recommend("ann", 10, cursor=first.next_cursor, filter="in_stock").items == second.items
    with pytest.raises(InvalidPayloadError, match="filter must be as in the request"):
        shop.recommend("ann", 10, cursor=first.next_cursor, filter="price < 3")


def test_what_is_wrong_with_a_filter_is_told_of_the_field(shop):
    with pytest.raises(InvalidPayloadError, match=r"filter cannot be used, at character 1: .* did you mean price\?"):
        shop.recommend("ann", filter="prize < 3")
    with pytest.raises(InvalidPayloadError, match="filter cannot be used, at character 7"):
        shop.similar(item_id="i001", filter="price ! 3")


def test_debug_counts_what_the_filter_dropped_and_nothing_without_one(shop):
    stages = {stage.stage for stage in shop.recommend("ann", debug=True).trace}
    filtered = {stage.stage for stage in shop.recommend("ann", debug=True, filter="in_stock").trace}
    assert filtered - stages == {"filter"}


def test_live_items_are_filtered_as_they_are_now(open_household, tmp_path, an_item):
    with open_household(tmp_path, attributes=TYPES) as home:
        home.publish([an_item(number, attributes={"price": number}) for number in range(30)])
        assert set(shown(home, "p", "price >= 28")) == {"i028", "i029"}
        home.put(an_item(3, attributes={"price": 100}), an_item(29, attributes={"price": "cheap"}), an_item(31))
        home.put(an_item(30, attributes={"price": 28, "colour": "blue"}))
        assert set(shown(home, "p", "price >= 28")) == {"i003", "i028", "i030"}
        assert set(shown(home, "p", "price is absent")) == {"i029", "i031"}
        assert shown(home, "p", "colour = 'blue'") == ["i030"]
        home.delete("i028")
        slate = home.recommend("p", filter="price >= 28")
        assert {item.item_id for item in slate.items} == {"i003", "i030"}
        assert {each.filter: each.count for each in slate.withheld} == {"filter": 29}


def test_a_filter_tells_a_person_nothing_of_items_that_they_are_not_shown(open_household, tmp_path, an_item):
    ahead, over = {"published_at": "2026-06-01T00:00:00Z"}, {"expires_at": "2026-02-01T00:00:00Z"}
    with open_household(tmp_path, attributes=TYPES) as home:
        items = [an_item(number, attributes={"price": number}) for number in range(24)]
        secret = [
            an_item(24, **ahead),
            an_item(25, published_at=None, **over),
            an_item(26, sensitive_topics=["health"]),
        ]
        home.publish([*items, *secret])
        told = {}
        for name in ("i024", "i025", "i026", "nobody"):
            request = RecommendRequest(user_id="p", limit=5, filter=f'item_id = "{name}"')
            told[name] = home.service.recommend(request, discreet=True)
            assert {each.filter: each.count for each in told[name].withheld} == {"filter": 24}
        assert len({each.receipt for each in told.values()}) == 1
        open_to_keys = home.recommend("p", 5, filter='item_id = "i024"')
        assert {each.filter: each.count for each in open_to_keys.withheld} == {"filter": 24, "hidden": 1}
