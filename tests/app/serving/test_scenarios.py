"""Scenarios: named placements that decide what a request leaves open, and several of them on one page."""

import pytest
from pydantic import ValidationError

from app.errors import InvalidPayloadError
from app.requests.slates import PageRequest, RecommendRequest
from app.settings import Settings

SCENARIOS = {
    "home": {
        "filter": "in_stock",
        "limit": 7,
        "fields": ["provider", "attributes.price"],
        "floors": {"exploration_share": 0.5, "topic_cap_share": 0.3},
        "pinned": ["i090", "i041", "nobody", "i042", "i013"],
    },
    "sale": {
        "pinned": ["i030"],
        "pinned_label": "Chosen by the editors",
        "boosted": [
            {"filter": "tags contains 'chess'", "times": 100.0, "label": "On sale"},
            {"filter": "price > 80", "times": 0.01},
        ],
    },
    "again": {"seen_days": {"like": 0.5, "click": 400.0}, "hide_own": False, "repeats": {"shown_times": 1}},
    "detail": {"by": "behaviour", "limit": 3, "filter": "price < 60", "hide_seen": True},
    "fresh": {"sources": {"interests": 0, "popular": 0, "explore_topics": 0, "neighbours": 0}},
}
TYPES = {"price": {"type": "number"}, "in_stock": {"type": "boolean"}}


@pytest.fixture(scope="module")
def shop(tmp_path_factory, open_household, an_item, an_event):
    items = [an_item(number, attributes={"price": number, "in_stock": number % 3 > 0}) for number in range(96)]
    with open_household(tmp_path_factory.mktemp("scenarios"), attributes=TYPES, scenarios=SCENARIOS) as home:
        home.publish(items)
        home.ingest(*(an_event(f"ann-{number}", "ann", f"i{6 * number:03}") for number in range(6)))
        home.ingest(an_event("ann-no", "ann", "i013", "dismiss"))
        yield home


def ids(slate):
    return [item.item_id for item in slate.items]


def page(home, *placements, user="ann"):
    asked = PageRequest.model_validate({"user_id": user, "placements": list(placements)})
    return home.service.recommend_page(asked)


def test_a_scenario_decides_what_the_request_leaves_open(shop):
    slate = shop.recommend("ann", scenario="home")
    assert len(slate.items) == 10
    assert len(page(shop, {"scenario": "home"})[0].items) == 7
    assert all(int(item[1:]) % 3 for item in ids(slate))
    assert slate.scenario == "home"
    assert all(set(item.document) <= {"provider", "attributes"} for item in slate.items)
    floors = {floor.floor: floor for floor in slate.receipt}
    assert floors["exploration"].window is not None
    assert floors["topic_cap"].required == 3
    assert sum(item.exploration for item in slate.items) >= 5
    narrower = shop.recommend("ann", 30, scenario="home", filter="price < 20", fields=["format"])
    assert {int(item[1:]) for item in ids(narrower)} <= {n for n in range(20) if n % 3}
    assert all(set(item.document) == {"format"} for item in narrower.items)


def test_pinned_items_come_first_unless_something_keeps_them_from_the_person(shop):
    slate = shop.recommend("ann", scenario="home")
    assert ids(slate)[:1] == ["i041"]  # i090 and i042 are not in stock, i013 was dismissed, nobody is no item
    assert slate.items[0].label == "Our pick"
    assert [item.promotion for item in slate.items] == ["pinned"] + [None] * 9
    assert [item.rank for item in slate.items] == list(range(1, 11))
    assert {floor.floor: floor.achieved for floor in slate.receipt}["length"] == 10
    following = shop.recommend("ann", cursor=slate.next_cursor)
    assert set(ids(following)).isdisjoint(ids(slate))
    assert not any(item.promotion for item in following.items)
    only = shop.recommend("bea", 1, scenario="sale", debug=True)
    assert [(item.item_id, item.label) for item in only.items] == [("i030", "Chosen by the editors")]
    assert "i030" not in ids(shop.recommend("ann", 20, scenario="sale"))  # who has seen it
    assert ids(shop.recommend("ann", 20, scenario="sale", hide_seen=False))[0] == "i030"


