"""What was given before a permission was withdrawn, or an item found sensitive, is not given again."""

from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.errors import CursorExpiredError
from app.policy.sensitive_items import MAX_TOPICS, SensitiveTopics
from indexer.sensitive.taxonomy import load_taxonomy

CHARTER = """
name = "Test"
personalised = "Items."
outcome = "None."
disclosure = "This is a test."
[events]
like = { why = "test", keep_days = 400 }
[profile]
allowed_sensitive_topics = { why = "test" }
[sensitive]
weapons = { mode = "free" }
"""

NUMBERS = count(1)
SOME = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def ids(slate):
    return [item.item_id for item in slate.items]


def named(slate):
    """Items that a slate holds or names as evidence."""
    parts = [part for item in slate.items for reason in item.reasons for part in (reason, *(reason.evidence or ()))]
    return {*ids(slate), *(part.item_id for part in parts if part.item_id)}


def stored_items(home, user):
    return {item["item_id"] for slate in home.export(user).parts()["slates"]() for item in slate["items"]}


@pytest.fixture
def catalogue(home, an_item):
    """The ordinary items, and twelve that need a permission."""
    home.put(*(an_item(number, sensitive_topics=["religion"]) for number in range(300, 312)))
    return home


@pytest.fixture(scope="module")
def crowded(tmp_path_factory, open_household, an_item, an_event):
    """The same as built by the indexer, with one item that is by far the most popular."""
    with open_household(tmp_path_factory.mktemp("crowded")) as home:
        sensitive = [an_item(number, sensitive_topics=["religion"]) for number in range(300, 312)]
        home.publish([*(an_item(number) for number in range(90)), *sensitive])
        home.ingest(*(an_event(f"crowd-{number}", f"crowd-{number}", "i005") for number in range(800)))
        yield home


def test_an_answer_from_before_a_withdrawal_can_be_neither_continued_nor_exported(catalogue, an_event):
    catalogue.patch("ann", allowed_sensitive_topics=["religion"])
    catalogue.ingest(an_event(1, "ann", "i300"), an_event(2, "ann", "i001"))
    first = catalogue.recommend("ann", limit=40)
    assert any(item_id >= "i300" for item_id in ids(first))
    second = catalogue.recommend("ann", limit=40, cursor=first.next_cursor)
    assert second.items
    catalogue.patch("ann", allowed_sensitive_topics=None)
    for cursor in (first.next_cursor, second.next_cursor):
        if cursor is not None:
            with pytest.raises(CursorExpiredError):
                catalogue.recommend("ann", limit=40, cursor=cursor)
    assert stored_items(catalogue, "ann") == set()
    assert not {item_id for item_id in named(catalogue.recommend("ann", limit=40)) if item_id >= "i300"}


def test_a_page_asked_for_again_leaves_out_what_was_found_sensitive_meanwhile(home, an_item, an_event):
    home.ingest(an_event(1, "ann", "i001"), an_event(2, "ann", "i002"))
    first = home.recommend("ann", limit=8)
    cursor = first.next_cursor
    page = home.recommend("ann", limit=8, cursor=cursor)
    found = page.items[0].item_id
    home.put(an_item(int(found[1:]), sensitive_topics=["religion"]))
    assert ids(home.recommend("ann", limit=8, cursor=cursor)) == ids(page)[1:]
    assert found not in stored_items(home, "ann")
    assert stored_items(home, "ann") == {*ids(first), *ids(page)[1:]}


def test_a_page_asked_for_again_rests_on_nothing_that_was_found_sensitive_meanwhile(home, an_item, an_event):
    home.ingest(an_event(1, "ann", "i001"), an_event(2, "ann", "i002"))
    cursor = home.recommend("ann", limit=8).next_cursor
    page = home.recommend("ann", limit=8, cursor=cursor)
    assert "i001" in named(page)
    home.put(an_item(1, sensitive_topics=["religion"]))
    assert "i001" not in named(home.recommend("ann", limit=8, cursor=cursor))


def test_a_page_asked_for_again_holds_no_item_that_was_deleted(home, an_event):
    home.ingest(an_event(1, "ann", "i001"))
    cursor = home.recommend("ann", limit=8).next_cursor
    page = home.recommend("ann", limit=8, cursor=cursor)
    home.delete(ids(page)[2])
    assert ids(home.recommend("ann", limit=8, cursor=cursor)) == [*ids(page)[:2], *ids(page)[3:]]


