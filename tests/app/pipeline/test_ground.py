"""What is a person's own is no exploration: their subjects, their leading tags, and what they stated."""

import numpy as np
import pytest

BRANCHES = ("tomatoes compost beds", "roses pruning hedge", "grass mower edge", "orchard grafting apple")


def a_course(an_item, number, subject, text, **fields):
    given = {"title": f"{subject} {number}", "text": text, "tags": [subject], "provider": f"p{number}"}
    return an_item(number, **{"published_at": "2026-02-20T00:00:00Z", **given, **fields})


@pytest.fixture
def school(home, an_item):
    """Courses of gardening that k-means divides by their branches, and six of sailing."""
    garden = [a_course(an_item, number, "gardening", BRANCHES[number % 4]) for number in range(120)]
    sails = [a_course(an_item, 200 + number, "sailing", "sails knots harbour wind tide") for number in range(6)]
    home.publish([*garden, *sails])
    return home


def receipt_of(slate, floor):
    return next(entry for entry in slate.receipt if entry.floor == floor)


def tags_of(home, item):
    catalogue = home.service.snapshot_swap.current.catalogue
    return {catalogue.tag_words.names[code] for code in catalogue.tags(catalogue.row(item.item_id))}


def explored(home, user, limit=20):
    return [item for item in home.recommend(user, limit=limit).items if item.exploration]


def test_exploration_leaves_the_subject_however_many_clusters_it_has(school, an_event):
    school.ingest(*(an_event(number, "ann", f"i{number:03}") for number in (0, 4, 8)))
    slate = school.recommend("ann", limit=20)
    assert {item.title.split()[0] for item in slate.items if item.exploration} == {"sailing"}
    assert receipt_of(slate, "exploration").achieved == sum(item.exploration for item in slate.items) >= 4
    assert not any("different" in item.label.lower() for item in slate.items if item.title.startswith("gardening"))


def test_the_receipt_says_where_the_catalogue_has_nothing_else(school, an_event):
    school.ingest(*(an_event(number, "ann", f"i{number:03}") for number in (0, 1, 2, 3)))
    school.ingest(*(an_event(200 + number, "ann", f"i{200 + number:03}", "dismiss") for number in range(6)))
    slate = school.recommend("ann", limit=10)
    exploration = receipt_of(slate, "exploration")
    assert (exploration.required, exploration.achieved) == (2, 0)
    assert "own topics and tags" in exploration.reason
    assert not any(item.exploration for item in slate.items)


def test_the_cap_holds_for_the_subject(home, an_item, an_event):
    others = {"sailing": "sails knots harbour", "chess": "opening endgame bishop", "jazz": "trumpet swing solo"}
    home.publish(
        [a_course(an_item, number, "gardening", BRANCHES[number % 4]) for number in range(60)]
        + [a_course(an_item, 100 + n, list(others)[n % 3], others[list(others)[n % 3]]) for n in range(40)]
    )
    home.ingest(*(an_event(number, "ann", f"i{number:03}") for number in range(4)))
    slate = home.recommend("ann", limit=20)
    assert sum(item.title.startswith("gardening") for item in slate.items) == 8
    assert receipt_of(slate, "topic_cap").achieved == 8


def test_a_stated_tag_is_no_exploration_wherever_it_occurs(home, an_item):
    crossed = [
        an_item(300 + n, title=f"cycling {n}", text="bicycle gears saddle", tags=["cycling", "horror"])
        for n in range(6)
    ]
    home.put(*crossed)
    home.patch("ann", preferences={"tags": ["horror"]})
    items = explored(home, "ann", limit=40)
    assert items
    assert not any("horror" in tags_of(home, item) for item in items)


def test_what_is_nearest_to_a_goal_is_no_exploration(home, an_item):
    home.put(*(an_item(300 + n, text="telescope garlic butter", tags=["tents"]) for n in range(4)))
    home.patch("ann", goals=["telescope garlic butter"])
    items = explored(home, "ann", limit=60)
    assert items
    assert not any("tents" in tags_of(home, item) for item in items)


def test_a_tag_that_leads_in_what_is_liked_is_no_exploration_elsewhere(home, an_item, an_event):
    chess = "opening endgame bishop sacrifice tempo"
    home.put(*(an_item(300 + n, title=f"chess {n}", text=chess, tags=["chess", "rust"]) for n in range(6)))
    home.ingest(*(an_event(number, "ann", f"i{6 * number:03}") for number in range(8)))
    items = explored(home, "ann", limit=60)
    assert items
    assert not any("rust" in tags_of(home, item) for item in items)


def test_a_tag_that_half_of_the_catalogue_bears_is_nobodys_own(home, an_event):
    home.ingest(*(an_event(number, "ann", f"i{6 * number:03}") for number in range(8)))
    assert any("craft" in tags_of(home, item) for item in explored(home, "ann", limit=60))


def test_no_slate_calls_liked_what_it_explores(home, an_event):
    liked = [*(6 * number for number in range(9)), 1, 2, 3]
    home.ingest(*(an_event(number, "ann", f"i{item:03}") for number, item in enumerate(liked)))
    slate = home.recommend("ann", limit=40)
    named = {reason.tag for item in slate.items for reason in item.reasons if reason.code == "because_you"}
    assert named
    assert any(item.exploration for item in slate.items)
    for item in slate.items:
        assert not item.exploration or not named & tags_of(home, item)


def test_an_item_of_which_nothing_is_known_is_no_exploration(home, an_item, an_event):
    home.put(*(an_item(300 + n, title="", text="???", tags=[]) for n in range(6)))
    home.ingest(*(an_event(number, "ann", f"i{6 * number:03}") for number in range(8)))
    shown = home.recommend("ann", limit=90).items
    unknown = [item for item in shown if int(item.item_id[1:]) >= 300]
    assert unknown
    assert not any(item.exploration for item in unknown)


@pytest.mark.parametrize("wish", ["less", "mute"])
def test_a_wish_about_a_topic_holds_for_the_whole_subject(school, an_event, wish):
    school.ingest(*(an_event(number, "ann", f"i{number:03}") for number in (0, 1, 2, 3, 200)))
    catalogue = school.service.snapshot_swap.current.catalogue
    assert sorted(name for name in catalogue.topic_names if name) == ["gardening", "sailing"]
    before = {item.item_id: item.score for item in school.recommend("ann", limit=100).items}
    school.wish("ann", "gardening", wish)
    after = {item.item_id: item.score for item in school.recommend("ann", limit=100).items}
    of_gardening = [item for item in after if int(item[1:]) < 200]
    assert wish == "less" or not of_gardening
    assert all(after[item] < before[item] for item in of_gardening if item in before and before[item] > 0)


def test_removing_a_topic_forgets_the_whole_subject(school, an_event):
    school.ingest(*(an_event(number, "ann", f"i{number:03}") for number in (0, 1, 2, 3, 200)))
    assert {topic["name"] for topic in school.profile("ann")["implicit"]["topics"]} == {"gardening", "sailing"}
    school.wish("ann", "gardening", None)
    assert [topic["name"] for topic in school.profile("ann")["implicit"]["topics"]] == ["sailing"]
    assert not {f"i{number:03}" for number in range(4)} & {
        item.item_id for item in school.recommend("ann", limit=50).items
    }


def test_topics_of_a_catalogue_have_distinct_names(school):
    names = school.service.snapshot_swap.current.catalogue.topic_names
    assert len(set(names)) == len(names)
    assert np.unique(school.service.snapshot_swap.current.catalogue.topics.all()).size == 2