def test_boosted_items_rise_their_labels_say_so_and_scores_still_add_up(shop):
    plain = shop.recommend("newcomer", 90, scenario="fresh")
    slate = shop.recommend("newcomer", 10, scenario="sale")
    chess = [item for item in slate.items if item.promotion == "boosted"]
    assert chess
    assert all(item.label.startswith("On sale · ") for item in chess)
    by_id = {item.item_id: item.score for item in plain.items}
    for item in slate.items:
        factor = (100 if item.promotion == "boosted" else 1) * (0.01 if int(item.item_id[1:]) > 80 else 1)
        assert item.score == pytest.approx(by_id[item.item_id] * factor, rel=1e-3, abs=1e-5)
        assert sum(item.attribution.terms.values()) == pytest.approx(item.score, abs=1e-3)
    brief = shop.recommend("newcomer", 3, explain="label", scenario="sale").payload()["items"]
    assert [item["promotion"] for item in brief] == ["pinned", "boosted", "boosted"]
    assert "promotion" not in shop.recommend("newcomer", 3, explain="label").payload()["items"][0]


def test_what_was_seen_comes_again_as_a_scenario_or_a_request_says(shop, an_event):
    shop.ingest(an_event("ann-click", "ann", "i001", "click", 20), an_event("own", "p1", "i010"))
    seen = {"i000", "i006", "i012", "i018", "i024", "i030"}
    assert seen.isdisjoint(ids(shop.recommend("ann", 96)))
    again = ids(shop.recommend("ann", 96, scenario="again"))
    assert seen <= set(again)
    assert "i001" not in again
    assert "i001" in ids(shop.recommend("ann", 96))
    assert "i001" not in ids(shop.recommend("ann", 96, seen_days=["click:30"]))
    assert seen <= set(ids(shop.recommend("ann", 96, seen_days=["like:0.5,click:0"])))
    assert seen.isdisjoint(ids(shop.recommend("ann", 96, scenario="again", seen_days=["like:9"])))
    mine = {f"i{number:03}" for number in range(1, 96, 4)}
    assert mine.isdisjoint(ids(shop.recommend("p1", 96)))
    assert mine <= set(ids(shop.recommend("p1", 96, hide_own=False)))
    assert mine <= set(ids(shop.recommend("p1", 96, scenario="again")))
    with pytest.raises(InvalidPayloadError, match="seen_days names buy, which is no event type"):
        shop.recommend("ann", seen_days=["buy:3"])


def test_a_shorter_rest_holds_in_its_scenario_only(shop, an_event):
    shop.ingest(an_event("once", "tired", "i020", "impression", 1.0), an_event("liked", "tired", "i003"))
    assert "i020" in ids(shop.recommend("tired", 96))
    assert "i020" not in ids(shop.recommend("tired", 96, scenario="again"))
    assert "i020" in ids(shop.recommend("tired", 96))


def test_similar_items_follow_a_scenario(shop):
    plain = shop.similar(item_id="i005")
    detail = shop.similar(item_id="i005", scenario="detail")
    assert len(plain["items"]) == 20
    assert all(int(each["item_id"][1:]) < 60 for each in detail["items"])
    wanted = shop.similar(item_id="i005", scenario="detail", by="content")
    assert len(wanted["items"]) == 3
    assert wanted["items"][0]["match"] == "content"


def test_a_source_can_be_switched_off(shop):
    sources = {item.source for item in shop.recommend("ann", 20, scenario="fresh").items}
    assert sources <= {"embedding", "fresh", "stated", "backfill"}
    assert sources & {"fresh", "embedding"}