def test_taking_over_a_history_takes_over_no_permission_that_was_withdrawn(catalogue, an_event):
    catalogue.patch("ann", allowed_sensitive_topics=["religion"])
    catalogue.patch("ann", allowed_sensitive_topics=None)
    catalogue.patch("guest", allowed_sensitive_topics=["religion"], role="reader")
    catalogue.ingest(an_event(1, "guest", "i300"), an_event(2, "guest", "i001"))
    catalogue.merge("ann", "guest")
    stated = catalogue.profile("ann")["explicit"]
    assert (stated["allowed_sensitive_topics"], stated["role"]) == ([], "reader")
    assert not {item_id for item_id in named(catalogue.recommend("ann", limit=40)) if item_id >= "i300"}


def test_who_was_not_known_before_brings_their_permissions_along(catalogue, an_event):
    catalogue.patch("guest", allowed_sensitive_topics=["religion"])
    catalogue.ingest(an_event(1, "guest", "i300"))
    catalogue.merge("new", "guest")
    assert catalogue.profile("new")["explicit"]["allowed_sensitive_topics"] == ["religion"]


def test_more_topics_than_have_bits_are_kept_from_everybody_and_the_service_goes_on(
    tmp_path, open_household, an_item, an_event
):
    (tmp_path / "charter.toml").write_text(CHARTER)
    names = [f"topic {number}" for number in range(2 * MAX_TOPICS)]
    with open_household(tmp_path, charter=tmp_path / "charter.toml") as home:
        plain = [an_item(0), an_item(2, sensitive_topics=["weapons"]), an_item(3)]
        home.publish([*plain, *(an_item(100 + place, sensitive_topics=[name]) for place, name in enumerate(names))])
        assert set(ids(home.recommend("bob", limit=40))) == {"i000", "i002", "i003"}
        home.ingest(an_event(1, "bob", f"i{99 + len(names)}"))
        assert not home.recommend("bob").personalized
    with open_household(tmp_path, charter=tmp_path / "charter.toml") as home:
        home.loop.run_until_complete(home.service.snapshot_swap.refresh())
        assert set(ids(home.recommend("bob", limit=40))) == {"i000", "i002", "i003"}


def test_a_topic_beyond_the_last_bit_cannot_be_permitted_by_naming_it():
    topics = SensitiveTopics(load_taxonomy(None), [f"topic {number}" for number in range(MAX_TOPICS)])
    assert topics.bits(["religion"]) == topics.bits_borne(["religion"])
    last = f"topic {MAX_TOPICS - 1}"
    assert (int(topics.bits([last])), int(topics.bits_borne([last]))) == (0, 1 << MAX_TOPICS)
    assert topics.bits_borne(["new", last]) == topics.bits_borne(["other"])
    assert list(topics.counts(np.array([topics.bits_borne(["religion", "other"])]))) == ["religion", "others"]


def before(home, user):
    """The slate of a person who was shown nothing yet, and is not by this."""
    slate = home.wish(user, home.service.snapshot_swap.current.catalogue.topic_slugs[0], "more", preview=True)["before"]
    return [(item["item_id"], item["score"], item["label"], item["exploration"]) for item in slate["items"]]


KINDS = ["impression", "click", "like", "dislike", "save", "complete", "dismiss", "more_like_this", "less_like_this"]


@SOME
@given(done=st.lists(st.tuples(st.integers(300, 311), st.sampled_from(KINDS)), min_size=1, max_size=30))
@example(done=[((301, 302, 307, 308)[number % 4], "impression") for number in range(50)])
def test_nothing_that_a_person_does_with_what_is_not_permitted_changes_their_slate(crowded, an_event, done):
    user = f"p{next(NUMBERS)}"
    crowded.ingest(*(an_event(f"{user}-{item}", user, f"i{item:03}") for item in (1, 2, 8, 14)))
    crowded.ingest(*(an_event(f"{user}-shown-{item}", user, f"i{item:03}", "impression") for item in range(3, 40, 3)))
    slate = before(crowded, user)
    told = [an_event(f"{user}-told-{place}", user, f"i{item}", kind) for place, (item, kind) in enumerate(done)]
    assert crowded.ingest(*told) == ["accepted"] * len(told)
    assert before(crowded, user) == slate


def test_a_withdrawal_leaves_no_trace_of_what_was_shown(crowded, an_event):
    crowded.ingest(*(an_event(f"una-{item}", "una", f"i{item:03}") for item in (1, 2, 8, 14)))
    slate = before(crowded, "una")
    crowded.patch("una", allowed_sensitive_topics=["religion"])
    crowded.ingest(*(an_event(f"una-{item}", "una", f"i{item}") for item in range(300, 306)))
    for _ in range(5):
        crowded.recommend("una", limit=9)
    assert before(crowded, "una") != slate
    crowded.patch("una", allowed_sensitive_topics=None)
    assert before(crowded, "una") == slate