def test_no_item_stands_twice_on_a_page(shop):
    placements = [{"scenario": "sale", "limit": 5}, {"scenario": "home"}, {"limit": 10, "filter": "price < 50"}]
    first, second, third = slates = page(shop, *placements)
    assert [len(slate.items) for slate in slates] == [5, 7, 10]
    items = [item for slate in slates for item in ids(slate)]
    assert len(set(items)) == 22
    assert len({slate.recommendation_id for slate in slates}) == 3
    assert [slate.scenario for slate in slates] == ["sale", "home", None]
    more = shop.recommend("ann", 10, cursor=first.next_cursor)
    assert set(ids(more)).isdisjoint(items)
    assert not any(each.filter == "excluded" for each in (*second.withheld, *third.withheld))


def test_a_page_with_something_wrong_is_not_answered_at_all(shop):
    before = shop.service._recommender.stored_slates  # noqa: SLF001 - there is no public way in
    with pytest.raises(InvalidPayloadError, match=r"placements\.1\.filter cannot be used, at character 1"):
        page(shop, {"limit": 3}, {"filter": "colour = 'red'"})
    with pytest.raises(InvalidPayloadError, match=r"placements\.0\.scenario must be one of again, detail, fresh, home"):
        page(shop, {"scenario": "nowhere"})
    with pytest.raises(InvalidPayloadError, match=r"placements\.1\.seen_days names buy, which is no event type"):
        page(shop, {"limit": 3}, {"seen_days": ["buy:3"]})
    assert shop.service._recommender.stored_slates == before  # noqa: SLF001 - the same


def test_unknown_names_are_refused_where_scenarios_are_declared(shop, open_household, tmp_path, an_item):
    with pytest.raises(InvalidPayloadError, match="scenario must be one of again, detail, fresh, home, sale"):
        shop.recommend("ann", scenario="newsletter")
    with pytest.raises(InvalidPayloadError, match="scenario must be one of"):
        shop.similar(item_id="i001", scenario="newsletter")
    with open_household(tmp_path) as home:
        home.publish([an_item(number) for number in range(12)])
        assert home.recommend("p", scenario="newsletter").scenario == "newsletter"


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ({"filter": "prize < 3"}, r"scenarios\.home\.filter cannot be used, at character 1.*did you mean price"),
        ({"boosted": [{"filter": "price"}]}, r"scenarios\.home\.boosted\.0 cannot be used"),
        ({"floors": {"exploration": 0.5}}, r"scenarios\.home: floors\.exploration is not a known field"),
        ({"weights": {"recency": -1}}, r"scenarios\.home: weights\.recency must be at least 0"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_at_the_start(scenario, told):
    with pytest.raises(ValidationError, match=told):
        Settings(scenarios={"home": scenario}, attributes=TYPES)


def test_circumstances_choose_the_first_scenario_that_they_meet(tmp_path, open_household, an_item):
    scenarios = {
        "phone_home": {"when": {"device": ["phone"], "page": ["home", "start"]}, "limit": 3},
        "phone": {"when": {"device": ["phone", "watch"]}, "limit": 4},
        "named": {"limit": 5},
    }
    with open_household(tmp_path, scenarios=scenarios) as home:
        home.publish([an_item(number) for number in range(60)])

        def told(*context, **more):
            slate = home.service.recommend(RecommendRequest(user_id="ann", context=[*context], **more))
            return slate.scenario, len(slate.items)

        assert told("device:phone", "page:start") == ("phone_home", 3)
        assert told("page:other", "device:phone") == ("phone", 4)
        assert told("device:watch") == ("phone", 4)
        assert told("device:desk")[1] == told()[1] == 20
        assert told("device:phone", scenario="named") == ("named", 5)
        assert told("device:phone", limit=2) == ("phone", 2)
        placement = {"context": ["device:phone", "page:home"]}
        assert [slate.scenario for slate in page(home, placement, {"scenario": "named"})] == ["phone_home", "named"]
        once = home.service.recommend_once(RecommendRequest(user_id="ann", context=["device:watch"]))
        assert (once.scenario, len(once.items)) == ("phone", 4)
